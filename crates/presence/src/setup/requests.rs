//! What a person asks for.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::event::{Act, Administrator, Effect, Request};
use super::installation::{
    Administration, ConsentWay, Installation, Key, MICROSOFT_TOOLS, Making, Organisation, Reading, Record,
};
use super::integration::Integration;
use super::optional::{missing, optional_key};
use super::options::{CenterName, Options};
use super::registration::Registration;
use super::step::StepId;
use super::task::{self, Task};
use super::{ItemState, Setup, Visit, Work};
use crate::endpoints::Cloud;
use crate::error::Problem;
use crate::moment::Moment;

impl Setup {
    pub(super) fn request(&mut self, request: &Request, now: Moment, effects: &mut Vec<Effect>) {
        let integration = request.integration;
        match request.act {
            Act::Cancel => return self.cancel(integration, effects),
            // Options are nobody's work under way.
            Act::SetOption | Act::MapAgent => return self.set_options(request),
            _ => {}
        }
        // One thing at a time: a button that was pressed twice does its work once.
        if !self.is_idle() || (self.blocked(integration) && request.act != Act::Disable) {
            return;
        }
        self.problems.remove(&integration);
        if let Err((step, problem)) = self.fulfil(request, now, effects) {
            self.fail(integration, step, problem.into());
        }
    }

    fn fulfil(
        &mut self,
        request: &Request,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) -> Result<(), (StepId, Box<Problem>)> {
        let integration = request.integration;
        match request.act {
            Act::Begin => {
                let progress = self.change().progress_mut(integration);
                let again = progress.disabled;
                progress.begun = true;
                progress.disabled = false;
                if again {
                    // What was true before the pause is proved anew.
                    progress.verified = None;
                }
                self.go_on(integration, now, effects);
            }
            Act::SetOrganisation => {
                let (cloud, entered) = self
                    .organisation(request)
                    .map_err(|problem| (StepId::Organisation, Box::new(problem)))?;
                self.work = Work::Discovering { cloud };
                effects.push(Effect::Discover { cloud, entered });
            }
            Act::Choose => self.choose(request),
            Act::Decide => {
                self.change().decided = true;
                self.reopened = None;
            }
            Act::Prepare => {
                self.prepare(request, now, effects)
                    .map_err(|problem| (StepId::Prepare, Box::new(problem)))?;
            }
            Act::NewPassword => {
                self.ask_client(request).map_err(|problem| (StepId::SignIn, Box::new(problem)))?;
                self.visit(integration, vec![Task::Password], now, effects);
            }
            Act::Enter => {
                let step = request.step.unwrap_or(StepId::Register);
                self.enter(request, step).map_err(|problem| (step, Box::new(problem)))?;
                self.reopened = None;
                self.go_on(integration, now, effects);
            }
            Act::SignIn => {
                self.work = Work::SignIn;
                effects.push(Effect::SignIn);
            }
            Act::OpenConsent => {
                let registration = integration.registration();
                let visit = Visit::Consent(registration);
                self.work = Work::Browser { integration, visit, address: None, missing: None };
                let installation = Arc::clone(&self.installation);
                effects.push(Effect::OpenConsent { registration, installation });
            }
            Act::Granted if self.misses_sign_in(integration) => {
                self.change().progress_mut(integration).consent_needed = false;
                self.work = Work::SignIn;
                effects.push(Effect::SignIn);
            }
            Act::Granted => {
                let at = now.wall;
                self.change().record_mut(integration.registration()).granted.get_or_insert(at);
                self.begin_checks(integration, now, effects);
            }
            Act::Verify => self.begin_checks(integration, now, effects),
            Act::SaveKey if optional_key(request).is_some() => self.save_optional_key(request, effects),
            Act::ForgetKey => {
                if let Some(key) = optional_key(request) {
                    self.change().keys.remove(&key);
                    effects.push(Effect::ForgetKey(key));
                }
            }
            Act::SaveKey => {
                self.save_key(request, effects).map_err(|problem| (StepId::Key, Box::new(problem)))?;
            }
            Act::SkipKey => {
                // The other integrations are nothing without their keys.
                if integration == Integration::TeamsToEight {
                    self.change().skipped.insert(Key::Search);
                    self.reopened = None;
                    self.go_on(integration, now, effects);
                }
            }
            Act::Reopen => self.reopened = request.step.map(|step| (integration, step)),
            Act::Disable => {
                let progress = self.change().progress_mut(integration);
                progress.disabled = true;
                progress.consent_needed = false;
                progress.attention = None;
                // The sync begins anew without it, and takes back what the ledger holds.
                self.checks.remove(&integration);
            }
            Act::Remove => {
                let tasks = task::removal(&self.installation, integration);
                let disabled = self.installation.progress(integration).disabled;
                if disabled && !tasks.is_empty() {
                    self.ask_client(request).map_err(|problem| (StepId::Remove, Box::new(problem)))?;
                    self.visit(integration, tasks, now, effects);
                }
            }
            Act::SignOut => {
                self.change().status_user.signed_in = false;
                effects.push(Effect::SignOut);
            }
            Act::Cancel | Act::SetOption | Act::MapAgent => {}
        }
        Ok(())
    }

    fn misses_sign_in(&self, integration: Integration) -> bool {
        integration == Integration::TeamsToEight
            && self.installation.reading == Reading::StatusUser
            && !self.installation.status_user.signed_in
    }

    fn cancel(&mut self, integration: Integration, effects: &mut Vec<Effect>) {
        match std::mem::take(&mut self.work) {
            Work::Idle => self.reopened = self.reopened.filter(|(of, _)| *of != integration),
            Work::Discovering { .. } | Work::Key { .. } => {
                self.reopened = self.reopened.filter(|(of, _)| *of != integration);
                effects.push(Effect::StopAsking);
            }
            Work::Browser { .. } => effects.push(Effect::CloseBrowser),
            Work::Tasks(mut run) => {
                // What is on its way to Microsoft is noted when its answer comes; nobody waits for it any more.
                for item in run.items.iter_mut().filter(|item| !matches!(item.state, ItemState::Done { .. }))
                {
                    item.state = ItemState::Waiting;
                }
                run.retry_at = None;
                self.run = Some(run);
                self.drop_administrator(effects);
            }
            Work::Checks { integration, .. } => {
                effects.push(Effect::StopChecks);
                self.checks.remove(&integration);
            }
            Work::SignIn => {
                self.problems.remove(&Integration::TeamsToEight);
                effects.push(Effect::CancelSignIn);
            }
        }
    }

    fn organisation(&self, request: &Request) -> Result<(Cloud, String), Problem> {
        let cloud = Cloud::from_keyword(request.value("cloud"));
        let cloud = cloud.or(self.cloud).unwrap_or(self.installation.cloud);
        if cloud == Cloud::China {
            return Err(Problem::new(
                "setup.china",
                "There is no presence in this cloud.",
                "Microsoft's cloud in China, run by 21Vianet, offers no Teams presence to any program.",
                "If your organisation is in another cloud, choose that one.",
            ));
        }
        let entered = request.value("organisation");
        let fitting = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
        // Whoever enters a user name means its domain.
        let entered = entered.rsplit('@').next().unwrap_or_default();
        if entered.is_empty() || entered.len() > 253 || !entered.chars().all(fitting) {
            return Err(Problem::new(
                "setup.organisation",
                "That is no organisation.",
                "A domain such as contoso.com is needed, or the directory (tenant) id.",
                "Enter the part of your Microsoft user name behind the @.",
            ));
        }
        Ok((cloud, entered.to_ascii_lowercase()))
    }

    pub(super) fn discovered(
        &mut self,
        result: Result<Organisation, Arc<Problem>>,
        effects: &mut Vec<Effect>,
    ) {
        let Work::Discovering { cloud } = self.work else { return };
        self.work = Work::Idle;
        let first = Integration::TeamsToEight;
        match result {
            Ok(organisation) => {
                self.reopened = None;
                let before = self.installation.organisation.as_ref();
                let same = before.is_some_and(|known| known.tenant == organisation.tenant);
                if !same || self.installation.cloud != cloud {
                    // Nothing of another organisation is of any use here, and 8x8's keys are not Microsoft's.
                    let known = Arc::clone(&self.installation);
                    if known.organisation.is_some() {
                        effects.push(Effect::SignOut);
                        for registration in known.registrations.keys() {
                            effects.push(Effect::ForgetCertificate(*registration));
                        }
                    }
                    *self.change() = Installation {
                        cloud,
                        making: known.making,
                        reading: known.reading,
                        ahead: known.ahead,
                        keys: known.keys.clone(),
                        // Agents are people of the other organisation.
                        options: Options { agents: BTreeMap::new(), ..known.options.clone() },
                        ..Installation::new()
                    };
                    self.checks.clear();
                    self.run = None;
                }
                let name = self.installation.organisation.as_ref().and_then(|known| known.name.clone());
                let domain =
                    self.installation.organisation.as_ref().and_then(|known| known.initial_domain.clone());
                self.change().organisation =
                    Some(Organisation { name, initial_domain: domain, ..organisation });
                self.change().progress_mut(first).begun = true;
            }
            Err(problem) => self.fail(first, StepId::Organisation, problem),
        }
    }

    fn choose(&mut self, request: &Request) {
        for name in request.values.keys() {
            let value = request.value(name);
            match name.as_str() {
                "cloud" => self.cloud = Cloud::from_keyword(value),
                "accept" => self.accepted = value == "on",
                _ => {}
            }
            let installation = self.change();
            match (name.as_str(), value) {
                ("reading", "statusUser") => installation.reading = Reading::StatusUser,
                ("reading", "alone") => installation.reading = Reading::Alone,
                ("making", "wizard") => installation.making = Making::Wizard,
                ("making", "byHand") => installation.making = Making::ByHand,
                ("consent", "administrator") => installation.consent = ConsentWay::Administrator,
                ("consent", "role") => installation.consent = ConsentWay::Role,
                ("ahead", value) => installation.ahead = value == "on",
                ("administration", "own") => installation.administration = Administration::Own,
                ("administration", "microsoft") => installation.administration = Administration::Microsoft,
                _ => {}
            }
        }
    }

    fn prepare(&mut self, request: &Request, now: Moment, effects: &mut Vec<Effect>) -> Result<(), Problem> {
        self.ask_client(request)?;
        let name = request.value("statusUser");
        if request.values.contains_key("statusUser") && name != self.installation.status_user.user_name {
            let domain =
                self.installation.organisation.as_ref().and_then(|known| known.initial_domain.clone());
            let whole = match (name.contains('@'), domain) {
                (true, _) | (false, None) => name.to_owned(),
                (false, Some(domain)) if name.is_empty() => default_user(&domain),
                (false, Some(domain)) => format!("{name}@{domain}"),
            };
            if !whole.is_empty() && !is_user_name(&whole) {
                return Err(no_user_name());
            }
            let user = &mut self.change().status_user;
            if !user.user_name.eq_ignore_ascii_case(&whole) {
                *user = super::installation::StatusUser { user_name: whole, ..Default::default() };
            }
        }
        let tasks = task::preparation(&self.installation, request.integration);
        self.visit(request.integration, tasks, now, effects);
        Ok(())
    }

    /// Takes the application that administrators sign in to.
    fn ask_client(&mut self, request: &Request) -> Result<(), Problem> {
        if self.administrator.is_some() {
            return Ok(());
        }
        match self.installation.administration {
            Administration::Microsoft => {
                // Once something was made with it, the question was answered.
                let known = self.installation.registrations.values().any(|record| record.made);
                self.accepted |= request.value("accept") == "on" || known;
                self.accepted.then_some(()).ok_or_else(|| {
                    Problem::new(
                        "setup.accept",
                        "Microsoft's own tools were not accepted.",
                        "Signing in with Microsoft Graph Command Line Tools leaves that application with wide permissions in your organisation.",
                        "Turn on “I understand what this means”, or choose an application of your own.",
                    )
                })
            }
            Administration::Own => {
                let given = request.value("administrationClient");
                let known = self.installation.administration_client.clone().unwrap_or_default();
                let client = if given.is_empty() { known } else { given.to_owned() };
                let client = Uuid::try_parse(&client).map_err(|_| no_client_id())?;
                self.change().administration_client = Some(client.to_string());
                Ok(())
            }
        }
    }

    /// Goes on with an administrator who is there and may do it, or asks for one.
    fn visit(&mut self, integration: Integration, tasks: Vec<Task>, now: Moment, effects: &mut Vec<Effect>) {
        let reading = self.installation.reading;
        let able = |held: &Administrator| task::lacking(&tasks, reading, &held.roles).is_empty();
        let asked = |scope: &&str| self.administrator_scopes.contains(scope);
        if self.administrator.as_ref().is_some_and(able) && task::scopes(&tasks, reading).iter().all(asked) {
            self.begin_tasks(integration, &tasks, now, effects);
        } else {
            self.visit_now(integration, tasks, effects);
        }
    }

    /// Opens the browser for an administrator.
    fn visit_now(&mut self, integration: Integration, tasks: Vec<Task>, effects: &mut Vec<Effect>) {
        let client_id = match self.installation.administration {
            Administration::Microsoft => MICROSOFT_TOOLS.to_owned(),
            Administration::Own => self.installation.administration_client.clone().unwrap_or_default(),
        };
        let scopes = task::scopes(&tasks, self.installation.reading);
        let visit = Visit::Administrator(tasks);
        self.work = Work::Browser { integration, visit, address: None, missing: None };
        let installation = Arc::clone(&self.installation);
        effects.push(Effect::OpenAdministrator { client_id, scopes, installation });
    }

    fn enter(&mut self, request: &Request, step: StepId) -> Result<(), Problem> {
        if step == StepId::User {
            let name = request.value("statusUser").to_owned();
            if !is_user_name(&name) {
                return Err(no_user_name());
            }
            let user = &mut self.change().status_user;
            if !user.user_name.eq_ignore_ascii_case(&name) {
                *user = super::installation::StatusUser { user_name: name, ..Default::default() };
            }
            return Ok(());
        }
        let client = Uuid::try_parse(request.value("clientId")).map_err(|_| no_client_id())?.to_string();
        let registration = request.integration.registration();
        let reading = self.installation.reading;
        let certificate = self.installation.record(registration).certificate;
        if registration.has_certificate(reading) && certificate.is_none() {
            // Asked for once more: the keychain may be open by now.
            self.asked_certificates.remove(&registration);
            return Err(Problem::new(
                "setup.certificate",
                "The certificate is not ready.",
                "It is made on this computer, and its key is kept in your keychain.",
                "Look whether the keychain is unlocked, then open this step again.",
            ));
        }
        let record = self.change().record_mut(registration);
        if record.client_id.as_deref() != Some(&client) {
            *record =
                Record { client_id: Some(client), certificate: certificate.clone(), ..Record::default() };
            if registration == Registration::Reader {
                self.change().status_user.signed_in = false;
            }
        }
        // The checks tell whether it is true.
        let record = self.change().record_mut(registration);
        record.certificate =
            certificate.map(|known| super::installation::CertificateRecord { uploaded: true, ..known });
        Ok(())
    }

    fn save_key(&mut self, request: &Request, effects: &mut Vec<Effect>) -> Result<(), Problem> {
        let Some(key) = request.integration.key() else { return Ok(()) };
        let value =
            |name: &str| request.values.get(name).filter(|value| !value.expose().trim().is_empty()).cloned();
        let trimmed =
            |secret: crate::secret::Secret| crate::secret::Secret::new(secret.expose().trim().to_owned());
        let secret = value("key").map(trimmed).ok_or_else(|| missing("The key"))?;
        let login = if key == Key::Analytics {
            let user = value("user").map(trimmed).ok_or_else(|| missing("The user name"))?;
            Some((user, value("password").ok_or_else(|| missing("The password"))?))
        } else {
            None
        };
        self.work = Work::Key { integration: request.integration, key };
        effects.push(Effect::TestKey { key, secret, login, center: CenterName::default() });
        Ok(())
    }
}

/// The status user's name where nobody chose one: in the domain that came with the tenant no federation gets in its way.
pub(super) fn default_user(domain: &str) -> String {
    format!("8x8.status@{domain}")
}

/// Letters that Microsoft takes in a user name (learn.microsoft.com, "Create User").
fn is_user_name(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let fitting = |letter: char| letter.is_ascii_alphanumeric() || "'.-_!#^~".contains(letter);
    let domain_letter = |letter: char| letter.is_ascii_alphanumeric() || ".-".contains(letter);
    !name.is_empty()
        && name.len() <= 64
        && name.chars().all(fitting)
        && domain.len() <= 48 * 4
        && domain.contains('.')
        && domain.chars().all(domain_letter)
}

fn no_user_name() -> Problem {
    Problem::new(
        "setup.userName",
        "That is no user name.",
        "It has the form name@domain, with plain letters, digits and . - _ only.",
        "Enter it as it is shown in the Entra admin center, such as 8x8.status@contoso.onmicrosoft.com.",
    )
}

fn no_client_id() -> Problem {
    Problem::new(
        "setup.clientId",
        "That is no application (client) id.",
        "It has the form 00000000-0000-0000-0000-000000000000.",
        "Copy it from the application's overview page in the Entra admin center.",
    )
}

//! The install wizard as a pure machine: requests and results in, effects out.
//!
//! What is done is kept in the [`Installation`]; which step is next follows from it. So the program can be closed, or killed,
//! at any point, and goes on from what is there. Window and terminal draw it with [`crate::view::setup`].

pub mod check;
pub mod event;
pub mod installation;
pub mod integration;
pub mod options;
pub mod registration;
pub mod step;
pub mod task;
pub mod work;

mod checking;
mod optional;
mod preparing;
mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use check::{Check, Verdict};
use event::{Administrator, Effect, Event};
use installation::{Configuration, Installation, Key};
use integration::{Integration, Standing};
use registration::Registration;
use step::StepId;
use task::Task;
pub use work::{Item, ItemState, Run, Visit, Work};

use crate::endpoints::Cloud;
use crate::error::Problem;
use crate::microsoft::certificate::renewal_due;
use crate::moment::{Moment, Uptime};
use crate::secret::Secret;
use crate::session::Step;

/// What Microsoft has granted may take so long until every one of its servers knows.
pub const SPREAD_LIMIT: Duration = Duration::from_mins(10);

/// Certificates are looked at this often.
const RENEWAL_LOOK: Duration = Duration::from_hours(24);

/// An administrator's token that nobody uses is forgotten after this long.
const ADMINISTRATOR_LIMIT: Duration = Duration::from_mins(10);

/// The wizard.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// What is kept.
    pub installation: Arc<Installation>,
    /// What is under way.
    pub work: Work,
    /// The newest run of tasks, also after its end.
    pub run: Option<Run>,
    /// The newest checks of each integration.
    pub checks: BTreeMap<Integration, Vec<(Check, Verdict)>>,
    /// What went wrong last, and in which step.
    pub problems: BTreeMap<Integration, (StepId, Arc<Problem>)>,
    /// Why an option was not taken: of which integration, and in which group of options.
    pub option_problem: Option<(Integration, String, Arc<Problem>)>,
    /// Finished steps that a person opened again.
    pub reopened: Option<(Integration, StepId)>,
    /// The new password of the status user, until it signed in.
    pub password: Option<Secret>,
    /// Public parts of certificates, to be uploaded by hand.
    pub certificates: BTreeMap<Registration, Arc<str>>,
    /// The cloud that was chosen and not checked yet.
    pub cloud: Option<Cloud>,
    /// Whether a person accepted what Microsoft's own tools mean, in this run of the program.
    pub accepted: bool,
    /// Whether the addresses come from a file, so that no cloud can be chosen.
    pub fixed_cloud: bool,
    /// How many requests were heard: whoever counts its own knows whether a picture is older than its request.
    pub heard: u64,
    asked_certificates: BTreeSet<Registration>,
    administrator: Option<Administrator>,
    /// What the held administrator's sign-in was asked for.
    administrator_scopes: Vec<&'static str>,
    administrator_until: Option<Uptime>,
    renewal_due: Option<Uptime>,
    adopted: Option<Configuration>,
    adopted_keys: Vec<Key>,
    changed: bool,
}

impl Setup {
    /// A wizard that goes on from an installation with which the sync runs already.
    #[must_use]
    pub fn new(installation: Installation, fixed_cloud: bool, now: Moment) -> Self {
        let adopted = installation.configuration();
        let adopted_keys = installation.keys.iter().copied().collect();
        Self {
            installation: Arc::new(installation),
            fixed_cloud,
            adopted,
            adopted_keys,
            renewal_due: Some(now.uptime),
            changed: true,
            ..Self::default()
        }
    }

    /// Takes one event and gives what is to be done about it.
    pub fn handle(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        let before = Arc::clone(&self.installation);
        let mut effects = Vec::new();
        self.changed |= !matches!(event, Event::Tick);
        match event {
            Event::Tick => {}
            Event::Request(request) => {
                self.heard += 1;
                self.request(&request, now, &mut effects);
            }
            Event::Discovered(result) => self.discovered(result, &mut effects),
            Event::BrowserOpened(to) => {
                if let Work::Browser { address, .. } = &mut self.work {
                    *address = Some(to);
                }
            }
            Event::BrowserMissing(problem) => match &mut self.work {
                Work::Browser { missing, .. } => *missing = Some(problem),
                // The link can be visited all the same.
                Work::SignIn => self.fail(Integration::TeamsToEight, StepId::SignIn, problem),
                _ => {}
            },
            Event::Administrator(result) => self.administrator(result, now, &mut effects),
            Event::Consented { registration, result } => {
                self.consented(registration, result, now, &mut effects);
            }
            Event::Performed { task, result } => self.performed(task, result, now, &mut effects),
            Event::Checked { integration, check, result } => {
                self.checked(integration, check, result, now, &mut effects);
            }
            Event::KeyTested { key, result } => self.key_tested(key, result, now, &mut effects),
            Event::CertificateReady { registration, result } => self.certificate_ready(registration, result),
            Event::Session(step) => self.session(&step, now, &mut effects),
        }
        self.tick(now, &mut effects);
        self.offer_certificates(&mut effects);
        if self.installation != before {
            self.changed = true;
            effects.insert(0, Effect::Save(Arc::clone(&self.installation)));
        }
        self.adopt(&mut effects);
        let adopts = effects.iter().any(|effect| matches!(effect, Effect::Adopt(_)));
        if self.installation.options != before.options && !adopts {
            effects.push(Effect::Tune(Arc::clone(&self.installation)));
        }
        effects
    }

    /// When it wants to be woken with a [`Event::Tick`].
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        let retry = match &self.work {
            Work::Tasks(run) => run.retry_at,
            Work::Checks { retry_at, .. } => *retry_at,
            _ => None,
        };
        // What has to wait for the end of something else wakes nobody before.
        let administrator = self.administrator_until.filter(|_| !matches!(self.work, Work::Tasks(_)));
        let renewal = self.renewal_due.filter(|_| self.is_idle());
        [retry, administrator, renewal].into_iter().flatten().min()
    }

    /// Whether something moved since the last look; looking takes it back.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Whether something moved since the last look.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.changed
    }

    /// Whether nothing is under way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(self.work, Work::Idle)
    }

    /// The administrator whose token is held, if any.
    #[must_use]
    pub fn held_administrator(&self) -> Option<&Administrator> {
        self.administrator.as_ref()
    }

    /// Where an integration stands.
    #[must_use]
    pub fn standing(&self, integration: Integration) -> Standing {
        let progress = self.installation.progress(integration);
        let missing = || integration.steps(&self.installation).iter().any(|(_, done)| !done);
        if progress.disabled {
            Standing::Disabled
        } else if !progress.begun {
            Standing::NotInstalled
        } else if progress.consent_needed {
            Standing::ConsentNeeded
        } else if progress.attention.is_some() || (progress.verified.is_some() && missing()) {
            Standing::NeedsAttention
        } else if progress.verified.is_some() {
            Standing::Verified
        } else {
            Standing::InProgress
        }
    }

    /// The step that is open: one that was opened again, or the first that is not done.
    #[must_use]
    pub fn current(&self, integration: Integration) -> Option<StepId> {
        let steps = integration.steps(&self.installation);
        if let Some((of, step)) = self.reopened
            && of == integration
            && steps.iter().any(|(id, _)| *id == step)
        {
            return Some(step);
        }
        steps.into_iter().find(|(_, done)| !done).map(|(step, _)| step)
    }

    /// Why an integration can not begin yet.
    #[must_use]
    pub fn blocked(&self, integration: Integration) -> bool {
        let first = self.installation.progress(Integration::TeamsToEight);
        integration != Integration::TeamsToEight && (first.verified.is_none() || first.disabled)
    }

    fn change(&mut self) -> &mut Installation {
        Arc::make_mut(&mut self.installation)
    }

    fn fail(&mut self, integration: Integration, step: StepId, problem: Arc<Problem>) {
        self.problems.insert(integration, (step, problem));
        // What went wrong in a step that counts as done, such as preparing the later integrations, opens it again.
        let done = integration.steps(&self.installation).contains(&(step, true));
        if done && step != StepId::Verify {
            self.reopened = Some((integration, step));
        }
    }

    /// The sync's own sign-in is the status user's.
    fn session(&mut self, step: &Step, now: Moment, effects: &mut Vec<Effect>) {
        let first = Integration::TeamsToEight;
        match step {
            Step::Found(account) | Step::Done(account) => {
                let fresh = matches!(step, Step::Done(_));
                let user = self.installation.status_user.clone();
                let with_user = self.installation.reading == installation::Reading::StatusUser;
                if with_user {
                    let known = &mut self.change().status_user;
                    known.user_name.clone_from(&account.user_name);
                    known.id = Some(account.id.clone());
                    known.signed_in = true;
                    self.change().progress_mut(first).begun = true;
                }
                if !user.signed_in || fresh {
                    self.password = None;
                    // Nobody needs another password for it.
                    self.change().begun.remove(&Task::StatusUser.key());
                    self.problems.remove(&first);
                    self.reopened = None;
                }
                if matches!(self.work, Work::SignIn) {
                    self.work = Work::Idle;
                    self.go_on(first, now, effects);
                }
            }
            Step::Failed(problem) => {
                if matches!(self.work, Work::SignIn) {
                    self.work = Work::Idle;
                    self.fail(first, StepId::SignIn, Arc::clone(problem));
                }
                if problem.code == CONSENT_CODE {
                    self.change().progress_mut(first).consent_needed = true;
                }
            }
            Step::Cancelled => {
                if matches!(self.work, Work::SignIn) {
                    self.work = Work::Idle;
                }
            }
            Step::Ended(_) | Step::NotFound | Step::SignedOut => {
                if self.installation.status_user.signed_in {
                    self.change().status_user.signed_in = false;
                }
            }
            Step::Asked | Step::Opened(_) => {}
        }
    }

    /// What follows from time alone.
    fn tick(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let due = |at: Option<Uptime>| at.is_some_and(|at| at <= now.uptime);
        match &mut self.work {
            Work::Tasks(run) if due(run.retry_at) => {
                run.retry_at = None;
                self.perform(now, effects);
            }
            Work::Checks { integration, retry_at, .. } if due(*retry_at) => {
                *retry_at = None;
                let integration = *integration;
                self.next_check(integration, effects);
            }
            _ => {}
        }
        if due(self.administrator_until) && !matches!(self.work, Work::Tasks(_)) {
            self.drop_administrator(effects);
        }
        if due(self.renewal_due) && self.is_idle() {
            self.renewal_due = Some(now.uptime.plus(RENEWAL_LOOK));
            self.renew_certificates(now, effects);
        }
    }

    fn drop_administrator(&mut self, effects: &mut Vec<Effect>) {
        if self.administrator.take().is_some() {
            self.changed = true;
            effects.push(Effect::DropAdministrator);
        }
        self.administrator_until = None;
    }

    fn renew_certificates(&self, now: Moment, effects: &mut Vec<Effect>) {
        for (registration, record) in &self.installation.registrations {
            let due = record
                .certificate
                .as_ref()
                .is_some_and(|known| known.uploaded && renewal_due(known.expires, now.wall));
            if due {
                let installation = Arc::clone(&self.installation);
                effects.push(Effect::RenewCertificate { registration: *registration, installation });
            }
        }
    }

    /// Whoever registers by hand needs the certificate to upload.
    fn offer_certificates(&mut self, effects: &mut Vec<Effect>) {
        for integration in Integration::ALL {
            let registration = integration.registration();
            let wanted = self.installation.progress(integration).begun
                && registration.has_certificate(self.installation.reading)
                && self.current(integration) == Some(StepId::Register);
            if wanted && self.asked_certificates.insert(registration) {
                effects.push(Effect::MakeCertificate(registration));
            }
        }
    }

    fn certificate_ready(
        &mut self,
        registration: Registration,
        result: Result<(installation::CertificateRecord, String), Arc<Problem>>,
    ) {
        let integration = match registration {
            Registration::Reader => Integration::TeamsToEight,
            Registration::Writer => Integration::EightToTeams,
            Registration::Chat => Integration::Chat,
        };
        match result {
            Ok((record, pem)) => {
                self.certificates.insert(registration, pem.into());
                let known = self.installation.record(registration).certificate;
                let same = known.is_some_and(|known| known.uploaded && known.thumbprint == record.thumbprint);
                let renewed = record.uploaded;
                let record = installation::CertificateRecord { uploaded: renewed || same, ..record };
                self.change().record_mut(registration).certificate = Some(record);
                if renewed {
                    self.change().progress_mut(integration).attention = None;
                }
            }
            Err(problem) => {
                // Renewing failed in the background: said where the integration is, and tried again tomorrow.
                let known = self.installation.record(registration).certificate;
                if known.is_some_and(|known| known.uploaded) {
                    let words = format!("{} {}", problem.what, problem.cause);
                    self.change().progress_mut(integration).attention = Some(words);
                }
                self.fail(integration, StepId::Register, problem);
            }
        }
    }

    /// The sync runs with what is installed; a change of that is told once nothing is half done.
    fn adopt(&mut self, effects: &mut Vec<Effect>) {
        if matches!(self.work, Work::Tasks(_) | Work::Browser { .. }) {
            return;
        }
        let configuration = self.installation.configuration();
        let keys: Vec<Key> = self.installation.keys.iter().copied().collect();
        // Learning who signed in is no reason to begin anew; naming somebody else is.
        let learned = self.installation.status_user.signed_in;
        let same = match (&configuration, &self.adopted) {
            (Some(one), Some(other)) => {
                let named = |one: &Configuration| Configuration { expected: None, ..one.clone() };
                named(one) == named(other)
                    && (learned
                        || one.expected.as_ref().map(|(name, _)| name.to_lowercase())
                            == other.expected.as_ref().map(|(name, _)| name.to_lowercase()))
            }
            (None, None) => true,
            _ => false,
        };
        if !same || keys != self.adopted_keys {
            let signing_in = matches!(self.work, Work::SignIn);
            if !signing_in {
                self.adopted = configuration;
                self.adopted_keys = keys;
                // Before a check or a sign-in that was asked for just now, which need it.
                let place = usize::from(matches!(effects.first(), Some(Effect::Save(_))));
                effects.insert(place, Effect::Adopt(Arc::clone(&self.installation)));
            }
        } else {
            // Whom it learned stays the one when that person signs out.
            self.adopted = configuration;
        }
    }
}

/// The code of "no consent yet", whoever says it.
pub const CONSENT_CODE: &str = "signIn.consent";

#[cfg(test)]
mod tests;

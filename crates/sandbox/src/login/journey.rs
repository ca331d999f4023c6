//! The way through the sign-in pages: who it is, the password, the second factor, and the errand.

use uuid::Uuid;

use super::admin_consent::AdminConsent;
use super::authorize::SignIn;
use super::error::SignInError;
use super::pages::{self, Place};
use super::{Session, admin_consent, consent};
use crate::directory::account::{Account, Kind};
use crate::guard::{lock, read};
use crate::message::{Parameters, Reply};
use crate::organisation::{ADMIN, APPLICATION_ADMIN, HELP_DESK, STATUS_USER, STRANGER};
use crate::policy::Guests;
use crate::register::application::Application;
use crate::tenant::Tenant;

/// Pages and codes are good for ten minutes.
pub(super) const LIFE_MS: u64 = 600_000;

/// Somebody on the way through the pages.
pub(crate) struct Flow {
    /// The tenant as the address names it.
    pub(super) tenant_name: String,
    pub(super) client: Uuid,
    /// Where the answer goes.
    pub(super) redirect: String,
    pub(super) state: Option<String>,
    pub(super) hint: Option<String>,
    /// Whether the password is asked for again (`prompt=login`).
    pub(super) always_ask: bool,
    /// Who signed in with this browser before.
    pub(super) session: Option<Session>,
    pub(super) errand: Errand,
    /// Who was picked.
    pub(super) who: Option<Who>,
    pub(super) password_given: bool,
    pub(super) factor_given: bool,
    /// What is sent to the application if the person goes back.
    pub(super) refusal: Option<SignInError>,
    /// The page that is shown: an answer to any other is none.
    pub(super) step: Step,
    pub(super) made_ms: u64,
}

/// A page that waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Picker,
    Password,
    ChangePassword,
    Register,
    Approve,
    Consent,
    /// A refusal, from which one can only go back.
    Refused,
}

/// What the person came for.
#[derive(Clone)]
pub(crate) enum Errand {
    SignIn(SignIn),
    AdminConsent(AdminConsent),
}

/// Who was picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Account(Uuid),
    /// The person of another organisation.
    Stranger,
}

impl Flow {
    pub(super) fn is_stale(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.made_ms) > LIFE_MS
    }

    fn has_session_of(&self, user: Uuid) -> Option<&Session> {
        self.session.as_ref().filter(|session| session.user == user && !self.always_ask)
    }
}

/// Shows the next page, or ends the errand.
pub(super) fn proceed(tenant: &Tenant, mut flow: Flow) -> Reply {
    let user = match flow.who {
        None => return picker(tenant, flow, None),
        Some(Who::Stranger) => return stranger(tenant, flow),
        Some(Who::Account(user)) => user,
    };
    let Some(account) = account(tenant, user) else { return stale(tenant) };
    if let Some(session) = flow.has_session_of(user).cloned() {
        flow.password_given = true;
        flow.factor_given |= session.second_factor;
    }
    let name = account.user_principal_name.clone();
    if let Some(password) = &account.password {
        if !flow.password_given {
            return pages::password(&keep(tenant, flow, Step::Password), &name, None);
        }
        if password.must_change {
            return pages::change_password(&keep(tenant, flow, Step::ChangePassword), &name, None);
        }
    }
    let (needed, registered, refusal) = {
        let policy = read(&tenant.policy);
        let needed = policy.security_defaults || policy.second_factor.contains(&user);
        let registered = policy.second_factor.contains(&user) || policy.registered.contains(&user);
        (needed, registered, policy.refusal(user))
    };
    if needed && !registered {
        return pages::register(&keep(tenant, flow, Step::Register), &name);
    }
    if needed && !flow.factor_given {
        return pages::approve(&keep(tenant, flow, Step::Approve), &name);
    }
    if let Some(code) = refusal {
        let error = SignInError::conditional_access(code);
        if read(&tenant.policy).redirect_refusals {
            return refuse(tenant, &flow, &error);
        }
        let text = error.description(&tenant.clock);
        flow.refusal = Some(error);
        return pages::blocked(&keep(tenant, flow, Step::Refused), &name, &text);
    }
    end(tenant, flow, &account)
}

/// Why somebody who is signed in needs to see a page, or may not go on at all.
pub(super) fn obstacle(tenant: &Tenant, session: &Session) -> Option<SignInError> {
    let Some(account) = account(tenant, session.user) else { return Some(SignInError::revoked()) };
    if let Err(error) = may_sign_in(tenant, &account) {
        return Some(error);
    }
    let policy = read(&tenant.policy);
    let needed = policy.security_defaults || policy.second_factor.contains(&session.user);
    let error = match policy.refusal(session.user) {
        Some(code) => SignInError::conditional_access(code),
        None if needed && !session.second_factor => SignInError::new(
            50_076,
            "",
            "The user must use multi-factor authentication to access the resource.",
        ),
        None => return None,
    };
    Some(error)
}

fn end(tenant: &Tenant, flow: Flow, account: &Account) -> Reply {
    match flow.errand.clone() {
        Errand::SignIn(request) => consent::sign_in(tenant, flow, request, account),
        Errand::AdminConsent(request) => admin_consent::ask(tenant, flow, &request, account),
    }
}

/// Somebody of another organisation: nobody asks for consent here.
fn stranger(tenant: &Tenant, flow: Flow) -> Reply {
    match flow.errand.clone() {
        Errand::SignIn(request) => {
            consent::give_code(tenant, &flow, request, Who::Stranger, Default::default())
        }
        Errand::AdminConsent(_) => picker(tenant, flow, Some(&SignInError::other_organisation().headline())),
    }
}

/// `POST …/pick`: somebody chose an account, typed one, or gave up.
pub(super) fn picked(tenant: &Tenant, form: &Parameters) -> Reply {
    // One can give up on any page.
    if form.get("cancel").is_some() {
        let Some(mut flow) = take_any(tenant, form) else { return stale(tenant) };
        let error = flow.refusal.take().unwrap_or_else(SignInError::declined);
        return refuse(tenant, &flow, &error);
    }
    let Some(mut flow) = take(tenant, form, Step::Picker) else { return stale(tenant) };
    let Some(name) = form.get("account") else {
        return picker(tenant, flow, Some("Enter a user name, or pick an account."));
    };
    match find(tenant, name) {
        Ok(who) => {
            flow.who = Some(who);
            proceed(tenant, flow)
        }
        Err(error) => picker(tenant, flow, Some(&error.headline())),
    }
}

/// `POST …/consent`: somebody accepted or declined.
pub(super) fn consented(tenant: &Tenant, form: &Parameters) -> Reply {
    let Some(flow) = take(tenant, form, Step::Consent) else { return stale(tenant) };
    if form.get("decision") != Some("accept") {
        return refuse(tenant, &flow, &SignInError::declined());
    }
    let Some(account) = picked_account(tenant, &flow) else { return picker(tenant, flow, None) };
    match flow.errand.clone() {
        Errand::SignIn(request) => {
            let everybody = form.get("organisation").is_some();
            consent::accepted(tenant, flow, request, &account, everybody)
        }
        Errand::AdminConsent(request) => admin_consent::accepted(tenant, &flow, &request, &account),
    }
}

/// Who may sign in under a user name.
fn find(tenant: &Tenant, name: &str) -> Result<Who, SignInError> {
    if name.trim().eq_ignore_ascii_case(STRANGER) {
        return match read(&tenant.policy).admit_foreigners {
            true => Ok(Who::Stranger),
            false => Err(SignInError::other_organisation()),
        };
    }
    let unknown = || {
        let text = format!("The user account '{}' does not exist in the Brightwater directory.", name.trim());
        SignInError::new(50_034, "invalid_grant", text)
    };
    let account = tenant
        .with_directory(|directory| {
            let place = directory.place_of_user_name(name)?;
            directory.account(place).cloned()
        })
        .ok_or_else(unknown)?;
    may_sign_in(tenant, &account)?;
    Ok(Who::Account(account.id))
}

/// Whether an account may sign in at all.
pub(super) fn may_sign_in(tenant: &Tenant, account: &Account) -> Result<(), SignInError> {
    if !account.enabled() {
        return Err(SignInError::new(50_057, "invalid_grant", "The user account is disabled."));
    }
    if account.kind != Kind::Guest {
        return Ok(());
    }
    match read(&tenant.policy).guests {
        Guests::Admitted => Ok(()),
        Guests::Unknown => Err(SignInError::other_organisation()),
        Guests::Refused => Err(SignInError::new(
            90_072,
            "invalid_grant",
            "The account of another identity provider can not use the application in Brightwater.",
        )),
    }
}

pub(super) fn picked_account(tenant: &Tenant, flow: &Flow) -> Option<Account> {
    match flow.who? {
        Who::Account(user) => account(tenant, user),
        Who::Stranger => None,
    }
}

fn account(tenant: &Tenant, user: Uuid) -> Option<Account> {
    tenant.with_directory(|directory| {
        let place = directory.place_of_id(user)?;
        directory.account(place).cloned()
    })
}

/// Asks who signs in.
pub(super) fn picker(tenant: &Tenant, mut flow: Flow, trouble: Option<&str>) -> Reply {
    flow.who = None;
    let hint = flow.hint.clone().or_else(|| {
        let session = flow.session.as_ref().filter(|_| !flow.always_ask)?;
        account(tenant, session.user).map(|account| account.user_principal_name)
    });
    let mut accounts = tenant.with_directory(|directory| {
        let markup = usize::try_from(crate::directory::names::MARKUP_AT).ok();
        let known = [STATUS_USER, ADMIN, APPLICATION_ADMIN, HELP_DESK];
        let named = known.iter().copied().chain(hint.as_deref());
        let mut places: Vec<usize> = named.filter_map(|name| directory.place_of_user_name(name)).collect();
        let everybody = directory.accounts().iter().enumerate();
        places.extend(everybody.filter(|(_, account)| account.kind == Kind::Made).map(|(place, _)| place));
        places.extend((1..5).chain(markup));
        let mut seen = std::collections::HashSet::new();
        places.retain(|place| seen.insert(*place));
        let able =
            |account: &&Account| account.is_listed() && account.enabled() && account.kind != Kind::Guest;
        let accounts = places.into_iter().filter_map(|place| directory.account(place)).filter(able);
        accounts
            .map(|account| (account.user_principal_name.clone(), account.display_name.clone()))
            .collect::<Vec<_>>()
    });
    accounts.push((STRANGER.to_owned(), "Someone at Northwind".to_owned()));
    pages::picker(&keep(tenant, flow, Step::Picker), &accounts, hint.as_deref(), trouble)
}

/// Keeps a flow until its page is answered.
pub(super) fn keep(tenant: &Tenant, mut flow: Flow, step: Step) -> Place {
    let now_ms = tenant.clock.elapsed_ms();
    flow.step = step;
    flow.made_ms = now_ms;
    let id = Uuid::new_v4().simple().to_string();
    let place = Place { tenant: flow.tenant_name.clone(), flow: id.clone() };
    let mut flows = lock(&tenant.login.flows);
    flows.retain(|_, flow| !flow.is_stale(now_ms));
    flows.insert(id, flow);
    place
}

pub(super) fn take(tenant: &Tenant, form: &Parameters, step: Step) -> Option<Flow> {
    take_any(tenant, form).filter(|flow| flow.step == step)
}

fn take_any(tenant: &Tenant, form: &Parameters) -> Option<Flow> {
    let now_ms = tenant.clock.elapsed_ms();
    lock(&tenant.login.flows).remove(form.get("flow")?).filter(|flow| !flow.is_stale(now_ms))
}

pub(super) fn stale(tenant: &Tenant) -> Reply {
    let text =
        "This sign-in page was used already or is too old. Start the sign-in again in the application.";
    pages::error(tenant, &SignInError::new(50_089, "invalid_grant", text))
}

/// Sends an error back to the application.
pub(super) fn refuse(tenant: &Tenant, flow: &Flow, error: &SignInError) -> Reply {
    let admin = matches!(flow.errand, Errand::AdminConsent(_));
    send_error(tenant, &flow.redirect, flow.state.as_deref(), error, admin)
}

/// Sends an error to a redirect address. The answer to a request for admin consent says `admin_consent=True`
/// even then (learn.microsoft.com, "Admin consent on the Microsoft identity platform").
pub(super) fn send_error(
    tenant: &Tenant,
    redirect: &str,
    state: Option<&str>,
    error: &SignInError,
    admin: bool,
) -> Reply {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("error", error.class);
    query.append_pair("error_description", &error.description(&tenant.clock));
    if let Some(suberror) = error.suberror {
        query.append_pair("error_subcode", suberror);
    }
    if admin {
        query.append_pair("admin_consent", "True");
    }
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    Reply::redirect(&with_query(redirect, &query.finish())).header("cache-control", "no-store, no-cache")
}

/// An address with more parameters.
pub(super) fn with_query(address: &str, query: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{query}")
}

/// The application of a flow, as it is now.
pub(super) fn application(tenant: &Tenant, client: Uuid) -> Option<Application> {
    tenant.with_register(|register, now_ms| register.application(client, now_ms).cloned())
}

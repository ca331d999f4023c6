//! Users made, changed and deleted (Microsoft Graph: create user, update user, delete a user).

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::error::GraphError;
use super::user::{Selection, UserBody};
use super::{Visit, body, ok};
use crate::directory::account::{Account, Password};
use crate::login::is_strong;
use crate::message::Reply;
use crate::organisation::{DOMAIN, INITIAL_DOMAIN, POST_DOMAIN};
use crate::register::roles::{PRIVILEGED_ROLE_ADMINISTRATOR, USER_ADMINISTRATOR};

const WRITE: &str = "User.ReadWrite.All";
const DISABLE_EXPIRATION: &str = "DisablePasswordExpiration";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Draft {
    #[serde(rename = "@odata.type")]
    _kind: Option<Value>,
    account_enabled: Option<bool>,
    display_name: Option<String>,
    given_name: Option<String>,
    surname: Option<String>,
    mail_nickname: Option<String>,
    user_principal_name: Option<String>,
    password_profile: Option<Profile>,
    password_policies: Option<String>,
    usage_location: Option<String>,
    #[serde(rename = "jobTitle")]
    _job_title: Option<String>,
    #[serde(rename = "department")]
    _department: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Profile {
    #[serde(rename = "@odata.type")]
    _kind: Option<Value>,
    password: Option<String>,
    #[serde(default = "yes")]
    force_change_password_next_sign_in: bool,
    #[serde(default)]
    force_change_password_next_sign_in_with_mfa: bool,
}

fn yes() -> bool {
    true
}

/// `POST /users`.
pub(super) fn create(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need(&["User.Create", WRITE])?;
    visit.need_role(&[USER_ADMINISTRATOR])?;
    let draft: Draft = body(visit)?;
    let required = |name: &str| {
        GraphError::request(format!("A value is required for property '{name}' of resource 'User'."))
    };
    let enabled = draft.account_enabled.ok_or_else(|| required("accountEnabled"))?;
    let filled = |value: Option<String>| value.filter(|text| !text.trim().is_empty());
    let display = filled(draft.display_name).ok_or_else(|| required("displayName"))?;
    filled(draft.mail_nickname).ok_or_else(|| required("mailNickname"))?;
    let user = filled(draft.user_principal_name).ok_or_else(|| required("userPrincipalName"))?;
    let profile = draft.password_profile.ok_or_else(|| required("passwordProfile"))?;
    let text = profile.password.clone().ok_or_else(|| required("password"))?;
    check_name(&user)?;
    check_policies(draft.password_policies.as_deref())?;
    let password = strong(text, &profile, &user)?;
    let seen_from_ms = visit.tenant.moment().seen_from_ms;
    let made = visit.tenant.change_directory(|directory| {
        let account = directory.make(&user, &display, seen_from_ms)?;
        account.given_name = draft.given_name.unwrap_or_default();
        account.surname = draft.surname.unwrap_or_default();
        account.disabled = !enabled;
        account.password = Some(password);
        account.password_policies = draft.password_policies;
        account.usage_location = draft.usage_location;
        account.created = Some(visit.tenant.clock.wall());
        Some(account.clone())
    });
    let account = made.ok_or_else(|| {
        let text = "Another object with the same value for property userPrincipalName already exists.";
        GraphError::request(text)
    })?;
    let selection = Selection::parse(None, true)?;
    let context = visit.context("users/$entity");
    let shown = ok(&UserBody { account: &account, selection, context: Some(&context) });
    Ok(Reply { status: StatusCode::CREATED, ..shown })
}

/// `PATCH /users/{id or user name}`.
pub(super) fn update(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    let draft: Draft = body(visit)?;
    if draft.password_profile.is_some() {
        visit.need(&[WRITE, "User-PasswordProfile.ReadWrite.All", "Directory.AccessAsUser.All"])?;
    }
    if draft.account_enabled.is_some() {
        visit.need(&[WRITE, "User.EnableDisableAccount.All"])?;
    }
    if draft.account_enabled.is_none() && draft.password_profile.is_none() {
        visit.need(&[WRITE])?;
    }
    visit.need_role(&[USER_ADMINISTRATOR])?;
    if draft.user_principal_name.is_some() || draft.mail_nickname.is_some() {
        return Err(GraphError::request("The sandbox does not rename users."));
    }
    let account = may_change(visit, id)?;
    check_policies(draft.password_policies.as_deref())?;
    let password = draft.password_profile.map(|profile| match &profile.password {
        Some(text) => strong(text.clone(), &profile, &account.user_principal_name).map(Some),
        None => {
            let must_change = profile.must_change();
            Ok(account.password.clone().map(|password| Password { must_change, ..password }))
        }
    });
    let password = password.transpose()?.flatten();
    let reset = password.is_some();
    visit.tenant.change_directory(|directory| {
        let place = directory.place_of_id(account.id);
        let Some(account) = place.and_then(|place| directory.change(place)) else { return };
        account.disabled = draft.account_enabled.map_or(account.disabled, |enabled| !enabled);
        account.password = password.or(account.password.take());
        account.password_policies = draft.password_policies.or(account.password_policies.take());
        account.usage_location = draft.usage_location.or(account.usage_location.take());
        account.display_name = draft.display_name.unwrap_or_else(|| account.display_name.clone());
    });
    if reset {
        // A new password ends what the old one opened.
        visit.tenant.login.revoke(Some(account.id), visit.tenant.clock.stamp());
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// `DELETE /users/{id or user name}`.
pub(super) fn delete(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    visit.need(&[WRITE])?;
    visit.need_role(&[USER_ADMINISTRATOR])?;
    let account = may_change(visit, id)?;
    visit.tenant.change_directory(|directory| {
        if let Some(place) = directory.place_of_id(account.id) {
            directory.leave(place);
        }
    });
    visit.tenant.change_register(|register, _| register.remove_user(account.id));
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Finds an account that may be changed: administrators are changed by higher ones only.
fn may_change(visit: &Visit<'_>, id: &str) -> Result<Account, GraphError> {
    let found = visit.tenant.with_directory(|directory| {
        let place = match id.parse::<Uuid>() {
            Ok(id) => directory.place_of_id(id),
            Err(_) => directory.place_of_user_name(id),
        };
        place.and_then(|place| directory.account(place)).cloned()
    });
    let account = found.ok_or_else(|| GraphError::no_user(id))?;
    let roles = visit.tenant.with_register(|register, now_ms| register.roles_of(account.id, now_ms));
    if !roles.is_empty() && account.id != visit.access.user {
        visit.need_role(&[PRIVILEGED_ROLE_ADMINISTRATOR])?;
    }
    Ok(account)
}

/// A user name has a verified domain and, before it, letters that are allowed (Microsoft Graph: user,
/// `userPrincipalName`).
fn check_name(user: &str) -> Result<(), GraphError> {
    let invalid = |text: &str| Err(GraphError::request(text));
    let Some((local, domain)) = user.split_once('@') else {
        return invalid("Property userPrincipalName is invalid.");
    };
    if ![DOMAIN, INITIAL_DOMAIN, POST_DOMAIN].iter().any(|known| known.eq_ignore_ascii_case(domain)) {
        return invalid(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
        );
    }
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"'.-_!#^~".contains(&byte);
    if local.is_empty() || local.len() > 64 || local.ends_with('.') || !local.bytes().all(letters) {
        return invalid("Property userPrincipalName is invalid.");
    }
    Ok(())
}

fn check_policies(policies: Option<&str>) -> Result<(), GraphError> {
    let known = |name: &str| matches!(name.trim(), "None" | DISABLE_EXPIRATION | "DisableStrongPassword");
    match policies {
        Some(policies) if !policies.split(',').all(known) => Err(GraphError::request(
            "Invalid value specified for property 'passwordPolicies' of resource 'User'.",
        )),
        _ => Ok(()),
    }
}

fn strong(text: String, profile: &Profile, user: &str) -> Result<Password, GraphError> {
    if !is_strong(&text, user) {
        return Err(GraphError::request(
            "The specified password does not comply with password complexity requirements. Please provide a \
             different password.",
        ));
    }
    Ok(Password { text, must_change: profile.must_change() })
}

impl Profile {
    fn must_change(&self) -> bool {
        self.force_change_password_next_sign_in || self.force_change_password_next_sign_in_with_mfa
    }
}

//! The answers of the pages for passwords and second factors.

use super::error::SignInError;
use super::journey::{Step, Who, keep, picked_account, proceed, stale, take};
use super::pages;
use crate::directory::account::local_part;
use crate::guard::write;
use crate::message::{Parameters, Reply};
use crate::tenant::Tenant;

/// A password has at least so many characters, of three kinds (learn.microsoft.com, "Password policies").
const SHORTEST_PASSWORD: usize = 8;

/// `POST …/password`.
pub(super) fn password(tenant: &Tenant, form: &Parameters) -> Reply {
    let Some(mut flow) = take(tenant, form, Step::Password) else { return stale(tenant) };
    let Some(account) = picked_account(tenant, &flow) else { return stale(tenant) };
    let given = form.given("password").unwrap_or_default();
    if account.password.as_ref().is_some_and(|password| password.text != given) {
        let error = SignInError::new(
            50_126,
            "invalid_grant",
            "Your account or password is incorrect. If you don't remember your password, reset it.",
        );
        let name = account.user_principal_name;
        return pages::password(&keep(tenant, flow, Step::Password), &name, Some(&error.headline()));
    }
    flow.password_given = true;
    proceed(tenant, flow)
}

/// `POST …/change-password`.
pub(super) fn change_password(tenant: &Tenant, form: &Parameters) -> Reply {
    let Some(flow) = take(tenant, form, Step::ChangePassword) else { return stale(tenant) };
    let Some(account) = picked_account(tenant, &flow) else { return stale(tenant) };
    let name = account.user_principal_name.clone();
    let given = |field| form.given(field).unwrap_or_default();
    let (old, new, again) = (given("password"), given("new_password"), given("new_password_again"));
    let trouble = match &account.password {
        Some(password) if password.text != old => Some("AADSTS50126: The current password is incorrect."),
        _ if new != again => Some("The new passwords do not match."),
        _ if new == old => Some("The new password must differ from the current one."),
        _ if !is_strong(new, &name) => Some("Choose a password that's harder for people to guess."),
        _ => None,
    };
    if trouble.is_some() {
        return pages::change_password(&keep(tenant, flow, Step::ChangePassword), &name, trouble);
    }
    tenant.change_directory(|directory| {
        let place = directory.place_of_id(account.id);
        if let Some(password) =
            place.and_then(|place| directory.change(place)).and_then(|account| account.password.as_mut())
        {
            password.text = new.to_owned();
            password.must_change = false;
        }
    });
    // A new password ends what the old one opened.
    tenant.login.revoke(Some(account.id), tenant.clock.stamp());
    proceed(tenant, flow)
}

/// `POST …/register`: a second factor was registered.
pub(super) fn registered(tenant: &Tenant, form: &Parameters) -> Reply {
    let Some(flow) = take(tenant, form, Step::Register) else { return stale(tenant) };
    if let Some(Who::Account(user)) = flow.who {
        write(&tenant.policy).registered.insert(user);
    }
    proceed(tenant, flow)
}

/// `POST …/approve`: the second factor was used.
pub(super) fn approved(tenant: &Tenant, form: &Parameters) -> Reply {
    let Some(mut flow) = take(tenant, form, Step::Approve) else { return stale(tenant) };
    flow.factor_given = true;
    proceed(tenant, flow)
}

/// Whether a password is not too easy. It must not hold what stands before the `@` of the user name.
pub(crate) fn is_strong(password: &str, user: &str) -> bool {
    let kinds: [fn(char) -> bool; 4] = [
        |letter| letter.is_lowercase(),
        |letter| letter.is_uppercase(),
        |letter| letter.is_numeric(),
        |letter| !letter.is_alphanumeric(),
    ];
    let used = kinds.iter().filter(|kind| password.chars().any(**kind)).count();
    let local = local_part(user).to_lowercase();
    (SHORTEST_PASSWORD..=256).contains(&password.chars().count())
        && used >= 3
        && (local.len() < 3 || !password.to_lowercase().contains(&local))
}

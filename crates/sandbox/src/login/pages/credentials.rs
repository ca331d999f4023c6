//! The pages for passwords and second factors, and the one that refuses.

use hyper::StatusCode;

use super::{Place, alert, escape, page};
use crate::message::Reply;

/// Asks for the password.
pub(in crate::login) fn password(place: &Place, user: &str, trouble: Option<&str>) -> Reply {
    page(
        StatusCode::OK,
        "password",
        "Enter password",
        &format!(
            "<p><bdi>{user}</bdi></p>{trouble}{form}{field}\
             <p><button type=\"submit\" class=\"primary\" id=\"next\">Sign in</button></p></form>{back}",
            user = escape(user),
            trouble = alert(trouble),
            form = form(place, "password", user),
            field = field("password", "Password", "current-password", true),
            back = place.back("Cancel"),
        ),
    )
}

/// Asks for a new password.
pub(in crate::login) fn change_password(place: &Place, user: &str, trouble: Option<&str>) -> Reply {
    page(
        StatusCode::OK,
        "change-password",
        "Update your password",
        &format!(
            "<p><bdi>{user}</bdi></p><p>You need to update your password because this is the first time you are \
             signing in, or because your password has expired.</p>{trouble}{form}{old}{new}{again}\
             <p><button type=\"submit\" class=\"primary\" id=\"next\">Sign in</button></p></form>{back}",
            user = escape(user),
            trouble = alert(trouble),
            form = form(place, "change-password", user),
            old = field("password", "Current password", "current-password", true),
            new = field("new_password", "New password", "new-password", false),
            again = field("new_password_again", "Confirm password", "new-password", false),
            back = place.back("Cancel"),
        ),
    )
}

/// Asks to register a second factor.
pub(in crate::login) fn register(place: &Place, user: &str) -> Reply {
    page(
        StatusCode::OK,
        "register",
        "More information required",
        &format!(
            "<p><bdi>{user}</bdi></p><p>Your organisation needs more information to keep your account secure \
             (AADSTS50079).</p><p>This is where an authenticator would be set up.</p>{form}\
             <p><button type=\"submit\" class=\"primary\" id=\"next\" autofocus>Set up an authenticator</button></p>\
             </form>{back}",
            user = escape(user),
            form = place.form("register"),
            back = place.back("Cancel"),
        ),
    )
}

/// Asks for the second factor.
pub(in crate::login) fn approve(place: &Place, user: &str) -> Reply {
    page(
        StatusCode::OK,
        "approve",
        "Approve sign in request",
        &format!(
            "<p><bdi>{user}</bdi></p><p>Your phone would ask now. Answer here in its place.</p>{form}\
             <p><button type=\"submit\" class=\"primary\" id=\"approve\" autofocus>Approve</button></p></form>{back}",
            user = escape(user),
            form = place.form("approve"),
            back = place.back("Deny"),
        ),
    )
}

/// Says that a policy refuses the sign-in.
pub(in crate::login) fn blocked(place: &Place, user: &str, text: &str) -> Reply {
    page(
        StatusCode::OK,
        "blocked",
        "You cannot access this right now",
        &format!(
            "<p><bdi>{user}</bdi></p><p>Your sign-in was successful but does not meet the criteria to access this \
             resource.</p>{trouble}{back}",
            user = escape(user),
            trouble = alert(Some(text)),
            back = place.back("Return to the application"),
        ),
    )
}

/// The beginning of a form for passwords, with the user name that password managers look for.
fn form(place: &Place, step: &str, user: &str) -> String {
    format!(
        "{}<input type=\"text\" name=\"username\" value=\"{}\" autocomplete=\"username\" hidden>",
        place.form(step),
        escape(user)
    )
}

fn field(name: &str, label: &str, autocomplete: &str, focus: bool) -> String {
    let focus = if focus { " autofocus" } else { "" };
    format!(
        "<label for=\"{name}\">{label}</label><input type=\"password\" id=\"{name}\" name=\"{name}\" \
         autocomplete=\"{autocomplete}\"{focus}>"
    )
}

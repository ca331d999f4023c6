//! The sign-in pages: real HTML for a real browser, without a script.
//!
//! `main` carries `data-page` and every choice a `name` and a `value`, so that a program can find its way
//! as well as a person can.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;

use super::error::SignInError;
use crate::message::Reply;
use crate::tenant::Tenant;

mod consent;
mod credentials;

pub(super) use consent::{Consent, admin_consent, approval, consent, insufficient};
pub(super) use credentials::{approve, blocked, change_password, password, register};

/// Where a page's answer goes: the tenant as the address names it, and the flow.
pub(super) struct Place {
    pub(super) tenant: String,
    pub(super) flow: String,
}

impl Place {
    fn action(&self, step: &str) -> String {
        format!("/login/{}/{step}", escape(&self.tenant))
    }

    fn hidden(&self) -> String {
        format!("<input type=\"hidden\" name=\"flow\" value=\"{}\">", escape(&self.flow))
    }

    /// The beginning of a form.
    fn form(&self, step: &str) -> String {
        format!("<form method=\"post\" action=\"{}\">{}", self.action(step), self.hidden())
    }

    /// A form of one button that gives up.
    fn back(&self, label: &str) -> String {
        format!(
            "{}<button type=\"submit\" id=\"cancel\" name=\"cancel\" value=\"1\">{label}</button></form>",
            self.form("pick")
        )
    }
}

const STYLE: &str = include_str!("pages.css");

/// Pages carry no script and load nothing. The address a form's answer redirects to counts as its target
/// too, in some browsers, so loopback is allowed there.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self' http://localhost:* \
         http://127.0.0.1:*; \
         base-uri 'none'; frame-ancestors 'none'"
    )
});

/// Asks who signs in. `accounts` are user names and display names.
pub(super) fn picker(
    place: &Place,
    accounts: &[(String, String)],
    hint: Option<&str>,
    trouble: Option<&str>,
) -> Reply {
    let action = place.action("pick");
    let hidden = place.hidden();
    let mut buttons = String::new();
    for (number, (user, name)) in accounts.iter().enumerate() {
        let preselected = hint.is_some_and(|hint| hint.trim().eq_ignore_ascii_case(user));
        let mark = if preselected { " aria-current=\"true\" autofocus" } else { "" };
        let user = escape(user);
        buttons.push_str(&format!(
            "<li><button type=\"submit\" id=\"account-{number}\" name=\"account\" value=\"{user}\" \
             data-account=\"{user}\"{mark}><bdi>{}</bdi><span class=\"small\">{user}</span></button></li>",
            escape(name)
        ));
    }
    let listed = |hint: &&str| accounts.iter().any(|(user, _)| user.eq_ignore_ascii_case(hint.trim()));
    let typed = escape(hint.filter(|hint| !listed(hint)).unwrap_or_default());
    let trouble = alert(trouble);
    page(
        StatusCode::OK,
        "picker",
        "Pick an account",
        &format!(
            "{trouble}<form method=\"post\" action=\"{action}\">{hidden}<ul>{buttons}</ul></form>\
             <form method=\"post\" action=\"{action}\">{hidden}\
             <label for=\"other\">Use another account</label>\
             <input type=\"text\" id=\"other\" name=\"account\" value=\"{typed}\" autocomplete=\"username\" \
             spellcheck=\"false\"><p><button type=\"submit\" class=\"primary\" id=\"next\">Next</button></p>\
             </form><form method=\"post\" action=\"{action}\">{hidden}\
             <button type=\"submit\" id=\"cancel\" name=\"cancel\" value=\"1\">Cancel</button></form>"
        ),
    )
}

/// An error that must not be sent to any redirect address.
pub(super) fn error(tenant: &Tenant, error: &SignInError) -> Reply {
    page(
        StatusCode::BAD_REQUEST,
        "error",
        "Sorry, but we’re having trouble signing you in.",
        &format!(
            "<p class=\"trouble\" role=\"alert\" id=\"trouble\">{}</p>",
            escape(&error.description(&tenant.clock))
        ),
    )
}

/// Says goodbye.
pub(super) fn signed_out() -> Reply {
    page(StatusCode::OK, "signed-out", "You signed out of your account", "<p>You may close this page.</p>")
}

fn alert(trouble: Option<&str>) -> String {
    trouble.map_or_else(String::new, |text| {
        format!("<p class=\"trouble\" role=\"alert\" id=\"trouble\">{}</p>", escape(text))
    })
}

fn page(status: StatusCode, kind: &str, title: &str, content: &str) -> Reply {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Sign in to your account (sandbox tenant)</title><style>{STYLE}</style></head><body>\
         <main data-page=\"{kind}\"><p class=\"note\">This is the <strong>sandbox tenant</strong> on this computer. \
         The organisation Brightwater is made up; its seeded accounts need no password, and nothing leaves this computer.</p>\
         <h1>{title}</h1>{content}</main></body></html>"
    );
    Reply::with_body(status, "text/html; charset=utf-8", html.into_bytes())
        .header("content-security-policy", &POLICY)
        .header("cache-control", "no-store, no-cache")
        .header("referrer-policy", "no-referrer")
        .header("x-content-type-options", "nosniff")
}

/// Makes text safe between tags and in quoted attributes.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_is_the_one_the_policy_allows() {
        let reply = signed_out();
        let html = String::from_utf8(reply.body).unwrap();
        let style = html.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
        let hash = STANDARD.encode(digest::digest(&digest::SHA256, style.as_bytes()));
        assert!(reply.headers["content-security-policy"].to_str().unwrap().contains(&hash));
    }

    #[test]
    fn hostile_values_stay_text() {
        let hostile = "\"><script>alert('x')</script>";
        let accounts = [(hostile.to_owned(), hostile.to_owned())];
        let place = Place { tenant: hostile.to_owned(), flow: hostile.to_owned() };
        let reply = picker(&place, &accounts, Some(hostile), Some(hostile));
        let html = String::from_utf8(reply.body).unwrap();
        assert!(!html.contains("<script") && !html.contains("alert('"));
    }
}

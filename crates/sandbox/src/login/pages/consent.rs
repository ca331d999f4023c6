//! The pages for consent: one's own, an administrator's, and those for people who may not give it.

use hyper::StatusCode;

use super::{Place, alert, escape, page};
use crate::message::Reply;
use crate::register::permissions::{Permission, named};

/// What a consent page shows.
pub(in crate::login) struct Consent<'a> {
    pub(in crate::login) user: &'a str,
    pub(in crate::login) application: &'a str,
    pub(in crate::login) asked: &'a [String],
    pub(in crate::login) offline: bool,
    /// Whether the person may consent for everybody.
    pub(in crate::login) may_decide_for_all: bool,
}

/// Asks for consent to permissions.
pub(in crate::login) fn consent(place: &Place, consent: &Consent<'_>) -> Reply {
    let mut asked = consent.asked.to_vec();
    if consent.offline {
        asked.push("offline_access".to_owned());
    }
    let everybody = if consent.may_decide_for_all {
        "<p><label for=\"organisation\"><input type=\"checkbox\" id=\"organisation\" name=\"organisation\" \
         value=\"1\"> Consent on behalf of your organisation</label></p>"
    } else {
        ""
    };
    page(
        StatusCode::OK,
        "consent",
        "Permissions requested",
        &format!(
            "<p><bdi>{user}</bdi></p><p><strong><bdi>{application}</bdi></strong> would like to:</p>\
             <ul>{list}</ul>{form}{everybody}{DECISION}</form>",
            user = escape(consent.user),
            application = escape(consent.application),
            list = permissions(&asked),
            form = place.form("consent"),
        ),
    )
}

/// Asks an administrator for consent for everybody.
pub(in crate::login) fn admin_consent(
    place: &Place,
    user: &str,
    application: &str,
    scopes: &[String],
    roles: &[&'static Permission],
) -> Reply {
    let roles: String = roles
        .iter()
        .map(|role| {
            let (meaning, name) = (escape(role.meaning), escape(role.name));
            format!("<li>{meaning}, without a signed-in user<span class=\"small\">{name}</span></li>")
        })
        .collect();
    page(
        StatusCode::OK,
        "admin-consent",
        "Permissions requested. Review for your organisation",
        &format!(
            "<p><bdi>{user}</bdi></p><p><strong><bdi>{application}</bdi></strong> would like to:</p>\
             <ul>{list}{roles}</ul><p>If you accept, the application gets access for all users in your \
             organisation. Nobody else will be asked.</p>{form}{DECISION}</form>",
            user = escape(user),
            application = escape(application),
            list = permissions(scopes),
            form = place.form("consent"),
        ),
    )
}

/// Says that only an administrator may consent.
pub(in crate::login) fn approval(
    place: &Place,
    user: &str,
    application: &str,
    missing: &[String],
    text: &str,
) -> Reply {
    page(
        StatusCode::OK,
        "approval",
        "Need admin approval",
        &format!(
            "<p><bdi>{user}</bdi></p><p><bdi>{application}</bdi> needs permissions that only an administrator can \
             grant:</p><ul>{list}</ul>{trouble}{back}",
            user = escape(user),
            application = escape(application),
            list = permissions(missing),
            trouble = alert(Some(text)),
            back = place.back("Return to the application without granting consent"),
        ),
    )
}

/// Says that the person's role is not enough for admin consent.
pub(in crate::login) fn insufficient(place: &Place, user: &str, application: &str, text: &str) -> Reply {
    page(
        StatusCode::OK,
        "insufficient",
        "Need admin approval",
        &format!(
            "<p><bdi>{user}</bdi></p><p>Your role does not allow you to consent to what <bdi>{application}</bdi> \
             asks for.</p>{trouble}{back}",
            user = escape(user),
            application = escape(application),
            trouble = alert(Some(text)),
            back = place.back("Return to the application without granting consent"),
        ),
    )
}

const DECISION: &str = "<p><button type=\"submit\" class=\"primary\" id=\"accept\" name=\"decision\" \
     value=\"accept\">Accept</button></p><p><button type=\"submit\" id=\"cancel\" name=\"decision\" \
     value=\"cancel\">Cancel</button></p>";

fn permissions(names: &[String]) -> String {
    names
        .iter()
        .map(|name| {
            let meaning = named(name).map_or("", |permission| permission.meaning);
            format!("<li>{}<span class=\"small\">{}</span></li>", escape(meaning), escape(name))
        })
        .collect()
}

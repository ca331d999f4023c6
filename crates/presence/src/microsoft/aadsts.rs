//! What Entra's AADSTS numbers mean to a person.
//!
//! Numbers and meanings: learn.microsoft.com, "Microsoft Entra authentication and authorization error codes". That page
//! says that numbers and texts may change at any time, so they choose words only; what the program does depends on the
//! class of the error ([`EntraError::passes`]).

mod table;

use Actor::Nobody;
use Kind::{SignInAgain, Transient};
use table::{BUG, CONSENT, DECLINED, LATER, OTHER, PASSING, REGISTRATION, TABLE, UNAVAILABLE};

use super::wire::EntraError;
use crate::error::Problem;
use crate::person::plain;

/// Who can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The person in front of the screen.
    You,
    /// An administrator of the Microsoft organisation.
    MicrosoftAdministrator,
    /// Nobody: the program tries again by itself.
    Nobody,
}

/// What kind of trouble it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The sign-in ended or needs a further proof; signing in again is enough.
    SignInAgain,
    /// Somebody signed in who does not belong here.
    WrongAccount,
    /// Permissions are not granted.
    ConsentNeeded,
    /// Somebody refused on purpose.
    Declined,
    /// The organisation's rules forbid this sign-in.
    BlockedByPolicy,
    /// The account or its password is not in order.
    AccountTrouble,
    /// The application's registration is not in order.
    ConfigurationWrong,
    /// The wrong organisation, or the wrong one of Microsoft's clouds.
    WrongOrganisation,
    /// Microsoft has a passing problem of its own.
    Transient,
    /// Too many requests.
    Throttled,
    /// The certificate or the secret with which the application signs in is not accepted.
    CertificateTrouble,
    /// The program sent something wrong.
    OurBug,
}

impl Kind {
    /// The code of a [`Problem`] of this kind; it stays the same from version to version.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SignInAgain => "microsoft.signInNeeded",
            Self::WrongAccount => "signIn.wrongAccount",
            Self::ConsentNeeded => "signIn.consent",
            Self::Declined => "signIn.declined",
            Self::BlockedByPolicy => "signIn.blocked",
            Self::AccountTrouble => "signIn.account",
            Self::ConfigurationWrong => "signIn.registration",
            Self::WrongOrganisation => "signIn.wrongTenant",
            Self::Transient => "microsoft.unavailable",
            Self::Throttled => "microsoft.throttled",
            Self::CertificateTrouble => "signIn.certificate",
            Self::OurBug => "signIn.bug",
        }
    }
}

/// What one or more numbers mean. Texts may hold `{account}`, the name of the account that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The numbers; none where the entry stands for a class of errors.
    pub codes: &'static [u32],
    /// One sentence: what happened.
    pub what: &'static str,
    /// One sentence or two: why.
    pub cause: &'static str,
    /// What to do now.
    pub remedy: &'static str,
    /// Who does it.
    pub actor: Actor,
    /// What kind of trouble it is.
    pub kind: Kind,
}

/// The meaning of an AADSTS number; `None` for a number that the table does not hold.
#[must_use]
pub fn explain(code: u32) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.codes.contains(&code))
}

/// An error of Entra in words, with one line for support as its detail.
///
/// A number that the table does not hold is told in Entra's own first sentence, with the remedy of its class. `account`
/// is the user name, where it is known.
#[must_use]
pub fn problem(error: &EntraError, account: Option<&str>) -> Problem {
    let known = error.code().and_then(explain);
    let entry = known.unwrap_or_else(|| by_class(error));
    let quoted = || Some(format!("Microsoft answered “{}”.", error.sentence()?.trim_end_matches('.')));
    let cause = if known.is_some() { None } else { quoted() };
    let cause = cause.unwrap_or_else(|| fill(entry.cause, account));
    // Words and deeds must agree, and what is done depends on the class alone.
    let (code, what, remedy) = match (error.passes(), entry.actor) {
        (true, Nobody) => (entry.kind.code(), entry.what, entry.remedy),
        (true, _) => (Transient.code(), UNAVAILABLE, entry.remedy),
        (false, Nobody) => (SignInAgain.code(), entry.what, LATER),
        (false, _) => (entry.kind.code(), entry.what, entry.remedy),
    };
    Problem::new(code, &fill(what, account), cause, fill(remedy, account)).detail(error.support())
}

/// What the class of an error says by itself.
///
/// Classes: the same page, "Handling error codes in your application", and RFC 6749, sections 4.1.2.1 and 5.2.
fn by_class(error: &EntraError) -> &'static Entry {
    match (error.error.as_str(), error.suberror.as_deref()) {
        ("consent_required", _) | (_, Some("consent_required")) => &CONSENT,
        ("access_denied" | "permission_denied" | "authorization_declined", _) => &DECLINED,
        ("invalid_client" | "unauthorized_client", _) => &REGISTRATION,
        (
            "invalid_request"
            | "invalid_scope"
            | "invalid_resource"
            | "unsupported_grant_type"
            | "unsupported_response_type",
            _,
        ) => &BUG,
        _ if error.passes() => &PASSING,
        _ => &OTHER,
    }
}

fn fill(text: &str, account: Option<&str>) -> String {
    let name = account.map(plain).filter(|name| !name.is_empty());
    match (name, text.strip_prefix("{account}")) {
        (Some(name), _) => text.replace("{account}", &name),
        (None, Some(rest)) => format!("This account{}", rest.replace("{account}", "this account")),
        (None, None) => text.replace("{account}", "this account"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Actor::{MicrosoftAdministrator as Administrator, You};
    use super::Kind::Throttled;
    use super::table::{AGAIN, BY_ITSELF};
    use super::*;

    /// Written out, so that none gets lost; the last two tell a clock that is wrong.
    const CODES: [u32; 90] = [
        16_000, 50_001, 500_011, 50_011, 500_113, 900_971, 50_020, 50_034, 50_053, 50_055, 50_144, 50_056,
        50_126, 50_057, 50_058, 50_059, 90_002, 50_072, 50_079, 50_074, 50_076, 50_078, 50_089, 54_005,
        70_000, 50_097, 53_000, 53_001, 53_002, 50_105, 50_125, 50_135, 50_131, 53_003, 530_032, 530_034,
        530_035, 50_132, 50_133, 50_173, 50_194, 50_196, 50_199, 53_010, 53_004, 65_001, 65_002, 65_004,
        65_005, 650_056, 650_057, 650_052, 70_008, 700_082, 700_084, 70_011, 28_002, 28_003, 70_016, 70_018,
        70_019, 70_043, 70_001, 700_016, 7_000_112, 1_000_031, 700_025, 7_000_218, 700_027, 700_030, 50_012,
        7_000_215, 7_000_222, 90_033, 90_006, 90_024, 90_090, 50_033, 50_087, 90_038, 90_043, 900_382,
        900_432, 90_055, 90_072, 90_094, 90_095, 9_001_023, 500_133, 700_024,
    ];

    fn answered(class: &str, code: u32, text: &str) -> EntraError {
        let body = format!(
            r#"{{"error":"{class}","error_description":"AADSTS{code}: {text}\r\nTrace ID: t-1\r\nCorrelation ID: c-1\r\nTimestamp: 2026-10-09 11:22:33Z",
                "error_codes":[{code}],"timestamp":"2026-10-09 11:22:33Z","trace_id":"t-1","correlation_id":"c-1",
                "suberror":"basic_action","claims":"{{\"access_token\":{{\"capolids\":\"hush\"}}}}"}}"#
        );
        EntraError::parse(body.as_bytes()).unwrap()
    }

    /// Everything a person may read of it.
    fn told(problem: &Problem) -> String {
        serde_json::to_string(problem).unwrap()
    }

    #[test]
    fn each_code_has_a_full_message_with_one_who_acts() {
        for code in CODES {
            let entry = explain(code).unwrap_or_else(|| panic!("{code} is not in the table"));
            for text in [entry.what, entry.cause, entry.remedy] {
                assert!(text.ends_with('.') && text.len() > 10, "{code}: {text}");
                assert!(!text.contains('!') && !text.contains("  "), "{code}: {text}");
                assert!(!text.replace("{account}", "").contains(['{', '}']), "{code}: {text}");
            }
            assert_ne!(entry.what, entry.cause, "{code}");
            let admin = entry.remedy.to_lowercase().contains("administrator");
            match entry.actor {
                Administrator => assert!(admin, "{code} does not say who: {}", entry.remedy),
                Nobody => {
                    assert!(
                        entry.remedy.contains("by ourselves") || entry.remedy.contains("itself"),
                        "{code}"
                    );
                    assert!(matches!(entry.kind, Transient | Throttled), "{code}");
                }
                You => assert!(!entry.remedy.starts_with("A Microsoft"), "{code}"),
            }
            for account in [None, Some("8x8.status@contoso.com")] {
                let problem = problem(&answered("invalid_grant", code, "Words of Entra."), account);
                let told = told(&problem);
                for hidden in ["{account}", "access_token", "capolids", "hush", "Words of Entra"] {
                    assert!(!told.contains(hidden), "{code} tells {hidden}: {told}");
                }
                assert!(problem.what.starts_with(char::is_uppercase), "{told}");
                assert!(problem.cause.starts_with(char::is_uppercase) || account.is_some(), "{told}");
                assert_eq!(
                    problem.detail.as_deref(),
                    Some(
                        format!("AADSTS{code}, invalid_grant, basic_action, correlation id c-1, trace id t-1, 2026-10-09 11:22:33Z")
                            .as_str()
                    )
                );
            }
        }
    }

    #[test]
    fn the_table_holds_each_code_once_and_nothing_untested() {
        let listed: Vec<u32> = TABLE.iter().flat_map(|entry| entry.codes).copied().collect();
        let once: HashSet<u32> = listed.iter().copied().collect();
        assert_eq!(listed.len(), once.len());
        assert_eq!(once, HashSet::from(CODES));
    }

    #[test]
    fn the_account_is_named_where_it_is_known() {
        let revoked = answered("invalid_grant", 50_173, "Revoked.");
        let named = problem(&revoked, Some("8x8.status@contoso.com"));
        assert_eq!(
            named.cause,
            "Microsoft ended the sign-in of 8x8.status@contoso.com, as after a password change."
        );
        assert_eq!(named.code, "microsoft.signInNeeded");
        assert_eq!(problem(&revoked, None).cause.find("this account"), Some(31));
        let unassigned = problem(&answered("invalid_grant", 50_105, "No."), None);
        assert!(unassigned.cause.starts_with("This account is not assigned"), "{unassigned}");
    }

    #[test]
    fn an_unknown_code_is_told_in_the_words_of_entra() {
        let error = answered("invalid_grant", 999_999, "A new\u{202e} rule applies. It has more to say.");
        let told = problem(&error, None);
        assert_eq!(told.cause, "Microsoft answered “A new rule applies”.");
        assert_eq!((told.code.as_str(), told.remedy.as_str()), ("microsoft.signInNeeded", AGAIN));
        assert!(told.detail.unwrap().starts_with("AADSTS999999, invalid_grant, "));
        let long = problem(&answered("invalid_grant", 999_999, &"long ".repeat(2_000)), None);
        assert!(long.cause.chars().count() < 300 && !long.cause.contains("Trace"), "{long}");
        let mute = problem(&EntraError::redirected("odd_class".into(), String::new()), None);
        assert_eq!((mute.cause.as_str(), mute.detail.as_deref()), (OTHER.cause, Some("odd_class")));
    }

    #[test]
    fn an_unknown_code_gets_the_remedy_of_its_class() {
        for (class, code, actor) in [
            ("invalid_grant", "microsoft.signInNeeded", You),
            ("interaction_required", "microsoft.signInNeeded", You),
            ("login_required", "microsoft.signInNeeded", You),
            ("consent_required", "signIn.consent", Administrator),
            ("access_denied", "signIn.declined", You),
            ("permission_denied", "signIn.declined", You),
            ("invalid_client", "signIn.registration", Administrator),
            ("unauthorized_client", "signIn.registration", Administrator),
            ("invalid_request", "signIn.bug", You),
            ("invalid_scope", "signIn.bug", You),
            ("temporarily_unavailable", "microsoft.unavailable", Nobody),
            ("server_error", "microsoft.unavailable", Nobody),
        ] {
            let error = answered(class, 999_999, "Something new.");
            assert_eq!(
                (problem(&error, None).code.as_str(), by_class(&error).actor),
                (code, actor),
                "{class}"
            );
        }
    }

    #[test]
    fn nobody_is_told_to_wait_for_us_when_we_do_not_try_again() {
        let ended = problem(&answered("invalid_grant", 90_033, "Down."), None);
        assert_eq!((ended.code.as_str(), ended.remedy.as_str()), ("microsoft.signInNeeded", LATER));
        let passing = problem(&answered("temporarily_unavailable", 90_033, "Down."), None);
        assert_eq!((passing.code.as_str(), passing.remedy.as_str()), ("microsoft.unavailable", BY_ITSELF));
        let slow = problem(&answered("temporarily_unavailable", 90_055, "Slow."), None);
        assert_eq!(slow.code, "microsoft.throttled");
    }

    #[test]
    fn a_redirected_error_keeps_what_support_asks_for() {
        let description = "AADSTS65004: User declined to consent to access the app. Trace ID: 0000aaaa-11bb-cccc-dd33-eeeeee333333 \
             Correlation ID: aaaa0000-bb11-2222-33cc-444444dddddd Timestamp: 2026-10-09 11:22:33Z";
        let wanted = "AADSTS65004, access_denied, correlation id aaaa0000-bb11-2222-33cc-444444dddddd, trace id \
                      0000aaaa-11bb-cccc-dd33-eeeeee333333, 2026-10-09 11:22:33Z";
        for description in [
            description.to_owned(),
            description
                .replace(" Trace", "\r\nTrace")
                .replace(" Corr", "\r\nCorr")
                .replace(" Time", "\r\nTime"),
            description.replace(' ', "+"),
        ] {
            let told = problem(&EntraError::redirected("access_denied".into(), description), None);
            assert_eq!(told.detail.as_deref(), Some(wanted));
            assert_eq!(told.code, "signIn.declined");
            assert!(told.cause.contains("declined"), "{told}");
        }
        let canceled =
            EntraError::redirected("permission_denied".into(), "The+admin+canceled+the+request".into());
        let canceled = problem(&canceled, None);
        assert_eq!(canceled.cause, "Microsoft answered “The admin canceled the request”.");
        assert_eq!(canceled.detail.as_deref(), Some("permission_denied"));
    }
}

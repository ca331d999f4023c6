//! What Entra's AADSTS numbers mean to a person.
//!
//! Numbers and meanings: learn.microsoft.com, "Microsoft Entra authentication and authorization error codes". That page
//! says that numbers and texts may change at any time, so they choose words only; what the program does depends on the
//! class of the error ([`EntraError::passes`]).

use Actor::{MicrosoftAdministrator as Administrator, Nobody, You};
use Kind::{
    AccountTrouble, BlockedByPolicy, CertificateTrouble, ConfigurationWrong, ConsentNeeded, Declined, OurBug,
    SignInAgain, Throttled, Transient, WrongAccount, WrongOrganisation,
};

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
    /// An administrator of 8x8. No answer of Entra needs one; the type is shared with the other side's failures.
    EightAdministrator,
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

const NEEDED: &str = "Sign-in needed.";
const AGAIN: &str = "Sign in again.";
const LATER: &str = "Wait a few minutes, then sign in again.";
const UNAVAILABLE: &str = "Microsoft's sign-in service has a problem of its own.";
const BY_ITSELF: &str =
    "Nothing to do: we ask again by ourselves. If it lasts, look at Microsoft's service health page.";
const BLOCKED: &str = "Your organisation does not allow this sign-in.";
const POLICY: &str = "A Microsoft administrator can find this sign-in by its correlation id in the sign-in logs of the \
                      Entra admin center, and change the rule there.";
const REGISTRATION_WRONG: &str = "The application is not set up correctly.";
const GRANT: &str = "A Microsoft administrator can grant the permissions in Setup, or in the Entra admin center under \
                     Enterprise applications, Permissions. Then sign in again.";
const WRONG: &str = "That account does not belong here.";
const RIGHT_ONE: &str = "Sign in with the status user of your organisation.";
const BUG_WHAT: &str = "Presence Sync asked for something wrong.";
const REPORT: &str =
    "Install the newest version of Presence Sync. If it lasts, report it with the line for support.";
const CERTIFICATE_WHAT: &str = "Microsoft did not accept the application's certificate.";
const NOT_THERE: &str = "The application can not be used in this organisation.";
const CLOUD: &str = "That is the wrong Microsoft cloud.";
const CHOOSE_CLOUD: &str = "Choose the cloud of your organisation in Settings, then sign in again.";

static CONSENT: Entry = Entry {
    codes: &[],
    what: "Admin consent needed.",
    cause: "The permissions of this application are not granted yet.",
    remedy: GRANT,
    actor: Administrator,
    kind: ConsentNeeded,
};

static DECLINED: Entry = Entry {
    codes: &[],
    what: "The sign-in was declined.",
    cause: "Somebody declined or cancelled it in the browser.",
    remedy: "Sign in again and accept what the page asks for.",
    actor: You,
    kind: Declined,
};

static REGISTRATION: Entry = Entry {
    codes: &[],
    what: REGISTRATION_WRONG,
    cause: "Microsoft did not let this application sign in.",
    remedy: "A Microsoft administrator can check the registration in Setup, or in the Entra admin center under App \
             registrations.",
    actor: Administrator,
    kind: ConfigurationWrong,
};

static BUG: Entry = Entry {
    codes: &[],
    what: BUG_WHAT,
    cause: "Microsoft could not make use of the request.",
    remedy: REPORT,
    actor: You,
    kind: OurBug,
};

static PASSING: Entry = Entry {
    codes: &[],
    what: UNAVAILABLE,
    cause: "It could not answer just now.",
    remedy: BY_ITSELF,
    actor: Nobody,
    kind: Transient,
};

static OTHER: Entry = Entry {
    codes: &[],
    what: NEEDED,
    cause: "Microsoft gave no reason that this version of Presence Sync knows.",
    remedy: AGAIN,
    actor: You,
    kind: SignInAgain,
};

const fn entry(
    codes: &'static [u32],
    kind: Kind,
    actor: Actor,
    [what, cause, remedy]: [&'static str; 3],
) -> Entry {
    Entry { codes, what, cause, remedy, actor, kind }
}

/// Every number that is known here, each once.
static TABLE: &[Entry] = &[
    // The sign-in ended, or wants one more step.
    entry(
        &[50_132, 50_133, 50_173],
        SignInAgain,
        You,
        [NEEDED, "Microsoft ended the sign-in of {account}, as after a password change.", AGAIN],
    ),
    entry(
        &[70_008, 700_082],
        SignInAgain,
        You,
        [NEEDED, "The sign-in of {account} was not used for too long.", AGAIN],
    ),
    entry(
        &[70_043],
        SignInAgain,
        You,
        [
            NEEDED,
            "Your organisation asks for a new sign-in at certain times, so this will come again.",
            "Sign in again. A Microsoft administrator can except {account} from the sign-in frequency rule.",
        ],
    ),
    entry(
        &[50_058],
        SignInAgain,
        You,
        [NEEDED, "The browser no longer holds a sign-in of {account}.", "Sign in again in the browser."],
    ),
    entry(
        &[50_074, 50_076],
        SignInAgain,
        You,
        [
            NEEDED,
            "Microsoft wants a second proof of who is signing in as {account}.",
            "Sign in again and give the proof in the browser.",
        ],
    ),
    entry(
        &[50_078],
        SignInAgain,
        You,
        [
            NEEDED,
            "The second proof that {account} gave has expired, as your organisation's rules want it.",
            "Sign in again and give the proof once more.",
        ],
    ),
    entry(
        &[50_089],
        SignInAgain,
        You,
        ["The sign-in took too long.", "The page in the browser had expired when it was sent.", AGAIN],
    ),
    entry(
        &[54_005],
        SignInAgain,
        You,
        [
            "The sign-in could not be finished.",
            "The answer of the browser had been used already; that happens when a page is loaded twice.",
            AGAIN,
        ],
    ),
    entry(
        &[70_000],
        SignInAgain,
        You,
        [NEEDED, "Microsoft no longer accepts the stored sign-in of {account}.", AGAIN],
    ),
    entry(
        &[50_199],
        SignInAgain,
        You,
        [
            "The sign-in waits for a confirmation.",
            "Microsoft asked in the browser whether you are signing in to this application, and got no answer.",
            "Sign in again and choose Continue on that page.",
        ],
    ),
    entry(
        &[70_018],
        SignInAgain,
        You,
        [
            "The code was not accepted.",
            "The code that was typed in the browser is not the one that was shown.",
            "Sign in again and type the new code.",
        ],
    ),
    entry(
        &[70_019],
        SignInAgain,
        You,
        [
            "The code has expired.",
            "Nobody finished the sign-in in the browser in time.",
            "Sign in again and type the new code.",
        ],
    ),
    entry(
        &[70_016],
        Transient,
        Nobody,
        [
            "The sign-in is not finished yet.",
            "Microsoft still waits for somebody to finish it in the browser.",
            "Finish signing in there; this window notices by itself.",
        ],
    ),
    // The account.
    entry(
        &[16_000, 50_020],
        WrongAccount,
        You,
        [WRONG, "{account} belongs to another organisation. Nothing was kept.", RIGHT_ONE],
    ),
    entry(
        &[90_072],
        WrongAccount,
        You,
        [
            WRONG,
            "{account} is a guest from another organisation and can not give the proof that this one asks for.",
            RIGHT_ONE,
        ],
    ),
    entry(
        &[50_034],
        WrongAccount,
        You,
        [
            "That account was not found.",
            "{account} does not exist in this organisation.",
            "Check the user name and the organisation, then sign in again.",
        ],
    ),
    entry(
        &[50_053],
        AccountTrouble,
        Administrator,
        [
            "The account is locked.",
            "Somebody tried too often to sign in as {account}, or from an address that Microsoft distrusts.",
            "Wait at least fifteen minutes before you sign in again, or ask a Microsoft administrator to unlock it.",
        ],
    ),
    entry(
        &[50_055],
        AccountTrouble,
        You,
        [
            "The password has expired.",
            "The password of {account} has expired.",
            "Sign in and choose a new password.",
        ],
    ),
    entry(
        &[50_144],
        AccountTrouble,
        You,
        [
            "The password has expired.",
            "The password of {account} in your own Active Directory has expired.",
            "Change the password there or have a Microsoft administrator reset it, then sign in again.",
        ],
    ),
    entry(
        &[50_056],
        AccountTrouble,
        You,
        [
            "The password was not accepted.",
            "Microsoft knows no password of {account}.",
            "Type the password again in the browser. If it has none, a Microsoft administrator can set one.",
        ],
    ),
    entry(
        &[50_126],
        AccountTrouble,
        You,
        [
            "The password was not accepted.",
            "The user name or the password of {account} is wrong.",
            "Type both again in the browser.",
        ],
    ),
    entry(
        &[50_057],
        AccountTrouble,
        Administrator,
        [
            "The account is disabled.",
            "The account {account} is disabled.",
            "A Microsoft administrator can enable it in the Entra admin center under Users. Then sign in again.",
        ],
    ),
    entry(
        &[50_072, 50_079],
        AccountTrouble,
        You,
        [
            "The account needs a second proof.",
            "Your organisation wants {account} to register a second proof, such as an authenticator app.",
            "Sign in and register it once in the browser. A Microsoft administrator can also except the account.",
        ],
    ),
    entry(
        &[50_125],
        AccountTrouble,
        You,
        [
            "The account needs attention.",
            "Microsoft wants {account} to set a password, or a way to reset it, first.",
            "Sign in again and follow the pages in the browser.",
        ],
    ),
    entry(
        &[50_135],
        AccountTrouble,
        You,
        [
            "The password must be changed.",
            "Microsoft thinks that somebody else may know the password of {account}.",
            "Sign in again and choose a new password in the browser.",
        ],
    ),
    entry(
        &[50_105],
        AccountTrouble,
        Administrator,
        [
            "The account may not use this application.",
            "{account} is not assigned to this application, and your organisation requires it.",
            "A Microsoft administrator can assign it in the Entra admin center under Enterprise applications, Users and \
             groups, or turn “Assignment required” off.",
        ],
    ),
    // The organisation's rules.
    entry(
        &[50_131, 53_003],
        BlockedByPolicy,
        Administrator,
        [BLOCKED, "A Conditional Access rule blocks {account}.", POLICY],
    ),
    entry(
        &[50_097],
        BlockedByPolicy,
        Administrator,
        [
            BLOCKED,
            "Your organisation lets only devices sign in that it knows, and this computer did not prove to be one.",
            "Use a computer of your organisation, or have a Microsoft administrator except this application.",
        ],
    ),
    entry(
        &[53_000],
        BlockedByPolicy,
        Administrator,
        [
            BLOCKED,
            "This computer does not fulfil your organisation's rules for devices.",
            "Use a computer that does, or have a Microsoft administrator except this application.",
        ],
    ),
    entry(
        &[53_001],
        BlockedByPolicy,
        Administrator,
        [
            BLOCKED,
            "This computer is not joined to your organisation's domain.",
            "Use a computer that is, or have a Microsoft administrator except this application.",
        ],
    ),
    entry(
        &[53_002],
        BlockedByPolicy,
        Administrator,
        [
            BLOCKED,
            "This application is not among those that your organisation approved.",
            "A Microsoft administrator can except it in the Conditional Access rule.",
        ],
    ),
    entry(
        &[53_004],
        BlockedByPolicy,
        Administrator,
        [
            BLOCKED,
            "{account} must register a second proof, and Microsoft forbids that now because the sign-in looks risky.",
            "A Microsoft administrator can dismiss the risk, or issue a Temporary Access Pass. Then sign in again.",
        ],
    ),
    entry(
        &[53_010],
        BlockedByPolicy,
        Administrator,
        [
            BLOCKED,
            "{account} must register a second proof, and your organisation allows that only in certain places or on \
             certain devices.",
            "Register it there, or have a Microsoft administrator issue a Temporary Access Pass. Then sign in again.",
        ],
    ),
    entry(
        &[530_032],
        BlockedByPolicy,
        Administrator,
        [BLOCKED, "A security rule of your organisation blocks this request of {account}.", POLICY],
    ),
    entry(
        &[530_034],
        BlockedByPolicy,
        Administrator,
        [
            BLOCKED,
            "{account} administers for another organisation, and its own organisation sees a risk in it.",
            "An administrator of that account's own organisation can look into the risk. Then sign in again.",
        ],
    ),
    entry(
        &[530_035],
        BlockedByPolicy,
        Administrator,
        [BLOCKED, "Microsoft's security defaults hold the sign-in of {account} to be unsafe.", POLICY],
    ),
    // Consent.
    entry(
        &[65_001],
        ConsentNeeded,
        Administrator,
        [CONSENT.what, "Nobody granted this application the permissions that it needs.", GRANT],
    ),
    entry(
        &[90_094],
        ConsentNeeded,
        Administrator,
        [CONSENT.what, "In your organisation only an administrator may grant the permissions.", GRANT],
    ),
    entry(
        &[90_095],
        ConsentNeeded,
        Administrator,
        [
            CONSENT.what,
            "In your organisation only an administrator may grant the permissions; the page in the browser lets you ask \
             for them.",
            "A Microsoft administrator can answer that request in the Entra admin center under Enterprise applications, \
             Admin consent requests. Then sign in again.",
        ],
    ),
    entry(
        &[65_004],
        Declined,
        You,
        [
            "The request for permissions was declined.",
            "Somebody declined it in the browser.",
            "Sign in again and accept it.",
        ],
    ),
    // The application's registration.
    entry(
        &[70_001],
        ConfigurationWrong,
        Administrator,
        [
            NOT_THERE,
            "It is disabled, or not known here.",
            "A Microsoft administrator can enable it in the Entra admin center under Enterprise applications, \
             Properties, or run Setup again.",
        ],
    ),
    entry(
        &[700_016],
        ConfigurationWrong,
        Administrator,
        [
            NOT_THERE,
            "It is not known in this organisation. Right after Setup it takes Microsoft some minutes to know it \
             everywhere.",
            "Check the application (client) id and the organisation. If it is new, wait a few minutes and sign in \
             again; otherwise a Microsoft administrator can run Setup again.",
        ],
    ),
    entry(
        &[7_000_112],
        ConfigurationWrong,
        Administrator,
        [
            NOT_THERE,
            "An administrator disabled it.",
            "A Microsoft administrator can enable it in the Entra admin center under Enterprise applications, \
             Properties.",
        ],
    ),
    entry(
        &[1_000_031],
        ConfigurationWrong,
        Administrator,
        [
            NOT_THERE,
            "Microsoft or your organisation has closed the access to it for now.",
            "A Microsoft administrator can look at it in the Entra admin center under Enterprise applications.",
        ],
    ),
    entry(
        &[50_011],
        ConfigurationWrong,
        Administrator,
        [
            REGISTRATION_WRONG,
            "The address http://localhost is not registered for it.",
            "A Microsoft administrator can add http://localhost as a redirect of the kind “Mobile and desktop \
             applications”, in the Entra admin center under App registrations, Authentication.",
        ],
    ),
    entry(
        &[500_113, 900_971],
        ConfigurationWrong,
        Administrator,
        [
            REGISTRATION_WRONG,
            "No address is registered to which Microsoft could send its answer.",
            "A Microsoft administrator can add http://localhost as a redirect of the kind “Mobile and desktop \
             applications”, in the Entra admin center under App registrations, Authentication.",
        ],
    ),
    entry(
        &[700_025],
        ConfigurationWrong,
        Administrator,
        [
            REGISTRATION_WRONG,
            "It is registered as a public client, which may not sign in with a certificate or a secret.",
            "A Microsoft administrator can turn off “Allow public client flows” for it, or run Setup again for an \
             application of its own.",
        ],
    ),
    entry(
        &[7_000_218],
        ConfigurationWrong,
        Administrator,
        [
            REGISTRATION_WRONG,
            "It is not registered as a public client.",
            "A Microsoft administrator can turn on “Allow public client flows” for it, in the Entra admin center under \
             App registrations, Authentication.",
        ],
    ),
    entry(
        &[700_084],
        ConfigurationWrong,
        Administrator,
        [
            REGISTRATION_WRONG,
            "Its redirect is registered for web pages, whose sign-ins end after a day.",
            "A Microsoft administrator can register http://localhost under “Mobile and desktop applications” in place \
             of “Single-page application”. Then sign in again.",
        ],
    ),
    entry(
        &[65_005],
        ConfigurationWrong,
        Administrator,
        [
            REGISTRATION_WRONG,
            "It asks for something that its list of permissions does not hold.",
            "A Microsoft administrator can run Setup again, which corrects the list.",
        ],
    ),
    entry(
        &[650_056],
        ConfigurationWrong,
        Administrator,
        [
            REGISTRATION_WRONG,
            "Its list of permissions is empty, or nobody granted them.",
            "A Microsoft administrator can run Setup again, which corrects the list and grants it.",
        ],
    ),
    entry(
        &[650_057],
        ConfigurationWrong,
        Administrator,
        [
            REGISTRATION_WRONG,
            "Microsoft Graph is not in its list of permissions.",
            "A Microsoft administrator can run Setup again, which adds it.",
        ],
    ),
    entry(
        &[65_002],
        ConfigurationWrong,
        Administrator,
        [
            REGISTRATION_WRONG,
            "The application (client) id is one of Microsoft's own, which may not ask for this.",
            "Use an application of your organisation; a Microsoft administrator can register one in Setup.",
        ],
    ),
    entry(
        &[50_194],
        ConfigurationWrong,
        You,
        [
            REGISTRATION_WRONG,
            "It belongs to one organisation only, and the sign-in did not say which.",
            "Enter your organisation's domain or directory (tenant) id, then sign in again.",
        ],
    ),
    entry(
        &[9_001_023],
        ConfigurationWrong,
        You,
        [
            REGISTRATION_WRONG,
            "This way of signing in works only with a named organisation.",
            "Enter your organisation's domain or directory (tenant) id, then sign in again.",
        ],
    ),
    // The organisation or the cloud.
    entry(
        &[50_059, 90_002],
        WrongOrganisation,
        You,
        [
            "The organisation was not found.",
            "Microsoft does not know it in this cloud.",
            "Check the domain or the directory (tenant) id, and the cloud.",
        ],
    ),
    entry(
        &[50_001, 500_011],
        WrongOrganisation,
        Administrator,
        [
            "The organisation does not have this service.",
            "Microsoft Graph was not found in it; the organisation or the cloud may be the wrong one.",
            "Check the directory (tenant) id and the cloud. If both are right, a Microsoft administrator must add the \
             service.",
        ],
    ),
    entry(
        &[650_052],
        WrongOrganisation,
        Administrator,
        [
            "The organisation does not have this service.",
            "It has not subscribed to a service that the application needs, or has turned it off.",
            "A Microsoft administrator can check the organisation's subscriptions.",
        ],
    ),
    entry(
        &[90_038, 90_043],
        WrongOrganisation,
        You,
        [
            CLOUD,
            "The organisation is kept in one of Microsoft's national clouds, not in this one.",
            CHOOSE_CLOUD,
        ],
    ),
    entry(
        &[900_382, 900_432],
        WrongOrganisation,
        You,
        [
            CLOUD,
            "The application signs in by itself, which does not work from one cloud into another.",
            CHOOSE_CLOUD,
        ],
    ),
    // The application's own credentials.
    entry(
        &[700_027],
        CertificateTrouble,
        Administrator,
        [
            CERTIFICATE_WHAT,
            "The registration does not hold the certificate of this computer.",
            "A Microsoft administrator can upload the certificate again in Setup.",
        ],
    ),
    entry(
        &[700_030],
        CertificateTrouble,
        Administrator,
        [
            CERTIFICATE_WHAT,
            "The name in the certificate is not allowed for this application.",
            "A Microsoft administrator can make and upload a new certificate in Setup.",
        ],
    ),
    entry(
        &[50_012],
        CertificateTrouble,
        Administrator,
        [
            CERTIFICATE_WHAT,
            "It is not valid, or not allowed for this application.",
            "A Microsoft administrator can make and upload a new certificate in Setup.",
        ],
    ),
    entry(
        &[500_133, 700_024],
        CertificateTrouble,
        You,
        [
            CERTIFICATE_WHAT,
            "The time that was signed with it is too early or too late: the clock of this computer seems to be wrong.",
            "Set this computer's date and time, then try again.",
        ],
    ),
    entry(
        &[7_000_215],
        CertificateTrouble,
        Administrator,
        [
            "Microsoft did not accept the application's secret.",
            "It is not the right one; often its id was copied in place of its value.",
            "A Microsoft administrator can make a new secret in the Entra admin center, and copy its value.",
        ],
    ),
    entry(
        &[7_000_222],
        CertificateTrouble,
        Administrator,
        [
            "The application's secret or certificate has expired.",
            "It was valid only until a certain day.",
            "A Microsoft administrator can make a new one in Setup.",
        ],
    ),
    // Microsoft's own trouble.
    entry(
        &[90_033, 90_090],
        Transient,
        Nobody,
        [UNAVAILABLE, "The directory behind it can not be reached just now.", BY_ITSELF],
    ),
    entry(
        &[90_006, 90_024, 50_033],
        Transient,
        Nobody,
        [UNAVAILABLE, "It can not answer just now.", BY_ITSELF],
    ),
    entry(
        &[50_087],
        Transient,
        Nobody,
        [UNAVAILABLE, "The check of the second proof of {account} failed for a passing reason.", BY_ITSELF],
    ),
    entry(
        &[90_055],
        Throttled,
        Nobody,
        [
            "Microsoft asks us to slow down.",
            "There are too many requests from your organisation.",
            "Nothing to do: we wait and go on by ourselves.",
        ],
    ),
    entry(
        &[50_196],
        Throttled,
        Nobody,
        [
            "Microsoft asks us to slow down.",
            "It saw the same request too often in too short a time.",
            "Nothing to do: we wait and go on by ourselves. If it comes again, report it with the line for support.",
        ],
    ),
    // Ours.
    entry(
        &[70_011],
        OurBug,
        You,
        [BUG_WHAT, "Microsoft does not know a permission that was asked for.", REPORT],
    ),
    entry(
        &[28_002],
        OurBug,
        You,
        [BUG_WHAT, "A permission that was asked for can not be part of a token.", REPORT],
    ),
    entry(&[28_003], OurBug, You, [BUG_WHAT, "No permission was named in the request for a token.", REPORT]),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

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
                Actor::EightAdministrator => panic!("{code}: Entra knows nothing of 8x8"),
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

//! The numbers as data, and the words of the classes they fall in.

use super::Actor::{MicrosoftAdministrator as Administrator, Nobody, You};
use super::Entry;
use super::Kind::{
    self, AccountTrouble, BlockedByPolicy, CertificateTrouble, ConfigurationWrong, ConsentNeeded, Declined,
    OurBug, SignInAgain, Throttled, Transient, WrongAccount, WrongOrganisation,
};

const NEEDED: &str = "Sign-in needed.";
pub(super) const AGAIN: &str = "Sign in again.";
pub(super) const LATER: &str = "Wait a few minutes, then sign in again.";
pub(super) const UNAVAILABLE: &str = "Microsoft's sign-in service has a problem of its own.";
pub(super) const BY_ITSELF: &str =
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

pub(super) static CONSENT: Entry = Entry {
    codes: &[],
    what: "Admin consent needed.",
    cause: "The permissions of this application are not granted yet.",
    remedy: GRANT,
    actor: Administrator,
    kind: ConsentNeeded,
};

pub(super) static DECLINED: Entry = Entry {
    codes: &[],
    what: "The sign-in was declined.",
    cause: "Somebody declined or cancelled it in the browser.",
    remedy: "Sign in again and accept what the page asks for.",
    actor: You,
    kind: Declined,
};

pub(super) static REGISTRATION: Entry = Entry {
    codes: &[],
    what: REGISTRATION_WRONG,
    cause: "Microsoft did not let this application sign in.",
    remedy: "A Microsoft administrator can check the registration in Setup, or in the Entra admin center under App \
             registrations.",
    actor: Administrator,
    kind: ConfigurationWrong,
};

pub(super) static BUG: Entry = Entry {
    codes: &[],
    what: BUG_WHAT,
    cause: "Microsoft could not make use of the request.",
    remedy: REPORT,
    actor: You,
    kind: OurBug,
};

pub(super) static PASSING: Entry = Entry {
    codes: &[],
    what: UNAVAILABLE,
    cause: "It could not answer just now.",
    remedy: BY_ITSELF,
    actor: Nobody,
    kind: Transient,
};

pub(super) static OTHER: Entry = Entry {
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
    actor: super::Actor,
    [what, cause, remedy]: [&'static str; 3],
) -> Entry {
    Entry { codes, what, cause, remedy, actor, kind }
}

/// Every number that is known here, each once.
pub(super) static TABLE: &[Entry] = &[
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

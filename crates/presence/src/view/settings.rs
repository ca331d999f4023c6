//! The settings page: what the operator set, whose accounts are kept, and who is waited for.

use serde::Serialize;

use super::board::State;
use super::status::Tone;
use super::text::clock;
use crate::desk::kept::Target;
use crate::error::Problem;
use crate::locale::Writing;
use crate::moment::Moment;
use crate::preferences::Preferences;
use crate::session::Session;
use crate::setup::installation::Key;
use crate::snapshot::Snapshot;

/// The settings page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Settings {
    /// The snapshot it was made from.
    #[cfg_attr(test, ts(type = "number"))]
    pub revision: u64,
    /// What the operator set.
    pub preferences: Preferences,
    /// What can be chosen for the time between two polls, in seconds.
    pub intervals: Vec<u32>,
    /// Seconds between two polls as they are now: longer outside working hours, and while Microsoft wants it so.
    #[cfg_attr(test, ts(type = "number"))]
    pub interval_now: u64,
    /// Whether these are working hours.
    pub at_work: bool,
    /// Whether the program starts at login; none where that can not be arranged.
    pub starts_at_login: Option<bool>,
    /// Until when it is paused: "until 07:00", "until you resume"; none when it is not.
    pub paused: Option<String>,
    /// Accounts and keys, in the order in which they matter.
    pub accounts: Vec<AccountLine>,
    /// Who is waited for.
    pub watches: Vec<WatchLine>,
    /// What keeps settings, pins and notes from being kept.
    pub disk: Option<Problem>,
    /// How many people are pinned.
    pub pinned: usize,
    /// How many notes there are.
    pub notes: usize,
}

/// What kind of account a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase", rename = "KeptAccountKind"))]
pub enum AccountKind {
    /// The account that reads presence.
    StatusUser,
    /// The program's own registration, with a certificate.
    Application,
    /// A key of 8x8.
    Key,
}

/// An account or a key.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase", rename = "KeptAccount"))]
pub struct AccountLine {
    /// Names it among all lines.
    pub id: String,
    /// What kind.
    pub kind: AccountKind,
    /// Whose, or which.
    pub name: String,
    /// What for, and where it is kept.
    pub text: String,
    /// How it is: "Signed in", "Works".
    pub state: String,
    /// How urgent.
    pub tone: Tone,
    /// What can be done with it.
    pub act: AccountAct,
}

/// What can be done with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase", rename = "KeptAccountAct"))]
pub enum AccountAct {
    /// Sign in with the browser.
    SignIn,
    /// Stop waiting for the browser.
    Cancel,
    /// Forget the sign-in.
    SignOut,
    /// It is looked after in Setup.
    Setup,
}

/// Somebody who is waited for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct WatchLine {
    /// Who.
    pub target: Target,
    /// In words: a name, or "Anyone in Sales".
    pub name: String,
    /// The state of a person, if it is one.
    pub state: Option<State>,
    /// In words, with when it was asked.
    pub text: String,
}

/// The settings page of a picture.
#[must_use]
pub fn settings(snapshot: &Snapshot) -> Settings {
    let desk = &snapshot.desk;
    Settings {
        revision: snapshot.revision,
        preferences: Preferences::clone(&desk.preferences),
        intervals: crate::preferences::INTERVALS.to_vec(),
        interval_now: snapshot.interval.as_secs(),
        at_work: desk.at_work,
        starts_at_login: desk.starts_at_login,
        paused: snapshot.paused.map(|until| super::status::pause_words(snapshot, until)),
        accounts: accounts(snapshot),
        watches: watches(snapshot),
        disk: desk.disk.as_deref().cloned(),
        pinned: desk.kept.pinned.len(),
        notes: desk.kept.notes.len(),
    }
}

fn accounts(snapshot: &Snapshot) -> Vec<AccountLine> {
    let mut lines: Vec<AccountLine> = sign_in(snapshot).into_iter().collect();
    let installation = &snapshot.setup.installation;
    for (registration, record) in &installation.registrations {
        let Some(certificate) = record.certificate.as_ref().filter(|known| known.uploaded) else { continue };
        lines.push(AccountLine {
            id: format!("application-{}", registration.name()),
            kind: AccountKind::Application,
            name: registration.name().into(),
            text: "Microsoft, application with a certificate. Its key is kept in this computer's keychain."
                .into(),
            state: format!("Until {}", Writing::here().date_of(certificate.expires)),
            tone: Tone::Good,
            act: AccountAct::Setup,
        });
    }
    for key in Key::ALL.into_iter().filter(|key| installation.keys.contains(key)) {
        lines.push(AccountLine {
            id: format!("key-{}", key.keyword()),
            kind: AccountKind::Key,
            name: format!("8x8 key for {}", key.product()),
            text: "8x8 Admin Console. Kept in this computer's keychain, and shown nowhere.".into(),
            state: "Kept".into(),
            tone: Tone::Good,
            act: AccountAct::Setup,
        });
    }
    lines
}

fn sign_in(snapshot: &Snapshot) -> Option<AccountLine> {
    let (name, state, tone, act) = match &snapshot.session {
        Session::SignedIn(account) => {
            (account.user_name.clone(), "Signed in", Tone::Good, AccountAct::SignOut)
        }
        Session::Waiting { .. } => {
            ("Microsoft".into(), "Waiting for your browser", Tone::Warning, AccountAct::Cancel)
        }
        Session::Needed(_) => ("Microsoft".into(), "Sign-in needed", Tone::Bad, AccountAct::SignIn),
        Session::SignedOut => ("Microsoft".into(), "Signed out", Tone::Plain, AccountAct::SignIn),
        Session::Unknown => return None,
    };
    Some(AccountLine {
        id: "microsoft".into(),
        kind: AccountKind::StatusUser,
        name,
        text: "Microsoft. Reads presence. Kept in this computer's keychain.".into(),
        state: state.into(),
        tone,
        act,
    })
}

fn watches(snapshot: &Snapshot) -> Vec<WatchLine> {
    let line = |target: &Target, asked: Moment| {
        let since = format!("asked {}", clock(asked, snapshot.at));
        match target {
            Target::Department(name) => WatchLine {
                target: target.clone(),
                name: format!("Anyone in {name}"),
                state: None,
                text: since,
            },
            Target::Person(id) => {
                let person = snapshot.people.iter().find(|person| person.id() == *id);
                let state = person.map(|person| State::of(snapshot, person));
                WatchLine {
                    target: target.clone(),
                    name: person.map_or_else(
                        || "Somebody who is no longer on the board".into(),
                        |person| person.card.person.name.clone(),
                    ),
                    state,
                    text: match state {
                        Some(state) => format!("{}, {since}", state.label()),
                        None => since,
                    },
                }
            }
        }
    };
    let desk = &snapshot.desk;
    desk.kept.watches.iter().map(|watch| line(&watch.target, snapshot.at.restored(watch.since))).collect()
}

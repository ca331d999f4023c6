//! The state of the whole: which screen, which banner, which words.

use serde::Serialize;

use super::text::{clock, count};
use crate::error::Problem;
use crate::locale::Writing;
use crate::moment::Moment;
use crate::preferences::Look;
use crate::session::{Account, Session};
use crate::setup::installation::Making;
use crate::setup::integration::Integration;
use crate::snapshot::{Snapshot, SourceState};

/// Which screen the window shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Screen {
    /// Nothing is chosen yet.
    FirstRun,
    /// An organisation is to be set up, and there is nothing to show before that.
    Setup,
    /// An organisation is chosen, nobody has signed in, and no board is known.
    SignIn,
    /// The board.
    Board,
}

/// How urgent a banner or status is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Tone {
    /// As it should be.
    Good,
    /// It mends itself.
    Plain,
    /// It mends itself, but states are old.
    Warning,
    /// A person must act.
    Bad,
}

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Action {
    /// Open the browser to sign in.
    SignIn,
    /// Poll at once.
    SyncNow,
    /// End the pause.
    Resume,
    /// Show the health page.
    Health,
    /// Show the settings of the network.
    Network,
    /// It has been read.
    Dismiss,
}

/// A banner above the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Banner {
    /// Stays the same while the situation does, so that it is announced once.
    pub code: String,
    /// How urgent.
    pub tone: Tone,
    /// In bold.
    pub title: String,
    /// What we do about it.
    pub text: String,
    /// The one button.
    pub action: Option<Action>,
    /// Seconds until the next attempt, to count down.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub retry_seconds: Option<u64>,
    /// For support.
    pub detail: Option<String>,
}

/// The sign-in, as the window and the terminal show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, tag = "state", rename_all = "camelCase"))]
pub enum SignIn {
    /// The keychain has not answered yet.
    Checking,
    /// Nobody is signed in.
    SignedOut,
    /// The browser is open.
    Waiting {
        /// To open by hand; none until it is known.
        address: Option<String>,
    },
    /// Somebody is.
    SignedIn {
        /// Who.
        account: Account,
    },
    /// Somebody has to, and why.
    Needed {
        /// Why.
        problem: Problem,
    },
}

/// The state of the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Status {
    /// The snapshot it was made from; 0 on first run.
    #[cfg_attr(test, ts(type = "number"))]
    pub revision: u64,
    /// Which screen.
    pub screen: Screen,
    /// State of the source.
    pub source: SourceState,
    /// How urgent.
    pub tone: Tone,
    /// In a word or two: "Live", "Sign-in needed".
    pub headline: String,
    /// Seconds since the newest answer; none when there never was one.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub age_seconds: Option<u64>,
    /// People on the board.
    pub people: usize,
    /// Whether the first directory is still being read.
    pub loading: bool,
    /// Told above everything: an endpoint that is none of the known clouds.
    pub notice: Option<String>,
    /// The banner, if anything is wrong.
    pub banner: Option<Banner>,
    /// The sign-in.
    pub sign_in: SignIn,
    /// How the window and its board look.
    pub look: Look,
    /// How many wishes to be told there are.
    pub watches: usize,
    /// The language tag with which times and days are written as in the texts of the answers.
    pub writing: String,
}

/// Before anything is chosen.
#[must_use]
pub fn first_run() -> Status {
    Status {
        revision: 0,
        screen: Screen::FirstRun,
        source: SourceState::Stale,
        tone: Tone::Plain,
        headline: "Not set up".into(),
        age_seconds: None,
        people: 0,
        loading: false,
        notice: None,
        banner: None,
        sign_in: SignIn::SignedOut,
        look: Look::default(),
        watches: 0,
        writing: Writing::here().tag().into(),
    }
}

/// Whether the wizard began to install and is not through. Whoever names a registration in a file has nothing to install.
#[must_use]
pub fn installing(snapshot: &Snapshot) -> bool {
    let installation = &snapshot.setup.installation;
    let first = installation.progress(Integration::TeamsToEight);
    first.begun && first.verified.is_none() && installation.making == Making::Wizard
}

/// The state of the whole in a picture.
#[must_use]
pub fn status(snapshot: &Snapshot) -> Status {
    let known = !snapshot.people.is_empty();
    let sign_in = sign_in(&snapshot.session);
    // A keychain that can not be read says nothing about who is signed in, and is told where people sign in.
    let signed_in = match sign_in {
        SignIn::SignedIn { .. } => true,
        SignIn::Checking => snapshot.local.is_none(),
        _ => false,
    };
    let (tone, headline) = headline(snapshot);
    let first = snapshot.setup.installation.progress(Integration::TeamsToEight);
    let installing = first.begun && first.verified.is_none();
    let screen = match (snapshot.configured, known || signed_in) {
        (true, true) => Screen::Board,
        (true, false) if !installing => Screen::SignIn,
        _ => Screen::Setup,
    };
    Status {
        revision: snapshot.revision,
        screen,
        source: snapshot.source.state,
        tone,
        headline: headline.into(),
        age_seconds: snapshot.source.last_success.map(|last| snapshot.at.since(last).as_secs()),
        people: snapshot.people.len(),
        loading: !known && signed_in,
        notice: snapshot.notice.as_deref().map(Into::into),
        banner: banner(snapshot),
        sign_in,
        look: snapshot.desk.preferences.look,
        watches: snapshot.desk.kept.watches.len(),
        writing: Writing::here().tag().into(),
    }
}

fn sign_in(session: &Session) -> SignIn {
    match session {
        Session::Unknown => SignIn::Checking,
        Session::SignedOut => SignIn::SignedOut,
        Session::Waiting { address, .. } => SignIn::Waiting { address: address.as_deref().map(Into::into) },
        Session::SignedIn(account) => SignIn::SignedIn { account: Account::clone(account) },
        Session::Needed(problem) => SignIn::Needed { problem: Problem::clone(problem) },
    }
}

fn headline(snapshot: &Snapshot) -> (Tone, &'static str) {
    let forbidden =
        snapshot.source.problem.as_ref().is_some_and(|problem| problem.code.ends_with(".forbidden"));
    match snapshot.source.state {
        _ if !snapshot.configured
            && snapshot.setup.installation.progress(Integration::TeamsToEight).disabled =>
        {
            (Tone::Plain, "Disabled")
        }
        _ if !snapshot.configured => (Tone::Plain, "Not set up"),
        _ if snapshot.paused.is_some() => (Tone::Plain, "Paused"),
        SourceState::SignInNeeded if matches!(snapshot.session, Session::Waiting { .. }) => {
            (Tone::Warning, "Waiting for your browser")
        }
        SourceState::SignInNeeded => (Tone::Bad, "Sign-in needed"),
        SourceState::Live => (Tone::Good, "Live"),
        SourceState::Throttled => (Tone::Warning, "Slowed down"),
        SourceState::Offline => (Tone::Warning, "Offline"),
        SourceState::Stale if snapshot.local.is_some() => (Tone::Bad, "Attention"),
        SourceState::Stale if forbidden => (Tone::Bad, "Cannot read"),
        SourceState::Stale if snapshot.source.problem.is_some() => (Tone::Warning, "Catching up"),
        SourceState::Stale => (Tone::Plain, "Syncing"),
    }
}

/// One line for tooltip and menu: "Live, updated 14:09, 1,248 people".
///
/// It names a time of day and not an age, because a menu is drawn once and read later.
#[must_use]
pub fn sentence(snapshot: &Snapshot) -> String {
    let (_, headline) = headline(snapshot);
    let people = match snapshot.people.len() {
        0 => String::new(),
        1 => ", 1 person".into(),
        several => format!(", {} people", count(several)),
    };
    let last = snapshot.source.last_success;
    match (snapshot.source.state, last) {
        (SourceState::Live, Some(last)) => {
            format!("{headline}, updated {}{people}", clock(last, snapshot.at))
        }
        (_, Some(last)) => format!("{headline}, states stopped at {}", clock(last, snapshot.at)),
        (_, None) => format!("{headline}{people}"),
    }
}

fn banner(snapshot: &Snapshot) -> Option<Banner> {
    let since = snapshot.source.last_success.map(|last| clock(last, snapshot.at));
    let stopped = since.as_ref().map(|time| format!(" States stopped at {time}.")).unwrap_or_default();
    if !snapshot.configured && snapshot.local.is_none() {
        return None;
    }
    let retry_seconds = snapshot.source.retry_at.map(|at| at.since(snapshot.at).as_secs());
    let problem = snapshot.source.problem.as_deref();
    let detail = problem.and_then(|problem| problem.detail.clone());
    let make = |code: &str, tone, title: String, text: String, action| {
        Some(Banner { code: code.into(), tone, title, text, action, retry_seconds, detail: detail.clone() })
    };
    if let Some(until) = snapshot.paused {
        let mut text = pause_words(snapshot, until) + ".";
        text[..1].make_ascii_uppercase();
        return make("paused", Tone::Plain, "Paused.".into(), text + &stopped, Some(Action::Resume));
    }
    // A clock that is wrong is the cause of other trouble at most; the button stands beside that.
    let clock_only =
        |local: &Problem| local.code == "clock.wrong" && snapshot.source.state == SourceState::SignInNeeded;
    if let Some(local) = snapshot.local.as_ref().filter(|local| !clock_only(local)) {
        let text = format!("{} {}", local.cause, local.remedy);
        return make(&local.code, Tone::Bad, local.what.clone(), text, None);
    }
    match snapshot.source.state {
        SourceState::Live => told(snapshot),
        SourceState::SignInNeeded => match &snapshot.session {
            Session::Needed(problem) => {
                let text = format!("{}{stopped}", problem.cause);
                make("signIn", Tone::Bad, problem.what.clone(), text, Some(Action::SignIn))
            }
            Session::Waiting { .. } => {
                let text = "Finish signing in there; this window notices by itself.".into();
                make("waiting", Tone::Warning, "Waiting for your browser…".into(), text, None)
            }
            _ => make(
                "signIn",
                Tone::Bad,
                "Sign-in needed.".into(),
                stopped.trim().into(),
                Some(Action::SignIn),
            ),
        },
        SourceState::Throttled => {
            let text = "Nothing is lost; states may be up to a minute old.".into();
            make("throttled", Tone::Warning, "Microsoft asks us to slow down.".into(), text, None)
        }
        SourceState::Offline => {
            let title =
                since.map_or("Offline.".into(), |time| format!("Offline: showing the state of {time}."));
            let cause = problem.map(|problem| problem.cause.clone()).unwrap_or_default();
            let own = problem
                .is_some_and(|problem| problem.code.ends_with(".tls") || problem.code.ends_with(".portal"));
            // What only a person can mend comes with how.
            let remedy = problem.filter(|_| own).map(|problem| problem.remedy.clone());
            let text = match remedy {
                Some(remedy) => format!("{cause} {remedy}"),
                None => format!("{cause} We try again by ourselves.").trim().into(),
            };
            let tls = problem.is_some_and(|problem| problem.code.ends_with(".tls"));
            let action = if tls { Action::Network } else { Action::SyncNow };
            make("offline", Tone::Warning, title, text, Some(action))
        }
        SourceState::Stale if problem.is_none() => told(snapshot),
        SourceState::Stale => problem.and_then(|problem| {
            let tone = if problem.code.ends_with(".forbidden") { Tone::Bad } else { Tone::Warning };
            let text = format!("{} {}{stopped}", problem.cause, problem.remedy);
            make(&problem.code, tone, problem.what.clone(), text, Some(Action::SyncNow))
        }),
    }
}

/// What the desk has to tell, when nothing is more urgent.
fn told(snapshot: &Snapshot) -> Option<Banner> {
    let disk = snapshot.desk.disk.as_deref().map(|problem| (problem, None));
    let read = snapshot.desk.problem.as_deref().map(|problem| (problem, Some(Action::Dismiss)));
    let (problem, action) = disk.or(read)?;
    Some(Banner {
        code: problem.code.clone(),
        tone: Tone::Warning,
        title: problem.what.clone(),
        text: format!("{} {}", problem.cause, problem.remedy),
        action,
        retry_seconds: None,
        detail: problem.detail.clone(),
    })
}

/// How long a pause lasts: "until 07:00", "until you resume".
pub(super) fn pause_words(snapshot: &Snapshot, until: Moment) -> String {
    if until.since(snapshot.at).as_secs() > 7 * 86_400 {
        "until you resume".into()
    } else {
        format!("until {}", clock(until, snapshot.at))
    }
}

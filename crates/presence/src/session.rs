//! The sign-in as a pure machine: who is signed in, who is being asked, and why not.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::Problem;

/// The account that is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Account {
    /// Directory (tenant) id.
    pub tenant: String,
    /// Object id.
    pub id: String,
    /// User name, as `preferred_username` gave it.
    pub user_name: String,
    /// Display name, as `name` gave it.
    pub name: String,
}

/// Where the sign-in stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Session {
    /// The vault has not been asked yet.
    #[default]
    Unknown,
    /// Nobody ever signed in, or somebody signed out.
    SignedOut,
    /// A browser is open, or about to be.
    Waiting {
        /// The address a person can open by hand; `None` until the listener is ready.
        address: Option<Arc<str>>,
        /// Why the sign-in before this one ended, to go back to when it is cancelled.
        before: Option<Arc<Problem>>,
    },
    /// Calls can be made.
    SignedIn(Arc<Account>),
    /// A person has to sign in (again), and this is why.
    Needed(Arc<Problem>),
}

/// What can happen to a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The vault holds a sign-in from an earlier run.
    Found(Arc<Account>),
    /// The vault holds none.
    NotFound,
    /// A person asks to sign in.
    Asked,
    /// The listener is ready, and the browser was sent to this address.
    Opened(Arc<str>),
    /// The account is checked and its token stored.
    Done(Arc<Account>),
    /// The sign-in failed or timed out.
    Failed(Arc<Problem>),
    /// A person cancelled.
    Cancelled,
    /// Microsoft ended the sign-in.
    Ended(Arc<Problem>),
    /// A person signed out.
    SignedOut,
}

/// What the machine wants done about a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    Nothing,
    /// Open the browser and listen.
    Begin,
    /// Stop listening.
    Stop,
    /// Calls can start.
    Start,
    /// Remove the token from the vault.
    Forget,
}

impl Session {
    /// Takes one step. Steps that make no sense in a state change nothing, so a late answer can do no harm.
    pub fn step(&mut self, step: Step) -> Wish {
        let (next, wish) = match (std::mem::take(self), step) {
            (Self::Unknown, Step::Found(account)) => (Self::SignedIn(account), Wish::Start),
            (Self::Unknown, Step::NotFound) => (Self::SignedOut, Wish::Nothing),
            (state @ (Self::Waiting { .. } | Self::SignedIn(_)), Step::Asked) => (state, Wish::Nothing),
            (Self::Needed(problem), Step::Asked) => {
                (Self::Waiting { address: None, before: Some(problem) }, Wish::Begin)
            }
            (_, Step::Asked) => (Self::Waiting { address: None, before: None }, Wish::Begin),
            (Self::Waiting { before, .. }, Step::Opened(address)) => {
                (Self::Waiting { address: Some(address), before }, Wish::Nothing)
            }
            (Self::Waiting { .. }, Step::Done(account)) => (Self::SignedIn(account), Wish::Start),
            (Self::Waiting { .. }, Step::Failed(problem)) => (Self::Needed(problem), Wish::Stop),
            (Self::Waiting { before, .. }, Step::Cancelled) => {
                (before.map_or(Self::SignedOut, Self::Needed), Wish::Stop)
            }
            (Self::SignedIn(_), Step::Ended(problem)) => (Self::Needed(problem), Wish::Nothing),
            (Self::Waiting { .. }, Step::SignedOut) => (Self::SignedOut, Wish::Stop),
            (Self::SignedIn(_) | Self::Needed(_), Step::SignedOut) => (Self::SignedOut, Wish::Forget),
            (state, _) => (state, Wish::Nothing),
        };
        *self = next;
        wish
    }

    /// The account, when calls can be made.
    #[must_use]
    pub fn account(&self) -> Option<&Arc<Account>> {
        match self {
            Self::SignedIn(account) => Some(account),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Arc<Account> {
        Arc::new(Account {
            tenant: "t".into(),
            id: "o".into(),
            user_name: "a@x.example".into(),
            name: "A".into(),
        })
    }

    fn problem(code: &str) -> Arc<Problem> {
        Arc::new(Problem::new(code, "", "", ""))
    }

    fn walk(steps: impl IntoIterator<Item = Step>) -> (Session, Vec<Wish>) {
        let mut session = Session::default();
        let wishes = steps.into_iter().map(|step| session.step(step)).collect();
        (session, wishes)
    }

    #[test]
    fn a_first_sign_in_goes_through_the_browser() {
        let (session, wishes) =
            walk([Step::NotFound, Step::Asked, Step::Opened("http://x".into()), Step::Done(account())]);
        assert_eq!(session, Session::SignedIn(account()));
        assert_eq!(wishes, [Wish::Nothing, Wish::Begin, Wish::Nothing, Wish::Start]);
    }

    #[test]
    fn an_ended_sign_in_waits_for_a_person_and_never_opens_a_browser() {
        let (session, wishes) = walk([Step::Found(account()), Step::Ended(problem("ended"))]);
        assert_eq!(session, Session::Needed(problem("ended")));
        assert!(!wishes.contains(&Wish::Begin));
    }

    #[test]
    fn cancelling_goes_back_to_why_the_sign_in_was_needed() {
        let (session, _) =
            walk([Step::Found(account()), Step::Ended(problem("ended")), Step::Asked, Step::Cancelled]);
        assert_eq!(session, Session::Needed(problem("ended")));
    }

    #[test]
    fn asking_twice_opens_one_browser_and_a_late_answer_does_no_harm() {
        let (session, wishes) =
            walk([Step::NotFound, Step::Asked, Step::Asked, Step::Cancelled, Step::Done(account())]);
        assert_eq!(session, Session::SignedOut);
        assert_eq!(wishes.iter().filter(|wish| **wish == Wish::Begin).count(), 1);
    }
}

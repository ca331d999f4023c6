//! What the state of the whole is called.

use std::sync::Arc;

use super::Engine;
use crate::error::{Failure, Problem};
use crate::moment::{Moment, Uptime};
use crate::session::Session;
use crate::snapshot::{IncidentKind, SourceState, stale_after};

impl Engine {
    pub(super) fn assess(&mut self, now: Moment) {
        let (state, problem) = self.verdict(now);
        if self.source.state != state {
            self.changed = true;
            let before = self.source.since.map_or(now, |since| since);
            let what = match (state, &self.failure) {
                // That it became live for the first time is no news.
                (SourceState::Live, _) if self.incidents.is_empty() => None,
                (SourceState::Live, _) => Some(IncidentKind::Live(now.since(before))),
                (SourceState::Throttled, Some(Failure::Throttled { wait, .. })) => {
                    Some(IncidentKind::Throttled(*wait))
                }
                (SourceState::Offline, _) => Some(IncidentKind::Offline),
                (SourceState::SignInNeeded, _) if matches!(self.session, Session::Needed(_)) => {
                    Some(IncidentKind::SignInNeeded)
                }
                (SourceState::Stale, Some(Failure::Broken(_) | Failure::Forbidden(_))) => {
                    Some(IncidentKind::Broken)
                }
                _ => None,
            };
            if let Some(what) = what {
                self.note(what, now);
            }
        }
        let held =
            self.schedule.hold(now.uptime).or_else(|| self.directory.source().retry_at.map(|at| at.uptime));
        let retry_at = match state {
            SourceState::Live | SourceState::SignInNeeded => None,
            _ => held.filter(|at| *at > now.uptime).map(|at| now.plus(at.since(now.uptime))),
        };
        self.source.stands(state, retry_at, problem, now);
    }

    pub(super) fn verdict(&self, now: Moment) -> (SourceState, Option<Arc<Problem>>) {
        match &self.session {
            Session::Unknown => return (SourceState::Stale, self.vault.clone()),
            Session::Needed(problem) => return (SourceState::SignInNeeded, Some(Arc::clone(problem))),
            Session::SignedOut | Session::Waiting { .. } => return (SourceState::SignInNeeded, None),
            Session::SignedIn(_) => {}
        }
        // Before anybody is known, the directory is what matters.
        let directory = self.directory.source();
        if self.roster.people().is_empty() && directory.state != SourceState::Live {
            return (directory.state, directory.problem.clone());
        }
        let problem = self.failure.as_ref().and_then(Failure::problem).cloned();
        match &self.failure {
            Some(Failure::Throttled { .. }) => (SourceState::Throttled, problem),
            Some(Failure::Offline(_)) => (SourceState::Offline, problem),
            Some(_) => (SourceState::Stale, problem),
            None if !self.schedule.complete() || self.paused.is_some() => (SourceState::Stale, None),
            None => {
                // Live means everybody: one page that was asked long ago is enough to be behind.
                let fresh = |last: Uptime| now.uptime.since(last) <= stale_after(self.schedule.interval());
                let behind = self.schedule.oldest_answer().is_some_and(|oldest| !fresh(oldest));
                (if behind { SourceState::Stale } else { SourceState::Live }, None)
            }
        }
    }
}

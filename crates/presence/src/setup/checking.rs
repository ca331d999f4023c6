//! The checks, keys and consents: everything that decides whether an integration is verified.

use std::sync::Arc;

use super::check::{Check, Fault, Finding, Verdict, checks};
use super::event::Effect;
use super::installation::{Installation, Key};
use super::integration::Integration;
use super::preparing::wait;
use super::registration::Registration;
use super::step::StepId;
use super::{SPREAD_LIMIT, Setup, Visit, Work};
use crate::error::Problem;
use crate::moment::Moment;

impl Setup {
    /// Runs the checks by itself once everything before them is done.
    pub(super) fn go_on(&mut self, integration: Integration, now: Moment, effects: &mut Vec<Effect>) {
        let progress = self.installation.progress(integration);
        let wanted = progress.begun && !progress.disabled && !self.blocked(integration);
        if wanted && self.is_idle() && self.current(integration) == Some(StepId::Verify) {
            self.begin_checks(integration, now, effects);
        }
    }

    pub(super) fn begin_checks(&mut self, integration: Integration, now: Moment, effects: &mut Vec<Effect>) {
        let lines = checks(&self.installation, integration).into_iter();
        self.checks.insert(integration, lines.map(|check| (check, Verdict::Waiting)).collect());
        self.problems.remove(&integration);
        self.reopened = None;
        self.work = Work::Checks { integration, since: now.uptime, attempts: 0, retry_at: None };
        self.next_check(integration, effects);
        if let Work::Checks { .. } = self.work {
            return;
        }
        self.conclude(integration, now);
    }

    /// Starts the next check that can be tried; ends the work when there is none.
    pub(super) fn next_check(&mut self, integration: Integration, effects: &mut Vec<Effect>) {
        let lines = self.checks.entry(integration).or_default();
        loop {
            let open =
                lines.iter().position(|(_, verdict)| matches!(verdict, Verdict::Waiting | Verdict::Running));
            let Some(place) = open else {
                self.work = Work::Idle;
                return;
            };
            let check = lines[place].0;
            let failed = lines.iter().find(|(other, verdict)| {
                check.needs().contains(other) && matches!(verdict, Verdict::Failed(_) | Verdict::NotTried(_))
            });
            if let Some((needed, _)) = failed {
                lines[place].1 = Verdict::NotTried(*needed);
                continue;
            }
            lines[place].1 = Verdict::Running;
            let installation = Arc::clone(&self.installation);
            effects.push(Effect::Check { integration, check, installation });
            return;
        }
    }

    pub(super) fn checked(
        &mut self,
        integration: Integration,
        check: Check,
        result: Result<Finding, Fault>,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        let Work::Checks { integration: under_way, since, attempts, retry_at } = &mut self.work else {
            return;
        };
        if *under_way != integration {
            return;
        }
        if let Err(fault) = &result
            && (fault.consent || fault.not_yet)
            && was_granted_just_now(&self.installation, integration, now)
            && now.uptime.since(*since) < SPREAD_LIMIT
        {
            // Microsoft knows of the consent, and not all of its servers do: that is no failure.
            *retry_at = Some(now.uptime.plus(wait(*attempts)));
            *attempts += 1;
            return;
        }
        let lines = self.checks.entry(integration).or_default();
        if let Some(line) = lines.iter_mut().find(|(other, _)| *other == check) {
            line.1 = result.map_or_else(Verdict::Failed, Verdict::Passed);
        }
        self.next_check(integration, effects);
        if self.is_idle() {
            self.conclude(integration, now);
        }
    }

    /// All checks are through.
    fn conclude(&mut self, integration: Integration, now: Moment) {
        let lines = self.checks.get(&integration).map_or(&[][..], Vec::as_slice);
        let failed: Vec<&Fault> = lines
            .iter()
            .filter_map(|(_, verdict)| match verdict {
                Verdict::Failed(fault) => Some(fault),
                _ => None,
            })
            .collect();
        let consent = failed.iter().any(|fault| fault.consent);
        let first = failed.first().map(|fault| Arc::clone(&fault.problem));
        let progress = self.change().progress_mut(integration);
        progress.consent_needed = consent;
        match first {
            None => {
                progress.verified = Some(now.wall);
                progress.attention = None;
            }
            Some(problem) => {
                // Never verified is in progress; verified before is in need of attention.
                progress.attention = progress.verified.map(|_| format!("{} {}", problem.what, problem.cause));
                if consent {
                    self.change().record_mut(integration.registration()).granted = None;
                }
            }
        }
    }

    pub(super) fn consented(
        &mut self,
        registration: Registration,
        result: Result<(), Arc<Problem>>,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        let Work::Browser { integration, visit: Visit::Consent(asked), .. } = &self.work else { return };
        if *asked != registration {
            return;
        }
        let integration = *integration;
        self.work = Work::Idle;
        match result {
            Ok(()) => {
                let progress = self.change().progress_mut(integration);
                progress.consent_needed = false;
                // It is proved by the checks, not believed.
                self.change().record_mut(registration).granted = Some(now.wall);
                self.reopened = None;
                self.go_on(integration, now, effects);
            }
            Err(problem) => self.fail(integration, StepId::Consent, problem),
        }
    }

    pub(super) fn key_tested(
        &mut self,
        key: Key,
        result: Result<(), Arc<Problem>>,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        if result.is_ok() {
            // It is in the vault, whoever waits for it.
            let installation = self.change();
            installation.keys.insert(key);
            installation.skipped.remove(&key);
            // Another key of the same product is another key: whoever holds the old one begins anew.
            self.adopted_keys.clear();
        }
        let Work::Key { integration, .. } = self.work else { return };
        self.work = Work::Idle;
        match result {
            Ok(()) if key.is_optional() => {}
            Ok(()) => {
                self.reopened = None;
                // A new key is proved together with everything else.
                if self.installation.progress(integration).verified.is_some() {
                    self.begin_checks(integration, now, effects);
                } else {
                    self.go_on(integration, now, effects);
                }
            }
            Err(problem) if key.is_optional() => {
                self.option_problem = Some((integration, key.keyword().to_owned(), problem));
            }
            Err(problem) => self.fail(integration, StepId::Key, problem),
        }
    }
}

/// Whether a missing permission may only be one that Microsoft has not spread yet.
fn was_granted_just_now(installation: &Installation, integration: Integration, now: Moment) -> bool {
    let granted = installation.record(integration.registration()).granted;
    granted.is_some_and(|at| {
        (0..SPREAD_LIMIT.as_secs().cast_signed()).contains(&(now.wall.as_second() - at.as_second()))
    })
}

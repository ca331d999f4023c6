//! The wizard's work at Microsoft, one task after the other.

use std::sync::Arc;
use std::time::Duration;

use super::event::{Administrator, Effect, FaultKind, TaskFault};
use super::installation::Reading;
use super::integration::Integration;
use super::registration::Registration;
use super::requests::default_user;
use super::step::StepId;
use super::task::{self, Outcome, Task};
use super::{ADMINISTRATOR_LIMIT, Item, ItemState, Run, SPREAD_LIMIT, Setup, Visit, Work};
use crate::error::Problem;
use crate::moment::Moment;

/// Waits between attempts at what Microsoft has not spread yet; the last one is repeated.
const WAITS: [u64; 5] = [2, 4, 8, 15, 30];

/// How long to wait after an attempt.
pub(super) fn wait(attempts: u32) -> Duration {
    let place = usize::try_from(attempts).unwrap_or(usize::MAX).min(WAITS.len() - 1);
    Duration::from_secs(WAITS[place])
}

/// How long a task is tried.
fn patience(kind: FaultKind) -> Duration {
    match kind {
        FaultKind::Passing => SPREAD_LIMIT,
        FaultKind::NotYet => Duration::from_mins(4),
        FaultKind::Final | FaultKind::SignIn => Duration::ZERO,
    }
}

impl Setup {
    /// An administrator signed in, or not.
    pub(super) fn administrator(
        &mut self,
        result: Result<Administrator, Arc<Problem>>,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        let Work::Browser { integration, visit: Visit::Administrator(tasks), .. } = &self.work else {
            // Cancelled in the meantime.
            effects.push(Effect::DropAdministrator);
            return;
        };
        let (integration, tasks) = (*integration, tasks.clone());
        self.work = Work::Idle;
        let refused = match result {
            Err(problem) => Some(problem),
            Ok(administrator) => {
                let lacking = task::lacking(&tasks, self.installation.reading, &administrator.roles);
                let refused = (!lacking.is_empty()).then(|| Arc::new(too_weak(&administrator, &lacking)));
                if refused.is_none() {
                    self.administrator = Some(administrator);
                    self.administrator_scopes = task::scopes(&tasks, self.installation.reading);
                    self.administrator_until = Some(now.uptime.plus(ADMINISTRATOR_LIMIT));
                }
                refused
            }
        };
        match refused {
            Some(problem) => {
                effects.push(Effect::DropAdministrator);
                self.fail(integration, step_of(&tasks), problem);
            }
            None => self.begin_tasks(integration, &tasks, now, effects),
        }
    }

    pub(super) fn begin_tasks(
        &mut self,
        integration: Integration,
        tasks: &[Task],
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        let items = tasks.iter().map(|task| Item { task: *task, state: ItemState::Waiting }).collect();
        let step = step_of(tasks);
        self.run = None;
        self.work =
            Work::Tasks(Run { integration, step, items, attempts: 0, since: now.uptime, retry_at: None });
        self.perform(now, effects);
    }

    /// Does the next task, or ends the run.
    pub(super) fn perform(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let Work::Tasks(run) = &mut self.work else { return };
        let next = run.items.iter_mut().find(|item| !matches!(item.state, ItemState::Done { .. }));
        let Some(item) = next else { return self.end_run(now, effects) };
        let task = item.task;
        if !matches!(item.state, ItemState::Retrying(_)) {
            item.state = ItemState::Running;
            run.attempts = 0;
            run.since = now.uptime;
        }
        let key = task.key();
        let begun = self.installation.begun.get(&key).copied();
        if task.makes() && begun.is_none() {
            self.change().begun.insert(key, now.wall);
        }
        let installation = Arc::clone(&self.installation);
        effects.push(Effect::Perform { task, begun, installation });
    }

    pub(super) fn performed(
        &mut self,
        task: Task,
        result: Result<Outcome, TaskFault>,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        // What was made is true, even if nobody waits for it any more.
        let made = match &result {
            Ok(outcome) => {
                self.note(task, outcome);
                Some(self.is_new(outcome))
            }
            Err(_) => None,
        };
        let administrator_until = now.uptime.plus(ADMINISTRATOR_LIMIT);
        let Work::Tasks(run) = &mut self.work else { return };
        // An answer to a run before this one must not begin the next task a second time.
        let open = |item: &&mut Item| {
            item.task == task && !matches!(item.state, ItemState::Waiting | ItemState::Done { .. })
        };
        let Some(item) = run.items.iter_mut().find(open) else { return };
        run.retry_at = None;
        self.administrator_until = Some(administrator_until);
        match (result, made) {
            (Ok(_), made) => {
                item.state = ItemState::Done { made: made.unwrap_or(false) };
                self.perform(now, effects);
            }
            (Err(fault), _) if now.uptime.since(run.since) < patience(fault.kind) => {
                item.state = ItemState::Retrying(Arc::clone(&fault.problem));
                run.retry_at = Some(now.uptime.plus(wait(run.attempts)));
                run.attempts += 1;
            }
            (Err(fault), _) => {
                item.state = ItemState::Failed;
                let (integration, step) = (run.integration, run.step);
                let Work::Tasks(run) = std::mem::take(&mut self.work) else { return };
                self.run = Some(run);
                if fault.kind == FaultKind::SignIn {
                    self.drop_administrator(effects);
                }
                self.fail(integration, step, fault.problem);
            }
        }
    }

    fn is_new(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::User { made, .. }
            | Outcome::Application { made, .. }
            | Outcome::Principal { made, .. }
            | Outcome::Certificate { made, .. }
            | Outcome::Granted { made, .. }
            | Outcome::Role { made, .. } => *made,
            Outcome::Removed { was } => *was,
            Outcome::Organisation { .. } | Outcome::Policy(_) => false,
        }
    }

    /// Keeps what a task found or made.
    fn note(&mut self, task: Task, outcome: &Outcome) {
        let installation = self.change();
        match (task, outcome.clone()) {
            (_, Outcome::Organisation { tenant, name, initial_domain }) => {
                if let Some(known) = &mut installation.organisation {
                    known.tenant = tenant;
                    known.name = Some(name);
                    known.initial_domain.clone_from(&initial_domain);
                }
                let user = &mut installation.status_user;
                if user.user_name.is_empty()
                    && installation.reading == Reading::StatusUser
                    && let Some(domain) = initial_domain
                {
                    user.user_name = default_user(&domain);
                }
            }
            (_, Outcome::Policy(allowed)) => installation.users_may_consent = allowed,
            (_, Outcome::User { id, user_name, made, password }) => {
                let user = &mut installation.status_user;
                user.made |= made;
                user.id = Some(id);
                user.user_name = user_name;
                if let Some(password) = password {
                    user.signed_in = false;
                    self.password = Some(password);
                }
            }
            (Task::Application(registration), Outcome::Application { id, client_id, ours, .. }) => {
                let record = installation.record_mut(registration);
                let another = record.client_id.as_ref() != Some(&client_id);
                record.application = Some(id);
                record.client_id = Some(client_id);
                record.made = ours;
                if another && registration == Registration::Reader {
                    // Nobody has signed in to this one.
                    installation.status_user.signed_in = false;
                }
            }
            (Task::Principal(registration), Outcome::Principal { id, .. }) => {
                installation.record_mut(registration).principal = Some(id);
            }
            (Task::Certificate(registration), Outcome::Certificate { record, .. }) => {
                installation.record_mut(registration).certificate = Some(record);
            }
            (Task::Grant(registration), Outcome::Granted { at, grants, .. }) => {
                let record = installation.record_mut(registration);
                record.granted = Some(at);
                record.grants.extend(grants);
            }
            (_, Outcome::Role { ours, .. }) => {
                installation.status_user.role = true;
                installation.status_user.role_made |= ours;
                if !ours {
                    // Somebody else assigned it, also if it is found again after a crash.
                    installation.begun.remove(&task.key());
                }
            }
            (Task::RemoveRole, Outcome::Removed { .. }) => {
                installation.status_user.role = false;
                installation.status_user.role_made = false;
            }
            (Task::RemoveApplication(registration), Outcome::Removed { .. }) => {
                installation.registrations.remove(&registration);
            }
            _ => {}
        }
    }

    fn end_run(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let Work::Tasks(run) = std::mem::take(&mut self.work) else { return };
        let integration = run.integration;
        let removed: Vec<Registration> = run
            .items
            .iter()
            .filter_map(|item| match item.task {
                Task::RemoveApplication(registration) => Some(registration),
                _ => None,
            })
            .collect();
        // All of it was seen.
        for item in &run.items {
            self.change().begun.remove(&item.task.key());
        }
        let only_password = run.items.iter().all(|item| item.task == Task::Password);
        self.run = Some(run);
        self.drop_administrator(effects);
        self.reopened = None;
        if !removed.is_empty() {
            for registration in removed {
                self.certificates.remove(&registration);
                self.asked_certificates.remove(&registration);
                effects.push(Effect::ForgetCertificate(registration));
                if registration == Registration::Reader && self.installation.status_user.signed_in {
                    // The sign-in was to what is gone.
                    self.change().status_user.signed_in = false;
                    effects.push(Effect::SignOut);
                }
            }
            let progress = self.change().progress_mut(integration);
            *progress = super::installation::Progress::default();
            self.run = None;
            return;
        }
        if only_password {
            self.reopened = Some((integration, StepId::SignIn));
            return;
        }
        self.change().progress_mut(integration).consent_needed = false;
        self.go_on(integration, now, effects);
    }
}

/// Where a person asked for these tasks.
fn step_of(tasks: &[Task]) -> StepId {
    let removes = |task: &Task| matches!(task, Task::RemoveApplication(_) | Task::RemoveRole);
    if tasks.iter().all(|task| *task == Task::Password) {
        StepId::SignIn
    } else if tasks.iter().all(removes) {
        StepId::Remove
    } else {
        StepId::Prepare
    }
}

fn too_weak(administrator: &Administrator, lacking: &[Vec<&'static str>]) -> Problem {
    let account = &administrator.account.user_name;
    let groups: Vec<String> = lacking.iter().map(|names| names.join(" or ")).collect();
    let what = if administrator.roles.is_empty() {
        format!("That was {account}, not an administrator.")
    } else {
        format!("{account} may not do all of this.")
    };
    Problem::new(
        "setup.role",
        &what,
        format!(
            "This step needs the role {}, or Global Administrator. Nothing was kept.",
            groups.join(", and ")
        ),
        "Sign in again with an administrator who has it.",
    )
}

//! The wizard without a driver: a desk at which requests, answers and time are given by hand.

mod options;
mod patience;
mod steps;
mod walk;

use std::collections::BTreeSet;

use super::event::{Act, Request};
use super::installation::{CertificateRecord, Organisation};
use super::task::{AdministratorRole, Outcome};
use super::*;
use crate::session::Account;

const FIRST: Integration = Integration::TeamsToEight;
const CLIENT: &str = "11111111-2222-3333-4444-555555555555";

/// A wizard, a clock, and what the wizard asked for last.
struct Desk {
    setup: Setup,
    now: Moment,
    effects: Vec<Effect>,
}

impl Desk {
    fn new() -> Self {
        Self::with(Installation::new())
    }

    fn with(installation: Installation) -> Self {
        let now = Moment { uptime: Uptime(1_000), wall: "2026-10-09T10:00:00Z".parse().unwrap() };
        let mut desk = Self { setup: Setup::new(installation, true, now), now, effects: Vec::new() };
        desk.hear(Event::Tick);
        desk
    }

    /// Gives an event, and holds the wizard to what is true of every one.
    fn hear(&mut self, event: Event) {
        let before = Arc::clone(&self.setup.installation);
        self.effects = self.setup.handle(event, self.now);
        let saved: Vec<_> = self.effects.iter().filter(|effect| matches!(effect, Effect::Save(_))).collect();
        if self.setup.installation == before {
            assert!(saved.is_empty(), "nothing changed, and it is saved");
        } else {
            assert_eq!(saved.len(), 1, "a change is saved once");
            let Some(Effect::Save(kept)) = self.effects.first() else { panic!("it is saved first of all") };
            assert_eq!(*kept, self.setup.installation);
        }
    }

    fn press(&mut self, integration: Integration, act: Act, values: &[(&str, &str)]) {
        let mut request = Request::new(integration, act);
        for (name, value) in values {
            request = request.with(name, value);
        }
        self.hear(Event::Request(request));
    }

    fn wait(&mut self, span: Duration) {
        self.now = self.now.plus(span);
        self.hear(Event::Tick);
    }

    /// Sleeps until the wizard wants to be woken; how long that was.
    fn sleep(&mut self) -> Duration {
        let at = self.setup.wake_at().expect("something to wake up for");
        assert!(at > self.now.uptime, "it wants to be woken in the past");
        let span = at.since(self.now.uptime);
        self.wait(span);
        span
    }

    fn asks(&self, fits: impl Fn(&Effect) -> bool) -> usize {
        self.effects.iter().filter(|effect| fits(effect)).count()
    }

    /// The task that is to be done now.
    fn task(&self) -> Option<Task> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Perform { task, .. } => Some(*task),
            _ => None,
        })
    }

    /// Up to the step in which an administrator signs in.
    fn at_prepare() -> Self {
        let mut desk = Self::new();
        desk.press(FIRST, Act::Begin, &[]);
        desk.press(FIRST, Act::SetOrganisation, &[("organisation", "contoso.example")]);
        desk.hear(Event::Discovered(Ok(organisation("tenant-1"))));
        desk.press(FIRST, Act::Decide, &[]);
        desk
    }

    /// Up to the first task.
    fn at_work() -> Self {
        let mut desk = Self::at_prepare();
        desk.press(FIRST, Act::Prepare, &[("administrationClient", CLIENT)]);
        desk.hear(Event::Administrator(Ok(administrator(&[AdministratorRole::Global]))));
        desk
    }

    /// Does all tasks.
    fn do_everything(&mut self) {
        while let Some(task) = self.task() {
            let result = Ok(outcome(task, self.now));
            self.hear(Event::Performed { task, result });
        }
    }

    /// Up to the status user's sign-in.
    fn at_sign_in() -> Self {
        let mut desk = Self::at_work();
        desk.do_everything();
        desk
    }

    /// Everything of the first integration passed.
    fn verified() -> Self {
        let mut desk = Self::at_sign_in();
        desk.press(FIRST, Act::SignIn, &[]);
        desk.hear(Event::Session(Step::Done(Arc::new(account("8x8.status@contoso.example")))));
        desk.press(FIRST, Act::SaveKey, &[("key", "eght_1")]);
        desk.hear(Event::KeyTested { key: Key::Search, result: Ok(()) });
        desk.pass_checks();
        assert_eq!(desk.setup.standing(FIRST), Standing::Verified);
        desk
    }

    fn check(&self) -> Option<(Integration, Check)> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Check { integration, check, .. } => Some((*integration, *check)),
            _ => None,
        })
    }

    fn pass_checks(&mut self) {
        while let Some((integration, check)) = self.check() {
            self.hear(Event::Checked { integration, check, result: Ok(check::Finding::default()) });
        }
    }
}

fn organisation(tenant: &str) -> Organisation {
    Organisation { tenant: tenant.into(), entered: "contoso.example".into(), ..Organisation::default() }
}

fn account(user_name: &str) -> Account {
    let (tenant, id, name) = ("tenant-1".into(), format!("id of {user_name}"), user_name.to_owned());
    Account { tenant, id, user_name: user_name.into(), name }
}

fn administrator(roles: &[AdministratorRole]) -> Administrator {
    let roles: BTreeSet<_> = roles.iter().copied().collect();
    Administrator { account: account("admin@contoso.example"), roles }
}

fn problem(code: &str) -> Arc<Problem> {
    Arc::new(Problem::new(code, "What.", "Cause.", "Remedy."))
}

/// What comes of a task when all goes well.
fn outcome(task: Task, now: Moment) -> Outcome {
    let certificate = CertificateRecord {
        thumbprint: "AB".into(),
        expires: now.wall + jiff::SignedDuration::from_hours(24 * 364),
        uploaded: true,
    };
    match task {
        Task::ReadOrganisation => Outcome::Organisation {
            tenant: "tenant-1".into(),
            name: "Contoso".into(),
            initial_domain: Some("contoso.example".into()),
        },
        Task::ReadConsentPolicy => Outcome::Policy(Some(true)),
        Task::StatusUser | Task::Password => Outcome::User {
            id: "id of 8x8.status@contoso.example".into(),
            user_name: "8x8.status@contoso.example".into(),
            made: task == Task::StatusUser,
            password: Some(Secret::new("Xy7-planted-word".into())),
        },
        Task::Role => Outcome::Role { made: true, ours: true },
        Task::Application(registration) => Outcome::Application {
            id: format!("object of {registration:?}"),
            client_id: format!("client of {registration:?}"),
            made: true,
            ours: true,
        },
        Task::Principal(_) => Outcome::Principal { id: "principal".into(), made: true },
        Task::Certificate(_) => Outcome::Certificate { record: certificate, made: true },
        Task::Grant(_) => Outcome::Granted { at: now.wall, made: true, grants: BTreeSet::new() },
        Task::RemoveApplication(_) | Task::RemoveRole => Outcome::Removed { was: true },
    }
}

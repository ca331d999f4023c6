//! A person who follows the page: fills in its fields and presses its buttons until an integration is verified.

use std::sync::Arc;

use presence::session::Session;
use presence::setup::event::{Act, Request};
use presence::setup::integration::{Integration, Standing};
use presence::setup::step::StepId;
use presence::snapshot::Snapshot;
use presence::view::setup::{self, ButtonKind, IntegrationView, StepState, StepView};
use sandbox::Visit;

use super::{Habit, Installer, Site};

/// More than any installation has; whoever presses more goes round in circles.
const MOST_BUTTONS: usize = 40;

impl Installer {
    /// Follows the page until an integration is verified.
    ///
    /// # Panics
    /// When a problem is shown, or no button leads on.
    pub async fn follow(&self, site: &Site, integration: Integration) -> Arc<Snapshot> {
        self.follow_to(site, integration, None).await
    }

    /// Follows the page until a step is open, or, without one, until the integration is verified.
    ///
    /// # Panics
    /// As [`Installer::follow`].
    pub async fn follow_to(
        &self,
        site: &Site,
        integration: Integration,
        step: Option<StepId>,
    ) -> Arc<Snapshot> {
        for pressed in 0..MOST_BUTTONS {
            let snapshot = self.rests().await;
            // One that was there before is what this person mends.
            if let Some((step, problem)) = snapshot.setup.problems.get(&integration).filter(|_| pressed > 0) {
                panic!("{integration:?} can not go on at {step:?}: {problem} {:?}", problem.detail);
            }
            let failed = page(&snapshot, integration).checks.into_iter().find_map(|check| check.problem);
            assert!(pressed == 0 || failed.is_none(), "{integration:?} is not verified: {failed:?}");
            let begun = snapshot.setup.installation.progress(integration).begun;
            let there = begun && step.is_some() && snapshot.setup.current(integration) == step;
            if there || snapshot.setup.standing(integration) == Standing::Verified {
                return snapshot;
            }
            self.press_on(site, &snapshot, integration);
        }
        panic!(
            "{integration:?} goes round in circles at {:?}",
            self.handle.snapshot().setup.current(integration)
        );
    }

    /// Waits until nothing is under way, and the keychain has said whether somebody is signed in.
    pub async fn rests(&self) -> Arc<Snapshot> {
        let rests = |snapshot: &Snapshot| {
            let known = !snapshot.configured || !matches!(snapshot.session, Session::Unknown);
            self.at_rest(snapshot) && known
        };
        self.until("the end of what is under way", rests).await
    }

    /// Presses what the page offers next.
    fn press_on(&self, site: &Site, snapshot: &Snapshot, integration: Integration) {
        let view = page(snapshot, integration);
        let Some(step) = view.steps.iter().find(|step| step.state == StepState::Current) else {
            let begin = view.buttons.iter().find(|button| button.kind == ButtonKind::Primary);
            self.send(Request::new(integration, begin.expect("a button to begin").act));
            return;
        };
        let mut act = primary(step);
        let user = snapshot.setup.installation.status_user.clone();
        let password = snapshot.setup.password.as_ref().map(|password| password.expose().to_owned());
        match act {
            Act::Prepare | Act::OpenConsent => {
                site.browser.next(Habit::Visit(Visit::of(site.sandbox.administrator())));
            }
            // What was shown once and is gone is set anew by an administrator.
            Act::SignIn if password.is_none() && user.made => {
                act = Act::NewPassword;
                site.browser.next(Habit::Visit(Visit::of(site.sandbox.administrator())));
            }
            Act::SignIn => {
                let visit = Visit { password, ..Visit::of(&user.user_name) };
                site.browser.next(Habit::Visit(visit));
            }
            _ => {}
        }
        let mut request = Request { step: Some(step.id), ..Request::new(integration, act) };
        for field in &step.fields {
            let entry = site.entry(integration, &field.id).map_or_else(|| field.value.clone(), str::to_owned);
            request = request.with(&field.id, &entry);
        }
        self.send(request);
    }
}

impl Site {
    /// What a person enters in a field; what the page suggests where there is nothing better.
    fn entry(&self, integration: Integration, field: &str) -> Option<&str> {
        match (field, integration) {
            ("organisation", _) => Some(self.sandbox.domain()),
            ("administrationClient", _) => Some(self.sandbox.administration_client_id()),
            ("key", Integration::TeamsToEight) => Some(self.sandbox.search_key()),
            ("key", Integration::EightToTeams) => Some(self.sandbox.analytics_key()),
            ("key", Integration::Contacts) => Some(self.sandbox.management_key()),
            ("user", _) => Some(self.sandbox.analytics_user()),
            ("password", _) => Some(self.sandbox.analytics_password()),
            _ => None,
        }
    }
}

/// The page of an integration.
///
/// # Panics
/// Never: every page has all integrations.
#[must_use]
pub fn page(snapshot: &Snapshot, integration: Integration) -> IntegrationView {
    let all = setup::setup(snapshot).integrations;
    all.into_iter().find(|view| view.id == integration).expect("the integration")
}

/// The open step of an integration.
///
/// # Panics
/// When none is.
#[must_use]
pub fn open_step(snapshot: &Snapshot, integration: Integration) -> StepView {
    let view = page(snapshot, integration);
    view.steps.into_iter().find(|step| step.state == StepState::Current).expect("an open step")
}

/// What the one primary button of a step asks for.
///
/// # Panics
/// When there is none, or several, or it can not be used.
#[must_use]
pub fn primary(step: &StepView) -> Act {
    let mut all = step.buttons.iter().filter(|button| button.kind == ButtonKind::Primary);
    let (one, other) = (all.next(), all.next());
    let one = one.unwrap_or_else(|| panic!("{:?} has no primary button", step.id));
    assert!(other.is_none(), "{:?} has two primary buttons", step.id);
    assert_eq!(one.reason, None, "{:?} can not be pressed", step.id);
    one.act
}

//! The administrator's tasks, each by the call that does it.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Administration, Shared, certificates};
use crate::error::Problem;
use crate::setup::event::{FaultKind, TaskFault};
use crate::setup::installation::{Installation, Reading};
use crate::setup::registration::Registration;
use crate::setup::task::{Outcome, Task};

pub(super) async fn perform(
    shared: &Shared,
    administration: Option<Arc<Administration>>,
    task: Task,
    begun: Option<Timestamp>,
    installation: &Installation,
) -> Result<Outcome, TaskFault> {
    let administration = administration.ok_or_else(|| {
        fault(
            "setup.signIn",
            "The administrator's sign-in has ended.",
            "It is kept in memory only, and was dropped.",
            "Sign in again; what is done stays done.",
            FaultKind::SignIn,
        )
    })?;
    let reading = installation.reading;
    let user = &installation.status_user;
    match task {
        Task::ReadOrganisation => administration.organisation().await,
        Task::ReadConsentPolicy => administration.consent_policy().await,
        Task::StatusUser => {
            if user.user_name.is_empty() {
                return Err(unknown("the name of the status user"));
            }
            administration.status_user(&user.user_name, begun).await
        }
        Task::Password => administration.new_password(&user.user_name).await,
        Task::Role => administration.role(known(user.id.as_ref(), "the status user")?, begun).await,
        Task::RemoveRole => administration.remove_role(known(user.id.as_ref(), "the status user")?).await,
        Task::Application(registration) => {
            let record = installation.record(registration);
            administration.application(registration, reading, &record, begun).await
        }
        Task::Principal(registration) => {
            let record = installation.record(registration);
            administration.principal(known(record.client_id.as_ref(), "the registration")?).await
        }
        Task::Certificate(registration) => {
            let record = installation.record(registration);
            let application = known(record.application.as_ref(), "the registration")?;
            let certificate = certificates::own(shared, registration).await;
            let certificate = certificate.map_err(|problem| TaskFault { problem, kind: FaultKind::Final })?;
            administration.upload(application, &certificate).await
        }
        Task::Grant(registration) => {
            let record = installation.record(registration);
            let principal = known(record.principal.as_ref(), "the service principal")?;
            // The reader is for the status user alone; chat is for every operator.
            let for_user = registration == Registration::Reader && reading == Reading::StatusUser;
            let user = if for_user { Some(known(user.id.as_ref(), "the status user")?) } else { None };
            administration.grant(registration, reading, principal, user).await
        }
        Task::RemoveApplication(registration) => {
            let record = installation.record(registration);
            administration.remove_application(known(record.application.as_ref(), "the registration")?).await
        }
    }
}

fn known<'a>(value: Option<&'a String>, what: &str) -> Result<&'a str, TaskFault> {
    value.map(String::as_str).ok_or_else(|| unknown(what))
}

fn unknown(what: &str) -> TaskFault {
    let cause = format!("{what} is not known.");
    fault(
        "setup.incomplete",
        "Something before this step is missing.",
        &cause,
        "Prepare the integration again.",
        FaultKind::Final,
    )
}

fn fault(code: &str, what: &str, cause: &str, remedy: &str, kind: FaultKind) -> TaskFault {
    TaskFault { problem: Arc::new(Problem::new(code, what, cause, remedy)), kind }
}

//! Words of the set-up page that several parts of it share.

use crate::setup::ItemState;
use crate::setup::check::Verdict;
use crate::setup::integration::Integration;
use crate::setup::step::{AccountKind, StepId};
use crate::setup::task::Task;

use super::Progress;

/// What an integration does.
pub(super) fn purpose(integration: Integration) -> &'static str {
    match integration {
        Integration::TeamsToEight => {
            "Reads what Teams says about each person and shows it, in 8x8 words, on the board. One way; nothing in Teams changes."
        }
        Integration::EightToTeams => {
            "Shows in Teams when somebody is on an 8x8 call, and takes it back when the call ends."
        }
        Integration::Contacts => {
            "Puts colleagues who have Teams and no 8x8 user into the 8x8 directory as contacts (Enhanced Presence Sync)."
        }
        Integration::Chat => {
            "Lets operators chat one-to-one with Teams people from the board, as themselves."
        }
    }
}

/// What users should know before.
pub(super) fn caveat(integration: Integration) -> Option<&'static str> {
    match integration {
        Integration::TeamsToEight => Some(
            "8x8 publishes no way to set the presence of its phones' users, so Teams presence is shown on this board and not on the phones.",
        ),
        Integration::EightToTeams => Some(
            "Microsoft lets other programs set only “In a call”; other 8x8 states change nothing in Teams. People may see it a few minutes later, and incoming Teams calls still ring.",
        ),
        Integration::Contacts => None,
        Integration::Chat => {
            Some("Messages are sent as the operator who connects an account. Nobody else's chats are read.")
        }
    }
}

pub(super) fn title(step: StepId, integration: Integration) -> &'static str {
    match step {
        StepId::Organisation => "Organisation",
        StepId::Way => "How to go about it",
        StepId::Prepare => match integration {
            Integration::TeamsToEight => "Prepare at Microsoft",
            Integration::EightToTeams => "Allow writing presence",
            Integration::Contacts | Integration::Chat => "Allow chat",
        },
        StepId::User => "Create the status user",
        StepId::Register => "Register the application",
        StepId::SignIn => "Sign in and accept",
        StepId::Consent => "Grant admin consent",
        StepId::Key => "Connect 8x8 with an API key",
        StepId::Verify => "Verify",
        StepId::Remove => "Remove at Microsoft",
    }
}

/// Whose account a step that has not come yet needs.
pub(super) fn as_whom(step: StepId) -> Option<&'static str> {
    step.account().map(|kind| match kind {
        AccountKind::StatusUser => "as the status user",
        AccountKind::Administrator => "as an administrator",
        AccountKind::EightAdministrator => "as an 8x8 administrator",
    })
}

pub(super) fn task(task: Task) -> String {
    match task {
        Task::ReadOrganisation => "Name and domains of the organisation".into(),
        Task::ReadConsentPolicy => "Whether users may consent to applications".into(),
        Task::StatusUser => "The status user".into(),
        Task::Password => "A new password for the status user".into(),
        Task::Role => "Role Application Developer for the status user".into(),
        Task::RemoveRole => "Role Application Developer".into(),
        Task::Application(registration) => format!("App registration “{}”", registration.name()),
        Task::Principal(registration) => format!("Enterprise application “{}”", registration.name()),
        Task::Certificate(registration) => {
            format!("Certificate of “{}”, made on this computer", registration.name())
        }
        Task::Grant(registration) => format!("Permissions of “{}”", registration.name()),
        Task::RemoveApplication(registration) => {
            format!("App registration “{}” with its permissions", registration.name())
        }
    }
}

pub(super) fn item(task: Task, state: &ItemState, seconds: Option<u64>) -> (Progress, String) {
    let removes = matches!(task, Task::RemoveApplication(_) | Task::RemoveRole);
    match state {
        ItemState::Waiting => (Progress::Waiting, String::new()),
        ItemState::Running => (Progress::Running, "…".into()),
        ItemState::Retrying(_) => {
            let in_seconds = seconds.map(|seconds| format!(", again in {seconds} s")).unwrap_or_default();
            (Progress::Running, format!("waiting for Microsoft{in_seconds}"))
        }
        ItemState::Done { made } => {
            let words = match (task, made) {
                (Task::ReadOrganisation | Task::ReadConsentPolicy, _) => "read",
                (Task::Grant(_), true) => "granted",
                (Task::Grant(_), false) => "granted before",
                (Task::Password, _) => "set",
                (_, true) if removes => "removed",
                (_, false) if removes => "was gone already",
                (_, true) => "made",
                (_, false) => "was there already",
            };
            (Progress::Good, words.into())
        }
        ItemState::Failed => (Progress::Bad, "failed".into()),
    }
}

pub(super) fn check(verdict: &Verdict) -> (Progress, String) {
    match verdict {
        Verdict::Waiting => (Progress::Waiting, String::new()),
        Verdict::Running => (Progress::Running, "…".into()),
        Verdict::Passed(finding) if finding.left_out => (Progress::LeftOut, finding.words.clone()),
        Verdict::Passed(finding) => (Progress::Good, finding.words.clone()),
        Verdict::Failed(fault) => (Progress::Bad, fault.problem.what.clone()),
        Verdict::NotTried(needed) => {
            (Progress::LeftOut, format!("Not tried: needs “{}” above.", needed.name()))
        }
    }
}

//! What a step shows while something is under way.

use super::*;

/// What is under way replaces the buttons.
pub(super) fn under_way(snapshot: &Snapshot, integration: Integration, view: &mut StepView) {
    let setup = &snapshot.setup;
    let cancel = || vec![button(Act::Cancel, "Cancel", ButtonKind::Plain, view.id)];
    let seconds = |at: Option<crate::moment::Uptime>| at.map(|at| at.since(snapshot.at.uptime).as_secs());
    if !setup.is_idle() {
        // A choice would be ignored.
        view.choices.clear();
    }
    match &setup.work {
        Work::Discovering { .. } if view.id == StepId::Organisation => {
            view.countdown = Some(Countdown { text: "Asking Microsoft…".into(), seconds: 0 });
            view.buttons = cancel();
        }
        Work::Browser { integration: of, address, missing, .. } if *of == integration => {
            view.waiting = Some(Waiting {
                text: "Finish there. This page goes on by itself. The link is good for ten minutes.".into(),
                can_copy: address.is_some(),
            });
            view.problem = missing.as_deref().cloned();
            view.buttons = cancel();
            freeze(view);
        }
        Work::Tasks(run) if run.integration == integration && view.id != StepId::Verify => {
            view.items = items(run, seconds(run.retry_at));
            if let Some(seconds) = seconds(run.retry_at) {
                let text = "Microsoft has not spread this yet. That is normal; we try again.".into();
                view.countdown = Some(Countdown { text, seconds });
            }
            view.buttons = cancel();
            view.problem = None;
            freeze(view);
        }
        Work::Key { integration: of, .. } if *of == integration && view.id == StepId::Key => {
            view.countdown = Some(Countdown { text: "Testing the key…".into(), seconds: 0 });
            view.buttons = cancel();
        }
        Work::SignIn if view.id == StepId::SignIn => {
            let address = match &snapshot.session {
                Session::Waiting { address, .. } => address.is_some(),
                _ => false,
            };
            view.waiting = Some(Waiting {
                text: "Finish there. This page goes on by itself. The link is good for ten minutes.".into(),
                can_copy: address,
            });
            view.buttons = cancel();
        }
        Work::Checks { integration: of, retry_at, .. } if *of == integration && view.id == StepId::Verify => {
            view.countdown = seconds(*retry_at).map(|seconds| {
                let text = "Not all of Microsoft's servers know the consent yet. We try again.".into();
                Countdown { text, seconds }
            });
            view.buttons = cancel();
        }
        Work::Idle => {
            // The newest run stays to be read until the step is done.
            if let Some(run) = setup.run.as_ref().filter(|run| run.integration == integration)
                && (view.id == StepId::Prepare || view.problem.is_some())
            {
                view.items = items(run, None);
            }
        }
        _ => {
            // Something of another step or integration is under way.
            for button in &mut view.buttons {
                button.reason.get_or_insert_with(|| "Something else is under way.".into());
            }
        }
    }
}

/// Nothing is entered while work is under way.
pub(super) fn freeze(view: &mut StepView) {
    view.fields.clear();
    view.choices.clear();
    view.guide.clear();
}

pub(super) fn items(run: &Run, seconds: Option<u64>) -> Vec<Item> {
    run.items
        .iter()
        .map(|item| {
            let (state, result) = words::item(item.task, &item.state, seconds);
            Item { label: words::task(item.task), state, result }
        })
        .collect()
}

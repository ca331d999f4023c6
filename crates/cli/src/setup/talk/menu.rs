//! What can be done, and doing it.

use std::collections::BTreeMap;
use std::io::Write;

use presence::secret::Secret;
use presence::setup::event::Act;
use presence::view::setup::{Ask, Button, ButtonKind, IntegrationView, Setup, StepState, StepView};

use super::super::draw;
use super::super::paper::{Block, wrap};
use super::{Stop, Talk, Turn, options};

impl<W: Write> Talk<'_, W> {
    pub(super) async fn menu(
        &mut self,
        page: &Setup,
        view: &IntegrationView,
        finished: bool,
        values: &BTreeMap<String, Secret>,
    ) -> Result<Turn, Stop> {
        let step = draw::current(view);
        let buttons = buttons(view, step);
        let primary =
            buttons.iter().position(|button| button.kind == ButtonKind::Primary && button.reason.is_none());
        let default = match primary {
            Some(place) => (place + 1).to_string(),
            None if finished => "q".into(),
            None => String::new(),
        };
        let sign_out = page.sign_out.as_ref().filter(|_| step.is_none());
        let asks = step.is_some_and(|step| !step.choices.is_empty() || !step.fields.is_empty());
        let prompt = if default.is_empty() { ">".to_owned() } else { format!("[{default}]:") };
        loop {
            let password = self.password(step);
            self.paper.block(&self.entries(view, &buttons, sign_out, asks, password.is_some(), finished))?;
            let Some(answer) = self.answer(&prompt, false).await? else { return Ok(Turn::Again) };
            let text = answer.expose().trim().to_ascii_lowercase();
            let text = if text.is_empty() { default.clone() } else { text };
            match (text.as_str(), sign_out, password) {
                ("q", ..) => return Ok(Turn::Left),
                ("e", ..) if asks => {
                    self.answered.clear();
                    return Ok(Turn::Again);
                }
                ("p", _, Some(password)) => self.reveal(password)?,
                ("s", Some(ask), _) => {
                    if self.agreed(ask).await? {
                        self.send(Act::SignOut, None, BTreeMap::new()).await?;
                        self.parted = true;
                        return Ok(Turn::Acted);
                    }
                }
                (text, ..) if finished && self.set(view, text).await? => return Ok(Turn::Again),
                (text, ..) => {
                    let again = text.strip_prefix('r').and_then(|place| place.parse::<usize>().ok());
                    let again =
                        again.and_then(|place| view.steps.get(place.checked_sub(1)?)?.buttons.first());
                    let again = again.filter(|button| Some(button.step) != Some(step.map(|step| step.id)));
                    let button =
                        text.parse::<usize>().ok().and_then(|place| buttons.get(place.checked_sub(1)?));
                    match (button.copied().or(again), again.is_some()) {
                        (None, _) => self.paper.say("That is none of the entries.")?,
                        (Some(button), reopened) => {
                            if self.press(button, if reopened { None } else { Some(values) }).await? {
                                return Ok(Turn::Acted);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Asks what is to be asked before, and sends; tells whether it was sent.
    pub(super) async fn press(
        &mut self,
        button: &Button,
        values: Option<&BTreeMap<String, Secret>>,
    ) -> Result<bool, Stop> {
        if let Some(reason) = &button.reason {
            self.paper.say(&format!("Not now: {reason}"))?;
            return Ok(false);
        }
        if let Some(ask) = &button.ask
            && !self.agreed(ask).await?
        {
            return Ok(false);
        }
        let values = values.filter(|_| button.kind == ButtonKind::Primary).cloned().unwrap_or_default();
        self.send(button.act, button.step, values).await?;
        self.parted = button.ask.is_some();
        Ok(true)
    }

    /// The entries of the menu.
    pub(super) fn entries(
        &self,
        view: &IntegrationView,
        buttons: &[&Button],
        sign_out: Option<&Ask>,
        asks: bool,
        password: bool,
        finished: bool,
    ) -> Block {
        let width = self.paper.width();
        let mut lines = vec!["What now?".to_owned()];
        let mut entry = |key: &str, text: &str| lines.extend(wrap(&format!("  {key:<3} "), text, width));
        for (place, button) in buttons.iter().enumerate() {
            let reason =
                button.reason.as_ref().map(|reason| format!(" (not now: {reason})")).unwrap_or_default();
            entry(&(place + 1).to_string(), &format!("{}{reason}", button.label));
        }
        if finished {
            for (key, text) in options::entries(view) {
                entry(&key, &text);
            }
        }
        if password {
            entry("p", "Show the password (once; it is written nowhere)");
        }
        if asks {
            entry("e", "Answer the questions of this step again");
        }
        for (place, step) in view.steps.iter().enumerate() {
            if step.state == StepState::Done
                && let Some(button) = step.buttons.first()
            {
                entry(&format!("r{}", place + 1), &format!("{}: {}", button.label, step.title));
            }
        }
        if let Some(ask) = sign_out {
            entry("s", &ask.title);
        }
        entry("q", "Quit; what is done stays done");
        lines
    }

    /// The new password, while it may be shown and was not yet.
    pub(super) fn password(&self, step: Option<&StepView>) -> Option<Secret> {
        let password = step.filter(|step| step.password).and(self.snapshots.borrow().setup.password.clone());
        password.filter(|password| self.revealed.as_ref() != Some(password))
    }
}

/// Every button once: those of the open step, of the panel, of the integration.
fn buttons<'v>(view: &'v IntegrationView, step: Option<&'v StepView>) -> Vec<&'v Button> {
    let panel = view.verdict.as_ref().map(|verdict| verdict.buttons.as_slice()).unwrap_or_default();
    let step = step.map(|step| step.buttons.as_slice()).unwrap_or_default();
    let mut buttons: Vec<&Button> = Vec::new();
    for button in step.iter().chain(panel).chain(&view.buttons) {
        if buttons.iter().all(|known| known.act != button.act) {
            buttons.push(button);
        }
    }
    buttons
}

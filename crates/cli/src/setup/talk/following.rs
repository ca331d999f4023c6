//! What is under way: asked for, followed and told.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use presence::secret::Secret;
use presence::session::Session;
use presence::setup::ItemState;
use presence::setup::event::{Act, Request};
use presence::setup::step::StepId;
use presence::snapshot::Snapshot;
use presence::view::setup::{IntegrationView, Item, Progress, address, setup};

use super::super::draw;
use super::super::input::Said;
use super::super::paper::{Block, wrap};
use super::super::progress::Row;
use super::{Stop, Talk, find};

impl<W: Write> Talk<'_, W> {
    /// Sends a request, and waits until it was heard: what is seen after that is newer than it.
    pub(super) async fn send(
        &mut self,
        act: Act,
        step: Option<StepId>,
        values: BTreeMap<String, Secret>,
    ) -> Result<(), Stop> {
        if act != Act::Choose {
            self.panels.clear();
            self.answered.clear();
            self.parted = false;
        }
        self.sent += 1;
        self.handle.ask(Request { integration: self.integration, act, step, values });
        let sent = self.sent;
        let heard = self.snapshots.wait_for(|snapshot| snapshot.setup.heard >= sent).await;
        heard.map(drop).map_err(|_| Stop::Driver)
    }

    /// Waits until nothing is under way, and tells what happens meanwhile.
    pub(super) async fn settled(&mut self) -> Result<Arc<Snapshot>, Stop> {
        loop {
            let snapshot = Arc::clone(&self.snapshots.borrow_and_update());
            self.follow(&snapshot)?;
            if is_settled(&snapshot) {
                return Ok(snapshot);
            }
            tokio::select! {
                biased;
                changed = self.snapshots.changed() => changed.map_err(|_| Stop::Driver)?,
                said = self.input.next(&mut self.paper), if self.input.is_open() => {
                    self.interrupt(said?, !snapshot.setup.is_idle()).await?;
                }
            }
        }
    }

    /// Takes what is typed while something is under way.
    pub(super) async fn interrupt(&mut self, said: Said, busy: bool) -> Result<(), Stop> {
        let line = match said {
            Said::Stop => return Err(Stop::Interrupted),
            Said::End if self.input.is_person() => return Err(Stop::Ended),
            // What is under way comes to its end all the same.
            Said::End => return Ok(()),
            Said::Line(line) => line,
        };
        match line.expose().trim().to_ascii_lowercase().as_str() {
            "c" if busy => self.send(Act::Cancel, self.step, BTreeMap::new()).await?,
            "a" if busy => {
                self.address = None;
                self.address_wanted = true;
            }
            "q" if self.input.is_person() => return Err(Stop::Quit),
            _ if self.input.is_person() => {
                self.paper.say("Something is under way: c and Enter cancels it.")?;
            }
            // A script is ahead of us.
            _ => self.input.hold(line),
        }
        Ok(())
    }

    /// Tells what is new of what is under way.
    pub(super) fn follow(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let page = setup(snapshot);
        let Some(view) = find(&page, self.integration) else { return Ok(()) };
        let busy = !snapshot.setup.is_idle();
        if busy {
            self.panel_under_way(snapshot, view)?;
        }
        self.follow_items(snapshot, view)?;
        let width = self.paper.width();
        let row = |check: &presence::view::setup::CheckView| Row {
            state: check.state,
            label: check.name.clone(),
            result: check.result.clone(),
            block: draw::check(check, width),
        };
        for block in self.checks.news(view.checks.iter().map(row).collect()) {
            self.paper.lines(&block)?;
        }
        if busy { self.show_address(snapshot) } else { Ok(()) }
    }

    pub(super) fn panel_under_way(&mut self, snapshot: &Snapshot, view: &IntegrationView) -> io::Result<()> {
        let width = self.paper.width();
        let step = draw::current(view);
        let mut block = Block::new();
        if let Some(verdict) = view.verdict.as_ref().filter(|_| !view.checks.is_empty()) {
            block.extend(wrap("", &verdict.title, width));
            block.extend(verdict.text.iter().flat_map(|text| wrap("  ", text, width)));
        }
        let countdown = step.and_then(|step| step.countdown.as_ref());
        block.extend(countdown.iter().flat_map(|countdown| wrap("", &countdown.text, width)));
        // What comes by itself may take minutes.
        let long = countdown.is_some_and(|countdown| countdown.seconds > 0) || block.len() > 1;
        if long {
            block.push("c and Enter cancels.".into());
        }
        let waiting = step.and_then(|step| step.waiting.as_ref());
        if waiting.is_some() || address(snapshot).is_some() {
            let more = waiting.map(|waiting| waiting.text.as_str()).unwrap_or_default();
            block.extend(wrap("", &format!("Waiting for your browser… {more}"), width));
            block.extend(wrap("", "c and Enter cancels, a and Enter shows the address.", width));
        }
        if !block.is_empty() && self.panels.insert(block.clone()) {
            self.paper.ask("", false)?;
            self.paper.block(&block)?;
        }
        if let Some(problem) = self.opener.take_failure() {
            self.paper.block(&draw::problem(&problem, "", width))?;
            self.address_wanted = true;
        }
        Ok(())
    }

    pub(super) fn follow_items(&mut self, snapshot: &Snapshot, view: &IntegrationView) -> io::Result<()> {
        let width = self.paper.width();
        let items = view.steps.iter().find(|step| !step.items.is_empty()).map(|step| step.items.clone());
        let Some(items) = items else {
            // The step is done, and with it what was under way when it was last looked at.
            let listed = std::mem::take(&mut self.listed);
            let Some(run) = &snapshot.setup.run else { return Ok(()) };
            for (item, now) in listed.iter().zip(&run.items) {
                if matches!(now.state, ItemState::Done { .. }) && !self.items.has_ended(&item.label) {
                    self.paper.lines(&draw::row(Progress::Good, &item.label, "done", width))?;
                }
            }
            return Ok(());
        };
        let row = |item: &Item| Row {
            state: item.state,
            label: item.label.clone(),
            result: item.result.clone(),
            block: draw::item(item, width),
        };
        for block in self.items.news(items.iter().map(row).collect()) {
            self.paper.lines(&block)?;
        }
        self.listed = items;
        Ok(())
    }

    /// Shows the address when somebody wants it: once, on a line of its own.
    pub(super) fn show_address(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let Some(known) = address(snapshot) else { return Ok(()) };
        if self.address.as_ref() == Some(&known) || !(self.address_wanted || self.opener.is_silent()) {
            return Ok(());
        }
        let clean: String = known.chars().filter(char::is_ascii_graphic).collect();
        let words = "Open this address in a browser on this computer:";
        self.paper.block(&[words.to_owned(), clean])?;
        self.address = Some(known);
        self.address_wanted = false;
        Ok(())
    }
}

/// Nothing is under way, and it is known who is signed in.
fn is_settled(snapshot: &Snapshot) -> bool {
    let known = !snapshot.configured || snapshot.session != Session::Unknown || snapshot.local.is_some();
    snapshot.setup.is_idle() && known
}

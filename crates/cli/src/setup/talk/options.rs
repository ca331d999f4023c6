//! What can be set of an installed integration, and what it does there: options and the import of contacts.

use std::collections::BTreeMap;
use std::io::{self, Write};

use presence::engine::event::Intent;
use presence::imports::Phase;
use presence::secret::Secret;
use presence::setup::event::Act;
use presence::view::import::Import;
use presence::view::setup::{ButtonKind, IntegrationView, OptionGroup, setup};

use super::super::draw;
use super::super::paper::{Block, wrap};
use super::{Stop, Talk, find};

/// The entries of the menu for options and the import.
pub(super) fn entries(view: &IntegrationView) -> Vec<(String, String)> {
    let import = view.import.iter().flat_map(|import| &import.buttons).enumerate();
    let import = import.map(|(place, button)| (format!("i{}", place + 1), button.label.clone()));
    let options = view.options.iter().enumerate();
    let options =
        options.map(|(place, group)| (format!("o{}", place + 1), format!("Options: {}", group.title)));
    import.chain(options).collect()
}

impl<W: Write> Talk<'_, W> {
    /// Does what an entry for options or the import is for; tells whether there is such an entry.
    pub(super) async fn set(&mut self, view: &IntegrationView, text: &str) -> Result<bool, Stop> {
        let place = |letter: char| text.strip_prefix(letter)?.parse::<usize>().ok()?.checked_sub(1);
        if let Some(group) = place('o').and_then(|place| view.options.get(place)) {
            self.option(group).await?;
            return Ok(true);
        }
        let button = place('i').and_then(|place| view.import.as_ref()?.buttons.get(place));
        let Some(button) = button else { return Ok(false) };
        self.handle.send(Intent::Import(button.wish));
        self.paper.say("Asking 8x8…")?;
        let reads = |phase: &Phase| *phase == Phase::Reading;
        let before = self.snapshots.borrow().revision;
        let there = self.snapshots.wait_for(|snapshot| {
            let phase = snapshot.import.as_ref().map(|import| &import.phase);
            snapshot.revision > before && !phase.is_some_and(reads)
        });
        there.await.map(drop).map_err(|_| Stop::Driver)?;
        self.show_import()?;
        Ok(true)
    }

    /// The import as it stands.
    pub(super) fn show_import(&mut self) -> io::Result<()> {
        let page = setup(&self.snapshots.borrow());
        let Some(import) = find(&page, self.integration).and_then(|view| view.import.as_ref()) else {
            return Ok(());
        };
        let block = panel(import, self.paper.width());
        self.paper.titled(&block)
    }

    /// Shows a group of options, asks its switches and entries, and sends what was changed.
    async fn option(&mut self, group: &OptionGroup) -> Result<(), Stop> {
        let width = self.paper.width();
        let mut block = wrap("", &group.title, width);
        block.extend(group.state.iter().flat_map(|state| wrap("  ", state, width)));
        block.extend(group.text.iter().flat_map(|text| wrap("  ", text, width)));
        self.paper.titled(&block)?;
        let named = |values: BTreeMap<String, Secret>| {
            let mut values = values;
            values.insert("group".into(), Secret::new(group.id.clone()));
            values
        };
        for choice in &group.choices {
            let Some(value) = self.choose(choice).await? else { return Ok(()) };
            if value != choice.value {
                let values = BTreeMap::from([(choice.id.clone(), Secret::new(value))]);
                self.send(Act::SetOption, None, named(values)).await?;
            }
        }
        for button in &group.buttons {
            let wanted = self.confirm(&format!("{}? y or n", button.label), false).await?;
            if wanted != Some(true) {
                continue;
            }
            if let Some(ask) = &button.ask
                && !self.agreed(ask).await?
            {
                continue;
            }
            let mut values = BTreeMap::new();
            if button.kind != ButtonKind::Danger {
                for field in &group.fields {
                    let Some(value) = self.enter(field).await? else { return Ok(()) };
                    values.insert(field.id.clone(), value);
                }
            }
            self.send(button.act, None, named(values)).await?;
            break;
        }
        let snapshot = self.settled().await?;
        let page = setup(&snapshot);
        let after = find(&page, self.integration)
            .and_then(|view| view.options.iter().find(|other| other.id == group.id));
        match after {
            Some(OptionGroup { problem: Some(problem), .. }) => {
                self.paper.block(&draw::problem(problem, "", width))?;
            }
            Some(after) if after != group => self.paper.say("Kept.")?,
            _ => {}
        }
        Ok(())
    }
}

fn panel(import: &Import, width: usize) -> Block {
    let mut block = wrap("", &import.title, width);
    block.extend(import.text.iter().flat_map(|text| wrap("  ", text, width)));
    for count in &import.counts {
        block.extend(wrap("  • ", &format!("{}: {}", count.label, count.count), width));
    }
    for clash in &import.clashes {
        block.extend(wrap("    ", &format!("{} ({}): {}", clash.name, clash.address, clash.why), width));
    }
    if let Some(problem) = &import.problem {
        block.extend(draw::problem(problem, "", width));
    }
    block
}

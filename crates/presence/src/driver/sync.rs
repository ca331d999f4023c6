//! The engine with everything it runs on, for one configuration.

use std::sync::Arc;

use super::Heard;
use super::effects::{ContactsKey, Effects};
use super::installer::Shared;
use crate::checkup;
use crate::eight::Contacts;
use crate::engine::event::Event;
use crate::engine::{Engine, Rules};
use crate::error::Problem;
use crate::microsoft::expected::Expected;
use crate::moment::Moment;
use crate::secret::Secret;
use crate::settings::Profile;
use crate::setup::installation::{Configuration, Installation, Key};
use crate::setup::registration::Registration;
use crate::store::Store;

/// The engine with everything it runs on, for one configuration.
pub(super) struct Sync {
    pub(super) engine: Engine,
    /// None while there is nothing to read with.
    pub(super) effects: Option<Effects>,
}

impl Sync {
    pub(super) fn start(
        shared: &Shared,
        profile: &Profile,
        mut rules: Rules,
        installation: &Installation,
        now: Moment,
    ) -> Result<Self, Problem> {
        let Some(configuration) = installation.configuration() else {
            return Ok(Self { engine: Engine::new(rules, now), effects: None });
        };
        let key = shared.endpoints.eight.key.clone();
        if key.is_none() && !installation.keys.contains(&Key::Search) {
            rules.contacts_interval = None;
        }
        rules.calls_interval = configuration.calls.then_some(rules.interval);
        rules.writes = configuration.writes;
        rules.imports = configuration.imports;
        rules.agents = configuration.center.agents;
        rules.events = configuration.center.events;
        rules.groups = configuration.center.groups;
        rules.options = Arc::new(installation.options.clone());
        let reports = shared.events.clone();
        let report = move |problem| {
            // The loop hears of it with the next failure if it is too busy now.
            let _ = reports.try_send(Heard::Sync(Event::Local(problem)));
        };
        // Another organisation's people are nobody's business here.
        let owner = format!("{} {}", configuration.tenant, configuration.client_id);
        let (store, restored) = Store::open(&profile.store(), &owner, report)?;
        let mut engine = Engine::new(rules, now);
        let parts = (shared.http.clone(), Arc::clone(&shared.clock));
        let writer =
            checkup::alone(parts, &shared.endpoints, &shared.vault, installation, Registration::Writer);
        let (contacts, named) = (contacts(shared, key), expected(&configuration));
        let mut effects = Effects::new(shared, &configuration, contacts, writer, store, named);
        effects.perform(engine.handle(Event::Restored(Box::new(restored)), now));
        effects.find_sign_in();
        Ok(Self { engine, effects: Some(effects) })
    }

    pub(super) fn handle(&mut self, event: Event, now: Moment) {
        match &mut self.effects {
            Some(effects) => effects.perform(self.engine.handle(event, now)),
            // Nothing is read, but what is wrong with this computer is told all the same.
            None if matches!(event, Event::Local(_) | Event::Clock(_)) => {
                let _ = self.engine.handle(event, now);
            }
            None => {}
        }
    }
}

/// Who has to sign in, as the installation knows it.
fn expected(configuration: &Configuration) -> Expected {
    match &configuration.expected {
        Some((user_name, id)) => {
            Expected::Account { user_name: user_name.clone(), id: id.clone(), first: true }
        }
        None => Expected::Anybody,
    }
}

/// How 8x8's directory is read: with the key of the endpoints file, or with the vault's.
fn contacts(shared: &Shared, key: Option<Secret>) -> ContactsKey {
    let build = |key: Secret| {
        let api = shared.endpoints.eight.api.clone();
        Arc::new(Contacts::new(shared.http.clone(), Arc::clone(&shared.clock), api, key))
    };
    key.map_or(ContactsKey::InVault, |key| ContactsKey::Known(build(key)))
}

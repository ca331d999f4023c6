//! Options and the keys they need, as a person asks for them. They are no part of what makes an integration verified.

use std::sync::Arc;

use super::event::{Act, Effect, Request};
use super::installation::Key;
use super::{Setup, Work};
use crate::error::Problem;
use crate::secret::Secret;

impl Setup {
    pub(super) fn set_options(&mut self, request: &Request) {
        self.option_problem = None;
        let mut options = self.installation.options.clone();
        let group = request.value("group").to_owned();
        let result = if request.act == Act::MapAgent {
            let person = request.values.contains_key("person").then(|| request.value("person"));
            options.map(request.value("agent"), person)
        } else {
            let names = request.values.keys().filter(|name| *name != "group");
            // The smaller limits first, so that two that fit together are taken together.
            let mut values: Vec<(&str, &str)> =
                names.map(|name| (name.as_str(), request.value(name))).collect();
            values.sort_by_key(|(_, value)| value.parse::<u32>().unwrap_or(0));
            values.into_iter().try_for_each(|(name, value)| options.set(name, value))
        };
        match result {
            Ok(()) if options != self.installation.options => self.change().options = options,
            Ok(()) => {}
            Err(problem) => self.option_problem = Some((request.integration, group, Arc::new(problem))),
        }
    }

    /// Tests a key that belongs to options, with the contact centre that was entered beside it.
    pub(super) fn save_optional_key(&mut self, request: &Request, effects: &mut Vec<Effect>) {
        let Some(key) = optional_key(request) else { return };
        self.option_problem = None;
        let mut options = self.installation.options.clone();
        let named = ["platform", "tenant"].into_iter().filter(|name| request.values.contains_key(*name));
        let taken = named.into_iter().try_for_each(|name| options.set(name, request.value(name)));
        let checked = taken.and_then(|()| {
            if key != Key::Groups && !options.center.is_known() {
                return Err(missing("The platform or the tenant name"));
            }
            let secret = Secret::new(request.value("key").to_owned());
            if secret.expose().is_empty() { Err(missing("The key")) } else { Ok(secret) }
        });
        match checked {
            Ok(secret) => {
                let center = options.center.clone();
                self.change().options = options;
                self.work = Work::Key { integration: request.integration, key };
                effects.push(Effect::TestKey { key, secret, login: None, center });
            }
            Err(problem) => {
                let group = key.keyword().to_owned();
                self.option_problem = Some((request.integration, group, Arc::new(problem)));
            }
        }
    }
}

/// The key of an option that a request is about.
pub(super) fn optional_key(request: &Request) -> Option<Key> {
    Key::from_keyword(request.value("group")).filter(|key| key.is_optional())
}

/// Something that was not filled in.
pub(super) fn missing(what: &str) -> Problem {
    let cause = format!("{what} is empty.");
    Problem::new("setup.empty", "Something is missing.", cause, "Fill it in; nothing was sent yet.")
}

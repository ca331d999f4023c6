//! What an administrator sets beside installing: how far the integrations go, and their limits.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::imports::Limits;
use crate::person::PersonId;

/// All options. Whatever reaches into 8x8 is off until somebody switches it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Options {
    /// Whether what 8x8 says of queue users is read beside calls.
    pub activity: bool,
    /// Which contact centre; none while a part is empty.
    pub center: CenterName,
    /// Whether an agent's call shows in Teams only if the agent was available before it, and until the agent changes by hand.
    pub only_available: bool,
    /// Whether an agent works offline while Teams says do-not-disturb.
    pub quiet_agents: bool,
    /// Whether a member is logged out of ring groups while Teams says do-not-disturb.
    pub quiet_groups: bool,
    /// Whether imported contacts carry the last mapped presence in a tag.
    pub tags: bool,
    /// Limits of writing contacts.
    pub contacts: ContactLimits,
    /// Who an agent is, by agent id: a person's id, or nothing for nobody.
    pub agents: BTreeMap<String, String>,
}

/// Which contact centre.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CenterName {
    /// As in the address of Configuration Manager: `na12`.
    pub platform: String,
    /// Name of the tenant.
    pub tenant: String,
}

/// Limits of writing contacts; 8x8 allows a customer 60 requests a minute over all integrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContactLimits {
    /// Requests a minute for importing.
    pub per_minute: u32,
    /// Requests a minute for tags.
    pub tags_per_minute: u32,
    /// Days after which the contact of somebody who left is removed.
    pub grace_days: u32,
    /// The share of contacts, in percent, beyond which removals need a person's word.
    pub most_removals: u32,
}

impl Default for ContactLimits {
    fn default() -> Self {
        Self { per_minute: 30, tags_per_minute: 5, grace_days: 7, most_removals: 10 }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            activity: false,
            center: CenterName::default(),
            only_available: true,
            quiet_agents: false,
            quiet_groups: false,
            tags: false,
            contacts: ContactLimits::default(),
            agents: BTreeMap::new(),
        }
    }
}

/// Requests a minute that all limits together may come to: the rest is for reading, and for other integrations.
pub const MOST_PER_MINUTE: u32 = 50;

/// More agents than any contact centre has.
const MOST_AGENTS: usize = 20_000;

impl ContactLimits {
    /// As the import wants them.
    #[must_use]
    pub fn import(self) -> Limits {
        Limits {
            per_minute: self.per_minute,
            grace: Duration::from_hours(24) * self.grace_days,
            most_removals: self.most_removals,
        }
    }
}

impl CenterName {
    /// Whether it is complete.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.platform.is_empty() && !self.tenant.is_empty()
    }
}

impl Options {
    /// Whom an agent is mapped to.
    #[must_use]
    pub fn person(&self, agent: &str) -> Option<PersonId> {
        PersonId::parse(self.agents.get(agent)?)
    }

    /// Takes a value under the name that surfaces send it with.
    ///
    /// # Errors
    /// When it is no value of that option; nothing is changed then.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        let before = self.contacts;
        match name {
            "activity" => self.activity = on(value)?,
            "onlyAvailable" => self.only_available = on(value)?,
            "quietAgents" => self.quiet_agents = on(value)?,
            "quietGroups" => self.quiet_groups = on(value)?,
            "tags" => self.tags = on(value)?,
            "perMinute" => self.contacts.per_minute = number(value, 1..=MOST_PER_MINUTE)?,
            "tagsPerMinute" => self.contacts.tags_per_minute = number(value, 1..=MOST_PER_MINUTE)?,
            "graceDays" => self.contacts.grace_days = number(value, 0..=365)?,
            "mostRemovals" => self.contacts.most_removals = number(value, 0..=100)?,
            "platform" => self.center.platform = word(value, "platform", "na12")?,
            "tenant" => self.center.tenant = word(value, "tenant name", "acmecorp01")?,
            _ => return Err(wrong(format!("There is no option “{name}”."), "Update the program.")),
        }
        if self.contacts.per_minute + self.contacts.tags_per_minute > MOST_PER_MINUTE {
            self.contacts = before;
            return Err(wrong(
                format!("Importing and tags may come to {MOST_PER_MINUTE} requests a minute together."),
                "8x8 allows 60 over everything your company runs: make one of the two smaller.",
            ));
        }
        Ok(())
    }

    /// Says who an agent is: a person's id, nothing for nobody, or none for "not decided".
    ///
    /// # Errors
    /// When that is no person's id, or there are absurdly many.
    pub fn map(&mut self, agent: &str, person: Option<&str>) -> Result<(), Problem> {
        match person {
            None => {
                self.agents.remove(agent);
            }
            Some(person) => {
                let known = person.is_empty() || PersonId::parse(person).is_some();
                let fits = !agent.is_empty() && agent.len() <= 128 && self.agents.len() < MOST_AGENTS;
                if !known || !fits {
                    return Err(wrong(
                        "That is no person of your organisation.".into(),
                        "Choose one of the list.",
                    ));
                }
                self.agents.insert(agent.to_owned(), person.to_owned());
            }
        }
        Ok(())
    }
}

fn on(value: &str) -> Result<bool, Problem> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(wrong("A switch is on or off.".into(), "Choose one of the two.")),
    }
}

fn number(value: &str, range: std::ops::RangeInclusive<u32>) -> Result<u32, Problem> {
    let number = value.trim().parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        wrong(
            format!("A whole number between {} and {} is needed.", range.start(), range.end()),
            "Enter such a number.",
        )
    })
}

/// A name that becomes part of an address.
fn word(value: &str, what: &str, example: &str) -> Result<String, Problem> {
    let value = value.trim();
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if value.len() > 64 || !value.chars().all(fits) {
        let cause = format!("The {what} has letters and digits only, such as {example}.");
        return Err(wrong(cause, "Copy it from 8x8 Configuration Manager."));
    }
    Ok(value.to_owned())
}

fn wrong(cause: String, remedy: &str) -> Problem {
    Problem::new("setup.option", "That can not be set.", cause, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_into_8x8_before_somebody_says_so() {
        let options = Options::default();
        assert!(!options.activity && !options.quiet_agents && !options.quiet_groups && !options.tags);
        assert!(options.only_available, "agents are shown by 8x8's own rule");
        assert!(!options.center.is_known());
    }

    #[test]
    fn a_value_that_does_not_fit_changes_nothing() {
        let mut options = Options::default();
        for (name, value) in [
            ("perMinute", "0"),
            ("perMinute", "51"),
            ("perMinute", "-3"),
            ("tagsPerMinute", "21"),
            ("graceDays", "many"),
            ("tags", "perhaps"),
            ("tenant", "a/b"),
            ("platform", "na12.evil.example/?"),
            ("nonsense", "on"),
        ] {
            let problem = options.set(name, value).unwrap_err();
            assert_eq!(problem.code, "setup.option", "{name} = {value}");
            assert_eq!(options, Options::default(), "{name} = {value}");
        }
        options.set("perMinute", " 20 ").unwrap();
        options.set("tagsPerMinute", "21").unwrap();
        assert_eq!((options.contacts.per_minute, options.contacts.tags_per_minute), (20, 21));
    }

    #[test]
    fn an_agent_is_a_person_or_nobody_or_undecided() {
        let mut options = Options::default();
        let person = "11111111-1111-4111-8111-111111111111";
        assert!(options.map("agA", Some("not an id")).is_err());
        options.map("agA", Some(person)).unwrap();
        assert_eq!(options.person("agA"), PersonId::parse(person));
        options.map("agA", Some("")).unwrap();
        assert_eq!((options.person("agA"), options.agents.len()), (None, 1));
        options.map("agA", None).unwrap();
        assert!(options.agents.is_empty());
    }
}

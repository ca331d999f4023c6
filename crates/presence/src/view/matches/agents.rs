//! Agents of the contact centre beside people, and people beside their queues.

use std::collections::HashMap;

use super::{Row, RowAction};
use crate::person::{PersonId, fold};
use crate::snapshot::{AgentLine, PersonState, Snapshot};

/// Agents, with who they are or may be. Whoever waits for a decision comes first.
pub(super) fn rows(snapshot: &Snapshot) -> impl Iterator<Item = Row> + use<> {
    let Some(center) = snapshot.center.as_deref() else { return Vec::new().into_iter() };
    let people: HashMap<PersonId, &PersonState> =
        snapshot.people.iter().map(|state| (state.id(), state)).collect();
    let names = Names::new(snapshot);
    let mut agents: Vec<&AgentLine> = center.agents.iter().collect();
    agents.sort_by_key(|agent| (agent.decided, fold(&agent.name), &agent.id));
    let rows: Vec<Row> = agents
        .into_iter()
        .map(|agent| {
            let row = Row {
                name: agent.name.clone(),
                department: agent.status.words().into(),
                agent: Some(agent.id.to_string()),
                ..Row::default()
            };
            let known = agent.person.and_then(|id| people.get(&id));
            match (known, agent.decided) {
                (Some(state), _) => mapped(row, state),
                (None, true) if agent.person.is_some() => gone(row),
                (None, true) => nobody(row),
                (None, false) => undecided(row, names.find(agent).and_then(|id| people.get(&id)).copied()),
            }
        })
        .collect();
    rows.into_iter()
}

fn mapped(row: Row, state: &PersonState) -> Row {
    let person = &state.card.person;
    Row {
        address: person.user_name.clone(),
        extension: state.card.extension().into(),
        why: format!("This is {}", person.name),
        actions: vec![take_back()],
        ..row
    }
}

fn gone(row: Row) -> Row {
    Row {
        why: "The person is not on the board any more".into(),
        remedy: "Choose somebody else.".into(),
        actions: vec![take_back()],
        ..row
    }
}

fn nobody(row: Row) -> Row {
    Row { why: "Nobody of this organisation".into(), actions: vec![take_back()], ..row }
}

fn undecided(row: Row, near: Option<&PersonState>) -> Row {
    let nobody = RowAction { label: "Nobody".into(), person: Some(String::new()), primary: false };
    match near {
        Some(state) => {
            let person = &state.card.person;
            let yes = RowAction {
                label: format!("This is {}", person.name),
                person: Some(person.id.to_string()),
                primary: true,
            };
            Row {
                address: person.user_name.clone(),
                extension: state.card.extension().into(),
                why: format!("Perhaps {}", person.name),
                remedy: "Say so, or choose somebody else.".into(),
                actions: vec![yes, nobody],
                ..row
            }
        }
        None => Row {
            why: "Not mapped".into(),
            remedy: "Choose who this is: until then no call of this agent shows anywhere.".into(),
            actions: vec![nobody],
            ..row
        },
    }
}

fn take_back() -> RowAction {
    RowAction { label: "Take back".into(), person: None, primary: false }
}

/// People in queues and ring groups.
pub(super) fn queue_rows(snapshot: &Snapshot) -> impl Iterator<Item = Row> + use<> {
    let Some(center) = snapshot.center.as_deref() else { return Vec::new().into_iter() };
    let people = snapshot.people.by_name().filter_map(|state| {
        let queues = center.queues.get(&state.id())?;
        Some(Row {
            name: state.card.person.name.clone(),
            department: state.card.department().into(),
            address: state.card.person.user_name.clone(),
            extension: state.card.extension().into(),
            why: queues.join(", "),
            ..Row::default()
        })
    });
    people.collect::<Vec<_>>().into_iter()
}

/// People by what an agent's name may hold: the words of their names in any order, or their extension. Two who would fit are no
/// suggestion.
struct Names {
    by_words: HashMap<String, Option<PersonId>>,
    by_extension: HashMap<String, Option<PersonId>>,
}

impl Names {
    fn new(snapshot: &Snapshot) -> Self {
        let mut names = Self { by_words: HashMap::new(), by_extension: HashMap::new() };
        for state in snapshot.people.iter() {
            let contact = state.card.contact.as_ref();
            let own = [Some(&state.card.person.name), contact.map(|contact| &contact.name)];
            for name in own.into_iter().flatten() {
                note(&mut names.by_words, words(name), state.id());
            }
            let extensions = contact
                .into_iter()
                .flat_map(|contact| contact.extension.iter().chain(&contact.other_extensions).cloned());
            for extension in extensions {
                note(&mut names.by_extension, extension, state.id());
            }
        }
        names
    }

    fn find(&self, agent: &AgentLine) -> Option<PersonId> {
        let by_name = self.by_words.get(&words(&agent.name)).copied().flatten();
        let numbers = agent.name.split(|letter: char| !letter.is_ascii_digit()).filter(|part| part.len() > 2);
        by_name
            .or_else(|| numbers.filter_map(|number| self.by_extension.get(number).copied().flatten()).next())
    }
}

fn note(known: &mut HashMap<String, Option<PersonId>>, key: String, person: PersonId) {
    if key.is_empty() {
        return;
    }
    known
        .entry(key)
        .and_modify(|found| {
            if *found != Some(person) {
                *found = None;
            }
        })
        .or_insert(Some(person));
}

/// The words of a name without accents and numbers, in a fixed order: "Lee, Ann (1204)" is "ann lee".
fn words(name: &str) -> String {
    let folded = fold(name);
    let mut words: Vec<&str> =
        folded.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_any_order_and_with_its_number() {
        assert_eq!(words("Lee, Ann (1204)"), words("Ánn  LEE"));
        assert_ne!(words("Ann Lee"), words("Ann Leeson"));
        assert_eq!(words("1204"), "");
    }
}

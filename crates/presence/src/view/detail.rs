//! One person, with both sides: what Teams says and what 8x8 gets.

use serde::Serialize;

use super::board::{Line, State, line, state_of_row};
use crate::mapping::{Presence, Row};
use crate::person::PersonId;
use crate::snapshot::Snapshot;

/// The detail panel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Detail {
    /// The same words as in the list.
    pub line: Line,
    /// Department.
    pub department: String,
    /// Address.
    pub email: String,
    /// Microsoft user name, when it differs from the address.
    pub user_name: Option<String>,
    /// The phone system of the extension.
    pub pbx: Option<String>,
    /// Whether the person has an 8x8 contact.
    pub has_contact: bool,
    /// What Teams says; none when it never said anything.
    pub teams: Option<TeamsSide>,
    /// What 8x8 gets.
    pub eight: EightSide,
}

/// "Teams says".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct TeamsSide {
    /// The badge.
    pub state: State,
    /// The row of the guide's table.
    pub row: String,
    /// Graph's two names: "Busy, InAMeeting".
    pub values: String,
}

/// "8x8 gets".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct EightSide {
    /// The badge.
    pub state: State,
    /// In words.
    pub label: String,
    /// 8x8's own name.
    pub value: Presence,
}

/// Teams draws calls and meetings with its busy disc.
fn teams_badge(row: Row) -> State {
    match row {
        Row::OnACall | Row::OnACallOutOfOffice | Row::InAMeeting => State::Busy,
        other => state_of_row(other),
    }
}

/// The detail of one person; none when the id is unknown.
#[must_use]
pub fn detail(snapshot: &Snapshot, id: &str) -> Option<Detail> {
    let id = PersonId::parse(id)?;
    let person = snapshot.people.iter().find(|person| person.id() == id)?;
    let card = &person.card;
    let presence = snapshot.presence(person);
    let state = match presence {
        Presence::Unknown => State::Unknown,
        Presence::Offline => State::Offline,
        _ => State::of(snapshot, person),
    };
    let email = card.person.email();
    Some(Detail {
        line: line(snapshot, person),
        department: card.department().into(),
        email: email.into(),
        user_name: (!card.person.user_name.eq_ignore_ascii_case(email))
            .then(|| card.person.user_name.clone()),
        pbx: card.contact.as_ref().and_then(|contact| contact.pbx.clone()),
        has_contact: card.contact.is_some(),
        teams: person.teams.as_ref().map(|teams| {
            let values = [teams.availability.as_str(), teams.activity.as_str()];
            TeamsSide {
                state: teams_badge(teams.mapping.row),
                row: teams.mapping.row.as_str().into(),
                values: values.into_iter().filter(|value| !value.is_empty()).collect::<Vec<_>>().join(", "),
            }
        }),
        eight: EightSide { state, label: state.label().into(), value: presence },
    })
}

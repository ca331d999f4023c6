//! One person, with both sides: what Teams says and what 8x8 gets.

use serde::Serialize;

use super::board::{Line, State, line, state_of_row};
use super::day::{Today, today};
use crate::desk::kept::Target;
use crate::endpoints::Cloud;
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
    /// Where the person works.
    pub site: String,
    /// Numbers besides the extension: what kind, and the number.
    pub phones: Vec<(String, String)>,
    /// The operator's own note.
    pub note: String,
    /// What today looked like.
    pub today: Today,
    /// Whether anyone in the department is waited for.
    pub department_watched: bool,
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

impl Detail {
    /// A link that begins a message to this person in the mail program; none without a plain address.
    #[must_use]
    pub fn mail_link(&self) -> Option<String> {
        is_plain_address(&self.email).then(|| format!("mailto:{}", self.email))
    }

    /// A link that opens a chat with this person in Teams
    /// (learn.microsoft.com, "Deep link to start a new chat"); none without a plain user name.
    #[must_use]
    pub fn chat_link(&self, cloud: Cloud) -> Option<String> {
        let user = self.user_name.as_deref().unwrap_or(&self.email);
        let link = match cloud {
            Cloud::GccHigh => "https://gov.teams.microsoft.us/l/chat/0/0",
            Cloud::Dod => "https://dod.teams.microsoft.us/l/chat/0/0",
            Cloud::Global | Cloud::China => "https://teams.microsoft.com/l/chat/0/0",
        };
        let url = reqwest::Url::parse_with_params(link, [("users", user)]).ok()?;
        is_plain_address(user).then(|| url.into())
    }
}

/// Whether nothing in an address could be taken for another part of a link.
fn is_plain_address(address: &str) -> bool {
    let plain = |sign: char| sign.is_alphanumeric() || "@._-+'!#$*~".contains(sign);
    address.contains('@') && !address.starts_with('-') && address.chars().all(plain)
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
        site: card.site().into(),
        phones: [("Direct", &card.person.direct), ("Mobile", &card.person.mobile)]
            .into_iter()
            .filter_map(|(kind, number)| Some((kind.into(), number.clone()?)))
            .collect(),
        note: snapshot.desk.kept.notes.get(&id).cloned().unwrap_or_default(),
        today: today(snapshot, person),
        department_watched: !card.department().is_empty()
            && snapshot.desk.kept.is_watched(&Target::Department(card.department().into())),
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

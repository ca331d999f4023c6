//! The match report: who is on both sides, who is not, and what can be done about it.

mod agents;

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::text::{clock, count};
use crate::matches::{Reason, Unmatched};
use crate::person::fold;
use crate::snapshot::{Snapshot, SourceOf};

/// A part of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "MatchTab", rename_all = "camelCase"))]
pub enum Tab {
    /// On both sides.
    Matched,
    /// In Teams, without an 8x8 user.
    OnlyTeams,
    /// In 8x8, without a Teams user.
    OnlyEight,
    /// Several with one address.
    Duplicates,
    /// Guests, disabled accounts, rooms and shared mailboxes.
    LeftOut,
    /// Agents of the contact centre, and who they are.
    Agents,
    /// Who is logged in to call queues and ring groups.
    Queues,
}

impl Tab {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Matched,
        Self::OnlyTeams,
        Self::OnlyEight,
        Self::Duplicates,
        Self::LeftOut,
        Self::Agents,
        Self::Queues,
    ];

    /// Whether a picture has anything of it: without a contact centre there is nothing to say of agents.
    #[must_use]
    pub fn is_there(self, snapshot: &Snapshot) -> bool {
        match self {
            Self::Agents => snapshot.center.as_ref().is_some_and(|center| {
                !center.agents.is_empty()
                    || center.sources.iter().any(|(of, _)| matches!(of, SourceOf::Agents | SourceOf::Events))
            }),
            Self::Queues => snapshot.center.is_some(),
            _ => true,
        }
    }

    /// Its name.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Matched => "Matched",
            Self::OnlyTeams => "Only in Teams",
            Self::OnlyEight => "Only in 8x8",
            Self::Duplicates => "Duplicates",
            Self::LeftOut => "Left out",
            Self::Agents => "Agents",
            Self::Queues => "In queues",
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::Matched => "These people are shown with their 8x8 extension.",
            Self::OnlyTeams => "Without an 8x8 user, calls to these people can not be seen or shown.",
            Self::OnlyEight => "Without a Teams user, nothing is known of these people\u{2019}s presence.",
            Self::Duplicates => "Nobody is guessed: until the addresses are unique, none of them is matched.",
            Self::LeftOut => "These accounts are not on the board.",
            Self::Agents => {
                "8x8 knows no address of an agent. Say who is who: only then do calls of agents show on the board and in Teams."
            }
            Self::Queues => {
                "Do not disturb in Teams is what keeps queue calls away from these people: busy or away does not. It reaches 8x8 only as far as Setup says."
            }
        }
    }

    fn of(reason: Reason) -> Self {
        match reason {
            Reason::NoContact => Self::OnlyTeams,
            Reason::NoUser | Reason::NoAddress => Self::OnlyEight,
            Reason::Ambiguous => Self::Duplicates,
            Reason::Guest | Reason::Disabled => Self::LeftOut,
        }
    }
}

/// Why, and what to do, in words.
#[must_use]
pub fn words(line: &Unmatched) -> (String, &'static str) {
    let near = |side: &str, remedy: &'static str| {
        line.near.as_ref().map(|near| (format!("{side} has nearly this address: {near}"), remedy))
    };
    match line.reason {
        Reason::NoContact => near("8x8", "Make the email address in 8x8 the same as the Teams user name.")
            .unwrap_or_else(|| {
                (
                    "No 8x8 user has this address".into(),
                    "Create the 8x8 user with this email address; no licence is needed. Or import it as a contact.",
                )
            }),
        Reason::NoUser => near("Teams", "Make the email address in 8x8 the same as the Teams user name.")
            .unwrap_or_else(|| {
                ("No Teams user has this address".into(), "Nothing, if this person does not use Teams.")
            }),
        Reason::NoAddress => {
            ("It has no email address".into(), "Enter the Teams user name as its email address in 8x8.")
        }
        Reason::Ambiguous => (
            "Several have this address".into(),
            "Give each a different email address, the person\u{2019}s own to the one that is dialled.",
        ),
        Reason::Guest => (
            "Guest account: its presence is in its own organisation".into(),
            "Nothing: guests have no presence that could be read here.",
        ),
        Reason::Disabled => (
            "Disabled account, room or shared mailbox".into(),
            "Enable the account if somebody signs in with it.",
        ),
    }
}

/// What the page asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "MatchQuery", rename_all = "camelCase"))]
pub struct Query {
    /// Which part.
    pub tab: Tab,
    /// Words that name, address, department or extension contain.
    pub search: String,
    /// From which row.
    pub offset: usize,
    /// At most so many rows; [`MOST_ROWS`] at the most.
    pub limit: usize,
}

/// More rows than this are not given at once.
pub const MOST_ROWS: usize = 500;

/// The page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "Matches", rename_all = "camelCase"))]
pub struct Matches {
    /// The snapshot it was made from.
    #[cfg_attr(test, ts(type = "number"))]
    pub revision: u64,
    /// "1,248 Teams people and 1,226 8x8 users, compared at 14:20"; why there is nothing to compare.
    pub headline: String,
    /// Whether there are 8x8 contacts to compare with.
    pub known: bool,
    /// The parts with their counts.
    pub tabs: Vec<TabCount>,
    /// What being in this part means.
    pub hint: String,
    /// Rows that fit the search.
    pub listed: usize,
    /// The first row given.
    pub offset: usize,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A part and how many are in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "MatchTabCount"))]
pub struct TabCount {
    /// Which.
    pub tab: Tab,
    /// Its name.
    pub label: String,
    /// How many.
    pub count: usize,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "MatchRow"))]
pub struct Row {
    /// Name.
    pub name: String,
    /// Department.
    pub department: String,
    /// Teams user name, or 8x8 address.
    pub address: String,
    /// Extension.
    pub extension: String,
    /// Why there is no match; how there is one.
    pub why: String,
    /// What to do.
    pub remedy: String,
    /// The agent of the contact centre this row is about; the page lets people choose who that is.
    pub agent: Option<String>,
    /// What can be done at once.
    pub actions: Vec<RowAction>,
}

/// Something that can be done about an agent; sent as the act `mapAgent` of the integration `eightToTeams`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "MatchAction"))]
pub struct RowAction {
    /// "This is Ann Lee".
    pub label: String,
    /// The person's id, empty for nobody; without it the decision is taken back.
    pub person: Option<String>,
    /// Whether it is what we recommend.
    pub primary: bool,
}

/// The page of a picture.
#[must_use]
pub fn matches(snapshot: &Snapshot, query: &Query) -> Matches {
    let report = &snapshot.matches;
    let number = |tab: Tab| match tab {
        Tab::Matched => report.matched,
        Tab::Agents => snapshot.center.as_ref().map_or(0, |center| center.agents.len()),
        Tab::Queues => snapshot.center.as_ref().map_or(0, |center| center.queues.len()),
        _ => report.unmatched.iter().filter(|line| Tab::of(line.reason) == tab).count(),
    };
    let tabs = Tab::ALL
        .into_iter()
        .filter(|tab| tab.is_there(snapshot))
        .map(|tab| TabCount { tab, label: tab.label().into(), count: number(tab) })
        .collect();
    let words: Vec<String> = fold(&query.search).split_whitespace().map(Into::into).collect();
    let limit = query.limit.min(MOST_ROWS);
    let (listed, rows) = take(rows(snapshot, query.tab).filter(|row| fits(row, &words)), query.offset, limit);
    Matches {
        revision: snapshot.revision,
        headline: headline(snapshot),
        known: snapshot.contacts.as_ref().is_some_and(|contacts| contacts.last_success.is_some()),
        tabs,
        hint: query.tab.hint().into(),
        listed,
        offset: query.offset,
        rows,
    }
}

fn headline(snapshot: &Snapshot) -> String {
    let teams = count(snapshot.people.len());
    match &snapshot.contacts {
        None => format!("{teams} Teams people; no 8x8 key, so nothing to compare with"),
        Some(contacts) => match contacts.last_success {
            None => format!("{teams} Teams people; the 8x8 directory was not read yet"),
            Some(at) => {
                let report = &snapshot.matches;
                let alone =
                    |reason: Reason| report.unmatched.iter().filter(|line| line.reason == reason).count();
                let eight = report.matched
                    + alone(Reason::NoUser)
                    + alone(Reason::NoAddress)
                    + alone(Reason::Ambiguous);
                let when = clock(at, snapshot.at);
                format!("{teams} Teams people and {} 8x8 users, compared at {when}", count(eight))
            }
        },
    }
}

fn rows(snapshot: &Snapshot, tab: Tab) -> Box<dyn Iterator<Item = Row> + '_> {
    if tab == Tab::Agents {
        return Box::new(agents::rows(snapshot));
    }
    if tab == Tab::Queues {
        return Box::new(agents::queue_rows(snapshot));
    }
    if tab == Tab::Matched {
        let matched = snapshot.people.by_name().filter_map(|state| {
            let card = &state.card;
            let contact = card.contact.as_ref()?;
            let same = |address: &str| contact.emails.iter().any(|email| email.eq_ignore_ascii_case(address));
            let mail = card.person.mail.as_deref().is_some_and(same);
            let by = match (same(&card.person.user_name), mail) {
                (true, _) => "By user name",
                (false, true) => "By mail address",
                (false, false) => "By a further address",
            };
            Some(Row {
                name: card.person.name.clone(),
                department: card.department().into(),
                address: card.person.user_name.clone(),
                extension: card.extension().into(),
                why: by.into(),
                ..Row::default()
            })
        });
        return Box::new(matched);
    }
    let lines = snapshot.matches.unmatched.iter().filter(move |line| Tab::of(line.reason) == tab);
    Box::new(lines.map(|line| {
        let (why, remedy) = words(line);
        Row {
            name: line.name.clone(),
            department: line.department.clone(),
            address: line.address.clone(),
            extension: line.extension.clone(),
            why,
            remedy: remedy.into(),
            ..Row::default()
        }
    }))
}

fn fits(row: &Row, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let text = fold(&[&*row.name, &row.address, &row.department, &row.extension].join("\n"));
    words.iter().all(|word| text.contains(word.as_str()))
}

/// Counts all and keeps a window.
fn take(rows: impl Iterator<Item = Row>, offset: usize, limit: usize) -> (usize, Vec<Row>) {
    let mut kept = Vec::new();
    let mut listed = 0;
    for row in rows {
        if listed >= offset && kept.len() < limit {
            kept.push(row);
        }
        listed += 1;
    }
    (listed, kept)
}

/// The whole report for a spreadsheet: with a byte-order mark, so that letters survive, and with every cell as text, so
/// that no name can become a formula.
#[must_use]
pub fn csv(snapshot: &Snapshot) -> String {
    let mut text = String::from("\u{feff}");
    let header = ["Part", "Name", "Department", "Address", "Extension", "Why", "What to do"];
    line(&mut text, header.into_iter());
    for tab in Tab::ALL.into_iter().filter(|tab| tab.is_there(snapshot)) {
        for row in rows(snapshot, tab) {
            let cells = [
                tab.label(),
                &row.name,
                &row.department,
                &row.address,
                &row.extension,
                &row.why,
                &row.remedy,
            ];
            line(&mut text, cells.into_iter());
        }
    }
    text
}

/// What spreadsheets take for the start of a formula, also in the wide form of East Asian keyboards.
const FORMULA: &str = "=+-@|%＝＋－＠\t\r\n";

/// Letters that a spreadsheet may pass over before a formula.
const BLANK: [char; 6] = [' ', '\u{a0}', '\u{3000}', '\u{200b}', '\'', '"'];

fn line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (at, cell) in cells.enumerate() {
        let comma = if at == 0 { "" } else { "," };
        // Where numbers have commas a spreadsheet ends cells at semicolons, whatever quotes say.
        let parts: Vec<String> = cell.split(';').map(guarded).collect();
        let cell = parts.join(";").replace('"', "\"\"").replace(['\r', '\n', '\t'], " ");
        // Writing to a String can not fail.
        let _ = write!(text, "{comma}\"{cell}\"");
    }
    text.push_str("\r\n");
}

/// The same text, and no formula.
fn guarded(part: &str) -> String {
    let start = part.trim_start_matches(BLANK).chars().next();
    let guard = if start.is_some_and(|letter| FORMULA.contains(letter)) { "'" } else { "" };
    format!("{guard}{part}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_can_become_a_formula_and_quotes_do_not_end_a_cell() {
        let told = |cell: &str| {
            let mut text = String::new();
            line(&mut text, std::iter::once(cell));
            text.strip_suffix("\r\n").unwrap().to_owned()
        };
        for (cell, expected) in [
            ("=1+1", "\"'=1+1\""),
            ("+49 30", "\"'+49 30\""),
            ("-2", "\"'-2\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"' =1\""),
            ("\r=1", "\"' =1\""),
            ("\n=1", "\"' =1\""),
            (" =cmd|'/c calc'!A1", "\"' =cmd|'/c calc'!A1\""),
            ("\u{200b}=1+1", "\"'\u{200b}=1+1\""),
            ("\"=1+1", "\"'\"\"=1+1\""),
            ("＝1＋1", "\"'＝1＋1\""),
            ("Ann;=1+1", "\"Ann;'=1+1\""),
            ("Ann\";\"=1+1", "\"Ann\"\";'\"\"=1+1\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two lines\""),
            ("\u{202e}nnA", "\"\u{202e}nnA\""),
            ("Ann, O'Hara; Bee", "\"Ann, O'Hara; Bee\""),
        ] {
            assert_eq!(told(cell), expected, "{cell:?}");
        }
    }
}

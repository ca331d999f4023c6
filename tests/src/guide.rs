//! 8x8's own table, apart from the product's mapping, and the comparison of a board with what is true.

use std::collections::HashMap;

use presence::person::PersonId;
use presence::snapshot::{PersonState, Snapshot};
use sandbox::{Control, Truth};

/// "Presence Status Mapping from Microsoft Teams" of 8x8's guide: what Teams shows, and what 8x8 gets.
pub const GUIDE: [(&str, &str); 14] = [
    ("Available", "available"),
    ("Available, Out of Office", "available"),
    ("Busy", "busy"),
    ("On a call", "onCall"),
    ("In a meeting", "onCall"),
    ("On a call, out of office", "onCall"),
    ("Do not disturb", "doNotDisturb"),
    ("Presenting", "doNotDisturb"),
    ("Focusing", "doNotDisturb"),
    ("Away", "away"),
    ("Be right back", "away"),
    ("Offline", "offline"),
    ("Status unknown", "offline"),
    ("Out of Office", "offline"),
];

/// What 8x8 gets for a row of the guide.
#[must_use]
pub fn presence_of(row: &str) -> &'static str {
    let found = GUIDE.iter().find(|(name, _)| *name == row);
    found.map(|(_, presence)| *presence).unwrap_or_else(|| panic!("the guide has no row “{row}”"))
}

/// Whether the out-of-office sign belongs to a row; `None` where the automatic replies themselves decide.
fn sign_of(row: &str) -> Option<bool> {
    if row.to_lowercase().contains("out of office") {
        Some(true)
    } else if ["Available", "Offline", "On a call"].contains(&row) {
        Some(false)
    } else {
        None
    }
}

/// What is wrong about one person on the board, if anything.
#[must_use]
pub fn mistake(snapshot: &Snapshot, state: &PersonState, truth: &Truth) -> Option<String> {
    let Some(teams) = &state.teams else { return Some(format!("{}: nothing known", truth.display_name)) };
    let mapping = teams.mapping;
    let told = (
        teams.availability.as_str(),
        teams.activity.as_str(),
        mapping.row.as_str(),
        snapshot.presence(state).as_str(),
        mapping.out_of_office,
        state.card.person.name.as_str(),
        state.card.person.user_name.as_str(),
    );
    // A name that turns the writing direction could write over its neighbours.
    let turns = |letter: char| {
        "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}".contains(letter)
    };
    let harmless = truth.display_name.replace(turns, "");
    let right = (
        truth.availability.as_str(),
        truth.activity.as_str(),
        truth.row.as_str(),
        presence_of(&truth.row),
        sign_of(&truth.row).unwrap_or(truth.out_of_office),
        harmless.trim(),
        truth.user_principal_name.as_str(),
    );
    (told != right).then(|| format!("{told:?} instead of {right:?}"))
}

/// What is wrong on the board: whoever is missing, too many, or shown as something they are not.
#[must_use]
pub fn mistakes(snapshot: &Snapshot, control: &Control) -> Vec<String> {
    let truths: HashMap<PersonId, Truth> = control
        .people()
        .into_iter()
        .map(|truth| (PersonId::parse(&truth.id).expect("an id is a GUID"), truth))
        .collect();
    let on_board: HashMap<PersonId, &PersonState> =
        snapshot.people.iter().map(|state| (state.id(), state)).collect();
    let strangers = on_board.values().filter(|state| !truths.contains_key(&state.id()));
    let strangers = strangers.map(|state| format!("{} does not work here", state.card.person.name));
    let wrong = truths.iter().filter_map(|(id, truth)| match on_board.get(id) {
        Some(state) => mistake(snapshot, state, truth),
        None => Some(format!("{} is missing", truth.display_name)),
    });
    strangers.chain(wrong).collect()
}

/// Everybody on the board is shown as they are, and nobody is missing or too many.
///
/// # Panics
/// When it is not so.
#[track_caller]
pub fn all_right(snapshot: &Snapshot, control: &Control) {
    let found = mistakes(snapshot, control);
    let some = &found[..found.len().min(5)];
    assert!(found.is_empty(), "{} mistakes on the board, such as {some:#?}", found.len());
}

/// The person on the board with this id.
#[must_use]
pub fn find<'a>(snapshot: &'a Snapshot, id: &str) -> Option<&'a PersonState> {
    snapshot.people.iter().find(|state| state.id().to_string() == id)
}

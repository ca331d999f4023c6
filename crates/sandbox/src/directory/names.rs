//! Names from many places: what is shown, and how it is spelled in a user name.
//!
//! The spellings are common given names and family names; no list of real people is behind them.

use std::sync::LazyLock;

use crate::chance::{Purpose, below, draw};

/// A name as shown and as spelled with the letters a user name may have.
type Spelling = (&'static str, &'static str);

struct Culture {
    given: Vec<Spelling>,
    family: Vec<Spelling>,
    family_first: bool,
}

/// Marks a paragraph of the table of names.
const FAMILY_FIRST: &str = "family first";

/// Somebody's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// Given name as shown.
    pub(crate) given: String,
    /// Family name as shown.
    pub(crate) family: String,
    /// The whole name in its own order.
    pub(crate) display: String,
    /// `given.family` in lower-case ASCII.
    pub(crate) spelling: String,
}

/// Where the hostile names stand, in organisations of at least [`HOSTILE_FROM`] people.
pub(crate) const MARKUP_AT: u64 = 101;
const BIDI_AT: u64 = 151;
const LONG_AT: u64 = 29;
/// From how many people on there are names that try to break a page.
pub(crate) const HOSTILE_FROM: u64 = 200;

/// The name of person `index` in an organisation of `people`.
pub(crate) fn name(seed: u64, index: u64, people: u64) -> Name {
    match index {
        0 => return plain("Morgan", "Ellery", "admin"),
        LONG_AT => {
            return plain(
                "Maximiliane Theodora Wilhelmine",
                "von Hohenstein-Oberleitersdorf zu Bruckmühl",
                "maximiliane.vonhohenstein",
            );
        }
        MARKUP_AT if people >= HOSTILE_FROM => {
            return Name { display: MARKUP.to_owned(), ..plain("Markup", MARKUP, "markup.tester") };
        }
        BIDI_AT if people >= HOSTILE_FROM => {
            // Right-to-left override without an end: whoever shows it bare turns the rest of the line round.
            return plain("Rita \u{202E}yletaL", "\u{2067}Turner", "rita.turner");
        }
        _ => {}
    }
    let dice = draw(seed, Purpose::Name, index, 0);
    // Every culture comes round once per lap, so small organisations have all scripts too.
    let lap = index / CULTURES.len() as u64;
    let turn = (index + below(draw(seed, Purpose::Name, lap, 1), CULTURES.len() as u64)) as usize;
    let culture = &CULTURES[turn % CULTURES.len()];
    let given = culture.given[below(dice, culture.given.len() as u64) as usize];
    let family = culture.family[below(dice.rotate_left(29), culture.family.len() as u64) as usize];
    let display = if culture.family_first {
        format!("{}{}", family.0, given.0)
    } else {
        format!("{} {}", given.0, family.0)
    };
    Name {
        given: given.0.to_owned(),
        family: family.0.to_owned(),
        display,
        spelling: format!("{}.{}", given.1, family.1),
    }
}

const MARKUP: &str = "<img src=x onerror=alert(1)>";

fn plain(given: &str, family: &str, spelling: &str) -> Name {
    Name {
        given: given.to_owned(),
        family: family.to_owned(),
        display: format!("{given} {family}"),
        spelling: spelling.to_owned(),
    }
}

/// The names, read once.
static CULTURES: LazyLock<Vec<Culture>> = LazyLock::new(|| {
    let paragraphs = include_str!("names.txt").split("\n\n");
    paragraphs.filter_map(culture).collect()
});

fn culture(paragraph: &'static str) -> Option<Culture> {
    let lines = || paragraph.lines().filter(|line| !line.starts_with('#'));
    let mut lists = lines().filter(|line| *line != FAMILY_FIRST).map(spellings);
    let (given, family) = (lists.next()?, lists.next()?);
    Some(Culture { given, family, family_first: lines().any(|line| line == FAMILY_FIRST) })
}

fn spellings(line: &'static str) -> Vec<Spelling> {
    line.split(", ").filter_map(|entry| entry.rsplit_once(' ')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_whole() {
        assert_eq!(CULTURES.len(), 17);
        assert!(CULTURES.iter().all(|culture| culture.given.len() >= 8 && culture.family.len() >= 8));
        assert_eq!(CULTURES.iter().filter(|culture| culture.family_first).count(), 2);
    }

    #[test]
    fn spellings_fit_into_a_user_name() {
        for index in 0..2_000 {
            let name = name(7, index, 2_000);
            assert!(name.spelling.bytes().all(|b| b.is_ascii_lowercase() || b == b'.'), "{name:?}");
        }
    }

    #[test]
    fn fifty_people_bring_arabic_and_hebrew_names() {
        let names: String = (0..50).map(|index| name(7, index, 50).display).collect();
        assert!(names.chars().any(|c| ('\u{0600}'..='\u{06FF}').contains(&c)));
        assert!(names.chars().any(|c| ('\u{0590}'..='\u{05FF}').contains(&c)));
        assert!(!names.contains('<'));
    }

    #[test]
    fn hostile_names_come_with_two_hundred_people() {
        assert_eq!(name(7, MARKUP_AT, 200).display, MARKUP);
        assert!(name(7, BIDI_AT, 200).display.contains('\u{202E}'));
    }
}

//! People as the two directories know them.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person's object id in Microsoft Entra.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(Uuid);

impl PersonId {
    /// Reads a GUID as Graph writes it; anything else is no id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse_ascii(text.as_bytes()).ok().map(Self)
    }

    /// The sixteen bytes, for the store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// From the sixteen bytes of the store.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Uuid::from_slice(bytes).ok().map(Self)
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(formatter)
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(formatter)
    }
}

/// A map by person. Object ids are random already, so hashing them once more would only cost time.
pub type ById<T> = HashMap<PersonId, T, BuildHasherDefault<IdHasher>>;

/// Takes the last eight bytes of an id as its hash.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.rchunks(8).take(1) {
            let mut last = [0; 8];
            last[8 - part.len()..].copy_from_slice(part);
            // Spread over all bits: the map looks at the highest ones and the lowest ones.
            self.0 ^= u64::from_le_bytes(last).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A user object of the Microsoft directory.
///
/// Every text is data from outside: it may be empty, absurdly long before [`Person::new`] cut it, or hostile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Object id.
    pub id: PersonId,
    /// Display name; the user name where Microsoft gives none.
    pub name: String,
    /// User name (`userPrincipalName`).
    pub user_name: String,
    /// `mail`, which may differ from the user name.
    pub mail: Option<String>,
    /// Further addresses, without their `smtp:` prefix.
    pub proxy_addresses: Vec<String>,
    /// Job title.
    pub title: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Where the person works (`officeLocation`).
    #[serde(default)]
    pub site: Option<String>,
    /// The first of `businessPhones`.
    #[serde(default)]
    pub direct: Option<String>,
    /// `mobilePhone`.
    #[serde(default)]
    pub mobile: Option<String>,
    /// Whether the directory says so; `None` where the permission to see it is missing.
    pub guest: Option<bool>,
    /// `accountEnabled`; `None` where the permission to see it is missing.
    pub enabled: Option<bool>,
}

/// Why a user object is not on the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum LeftOut {
    /// Guests have their presence in their own organisation.
    Guest,
    /// Disabled accounts, which shared mailboxes and rooms are too.
    Disabled,
    /// The account that this program signs in with.
    StatusUser,
}

/// Longest text kept of any field of the directories, in characters; both vendors' own limits are below it.
const LONGEST_TEXT: usize = 256;

/// Cuts text from outside to a sane length and strips control characters, also those that turn the writing direction.
#[must_use]
pub fn plain(text: &str) -> String {
    let harmless = |letter: &char| {
        !letter.is_control()
            && !matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.trim().chars().filter(harmless).take(LONGEST_TEXT).collect()
}

impl Person {
    /// Whether this user object is left out of the board, and why.
    ///
    /// The status user is known by the name that 8x8's guide recommends, `8x8.status@…`.
    #[must_use]
    pub fn left_out(&self) -> Option<LeftOut> {
        if self.guest == Some(true) || self.user_name.to_ascii_lowercase().contains("#ext#@") {
            Some(LeftOut::Guest)
        } else if self.enabled == Some(false) {
            Some(LeftOut::Disabled)
        } else if self.user_name.to_ascii_lowercase().starts_with("8x8.status@") {
            Some(LeftOut::StatusUser)
        } else {
            None
        }
    }

    /// The address to show: `mail`, or else the user name.
    #[must_use]
    pub fn email(&self) -> &str {
        self.mail.as_deref().unwrap_or(&self.user_name)
    }
}

/// A corporate contact of the 8x8 directory: an 8x8 user, licensed or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Contact id.
    pub id: String,
    /// Full name.
    pub name: String,
    /// All e-mail addresses.
    pub emails: Vec<String>,
    /// Extension as people dial it; unlicensed users have none.
    pub extension: Option<String>,
    /// Other extensions and forms of it, such as the one with the site in front.
    #[serde(default)]
    pub other_extensions: Vec<String>,
    /// The phone system on which the extension is unique.
    pub pbx: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Job title.
    pub title: Option<String>,
}

/// A user object and the 8x8 contact it was matched to, with what searching needs prepared once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The Microsoft side.
    pub person: Person,
    /// The 8x8 side, if there is exactly one.
    pub contact: Option<Contact>,
    search: Box<str>,
}

impl Card {
    /// Joins both sides.
    #[must_use]
    pub fn new(person: Person, contact: Option<Contact>) -> Arc<Self> {
        let mut card = Self { person, contact, search: Box::default() };
        let words = [
            card.person.name.as_str(),
            card.department(),
            card.extension(),
            card.title(),
            card.person.email(),
        ];
        card.search = fold(&words.join("\n")).into();
        Arc::new(card)
    }

    /// The extension, or nothing.
    #[must_use]
    pub fn extension(&self) -> &str {
        self.contact.as_ref().and_then(|contact| contact.extension.as_deref()).unwrap_or_default()
    }

    /// The department: Microsoft's word first, because it is the fresher one.
    #[must_use]
    pub fn department(&self) -> &str {
        let other = || self.contact.as_ref().and_then(|contact| contact.department.as_deref());
        self.person.department.as_deref().or_else(other).unwrap_or_default()
    }

    /// Where the person works, as Microsoft says.
    #[must_use]
    pub fn site(&self) -> &str {
        self.person.site.as_deref().unwrap_or_default()
    }

    /// The job title: Microsoft's word first.
    #[must_use]
    pub fn title(&self) -> &str {
        let other = || self.contact.as_ref().and_then(|contact| contact.title.as_deref());
        self.person.title.as_deref().or_else(other).unwrap_or_default()
    }

    /// Whether name, department, extension, title or address contain every one of the words, folded by [`fold`].
    #[must_use]
    pub fn matches(&self, words: &[String]) -> bool {
        words.iter().all(|word| self.search.contains(word.as_str()))
    }

    /// The folded name, by which people are sorted.
    #[must_use]
    pub fn sort_key(&self) -> &str {
        self.search.split('\n').next().unwrap_or_default()
    }
}

/// Lower case, and Latin letters without their accents, so that `jose` finds `José`.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).filter(|letter| !is_accent(*letter)).map(bare).collect()
}

/// Combining marks, which some directories use instead of one accented letter.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

fn bare(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'ş' | 'š' | 'ș' => 's',
        'ť' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn person(id: u128, name: &str) -> Person {
        Person {
            id: PersonId(Uuid::from_u128(id)),
            name: name.into(),
            user_name: format!("{}@brightwater.example", fold(name).replace(' ', ".")),
            mail: None,
            proxy_addresses: Vec::new(),
            title: None,
            department: None,
            site: None,
            direct: None,
            mobile: None,
            guest: Some(false),
            enabled: Some(true),
        }
    }

    #[test]
    fn a_colleague_is_found_without_typing_accents() {
        let card = Card::new(person(1, "Zoë Åström-Łęcka"), None);
        for typed in ["zoe", "astrom", "lecka", "ZOË astr"] {
            let words: Vec<String> = fold(typed).split_whitespace().map(Into::into).collect();
            assert!(card.matches(&words), "{typed}");
        }
        assert!(!card.matches(&[fold("zoltan")]));
    }

    #[test]
    fn a_name_can_not_turn_the_writing_direction_or_flood_the_board() {
        assert_eq!(plain(" \u{202e}Eve\u{0007} \u{2066}Adams "), "Eve Adams");
        assert_eq!(plain(&"x".repeat(10_000)).len(), LONGEST_TEXT);
    }

    #[test]
    fn guests_rooms_and_the_status_user_are_left_out() {
        let mut guest = person(1, "Gil");
        guest.user_name = "gil_fabrikam.example#EXT#@brightwater.example".into();
        guest.guest = None;
        let mut room = person(2, "Room 4");
        room.enabled = Some(false);
        let mut status = person(3, "Status");
        status.user_name = "8x8.Status@brightwater.example".into();
        assert_eq!(guest.left_out(), Some(LeftOut::Guest));
        assert_eq!(room.left_out(), Some(LeftOut::Disabled));
        assert_eq!(status.left_out(), Some(LeftOut::StatusUser));
        assert_eq!(person(4, "Ann").left_out(), None);
    }
}

//! One contact, and how it is made up: from a person, or from what every phone system has besides people.
//!
//! Contacts are numbered; a number says all about a contact, so nothing is stored. First come service
//! contacts and strays, then one for every account in its place.

use std::borrow::Cow;

use serde::Serialize;

use crate::chance::{Purpose, draw, per_mille};
use crate::directory::Directory;
use crate::directory::account::{Account, Kind, local_part};
use crate::organisation::{DOMAIN, NAME};

/// The person whose address a second contact has too, from [`DOUBLE_FROM`] people on.
const DOUBLE_OF: usize = 17;
const DOUBLE_FROM: u64 = 100;
/// From how many people on there are two phone systems.
const TWO_SYSTEMS_FROM: u64 = 500;
/// `lastName` holds no more characters.
const LONGEST_FAMILY_NAME: usize = 30;
const CREATED_MS: u64 = 1_700_000_000_000;

const SERVICES: &[(&str, &str)] = &[
    ("Main attendant", "AA"),
    ("Reception queue", "CQ"),
    ("Customer care queue", "CQ"),
    ("Sales ring group", "RG"),
    ("Service desk ring group", "RG"),
];

/// One contact as 8x8 gives it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contact<'a> {
    pub(super) id: String,
    pub(super) assigned_user_id: Option<String>,
    pub(super) contact_type: &'static str,
    pub(super) created_timestamp: u64,
    pub(super) updated_timestamp: u64,
    pub(super) customer_id: &'static str,
    pub(super) company_name: &'static str,
    pub(super) department: Option<&'a str>,
    pub(super) display_when_no_extension: bool,
    pub(super) first_name: Option<Cow<'a, str>>,
    pub(super) last_name: Option<String>,
    pub(super) name: Cow<'a, str>,
    #[serde(rename = "hideInAA")]
    pub(super) hide_in_aa: bool,
    pub(super) job_title: Option<&'a str>,
    pub(super) locale: &'static str,
    pub(super) pbx_id: &'static str,
    pub(super) pbx_name: &'static str,
    pub(super) subscription_type: &'static str,
    pub(super) time_zone: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tags: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) addresses: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phones: Option<Vec<Phone>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) emails: Option<Vec<Email>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) extensions: Option<Vec<Extension>>,
}

/// A telephone number.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Phone {
    id: u64,
    pub(super) phone: String,
    primary: bool,
    purpose_type: &'static str,
    source: &'static str,
}

/// A mail address.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Email {
    id: u64,
    pub(super) email: String,
    primary: bool,
    purpose_type: &'static str,
}

/// An extension of a phone system.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extension {
    id: u64,
    contact_id: String,
    display_in_directory: bool,
    pub(super) extension: String,
    extension_type: &'static str,
    pub(super) fq_extension: String,
    #[serde(rename = "hideInAA")]
    hide_in_aa: bool,
    pub(super) pbx_id: &'static str,
    pbx_name: &'static str,
    subscription_type: &'static str,
}

/// The contacts of an organisation.
#[derive(Clone, Copy)]
pub(super) struct Contacts<'a> {
    pub(super) seed: u64,
    /// How many people there were at the start.
    pub(super) people: u64,
    pub(super) directory: &'a Directory,
}

impl<'a> Contacts<'a> {
    /// Ids and names of the phone systems of so many people.
    pub(super) fn systems_of(people: u64) -> &'static [(&'static str, &'static str)] {
        if people >= TWO_SYSTEMS_FROM { &SYSTEMS } else { &SYSTEMS[..1] }
    }

    /// One more than the highest number.
    pub(super) fn end(&self) -> u64 {
        self.extras() + self.directory.accounts().len() as u64
    }

    /// The contact with a number; some numbers have none.
    pub(super) fn get(&self, number: u64) -> Option<Contact<'a>> {
        let services = SERVICES.len() as u64;
        match number {
            _ if number < services => Some(self.service(number)),
            _ if number < services + self.strays() => Some(self.stray(number)),
            _ if number < self.extras() => self.double(number),
            _ => {
                let place = usize::try_from(number - self.extras()).ok()?;
                let account = self.directory.account(place).filter(|account| account.kind == Kind::Person)?;
                self.person(number, place, account)
            }
        }
    }

    /// About one in a hundred uses a phone without being in Teams.
    fn strays(&self) -> u64 {
        self.people.div_ceil(100).max(1)
    }

    fn extras(&self) -> u64 {
        SERVICES.len() as u64 + self.strays() + u64::from(self.people >= DOUBLE_FROM)
    }

    fn person(&self, number: u64, place: usize, account: &'a Account) -> Option<Contact<'a>> {
        let dice = draw(self.seed, Purpose::Contact, place as u64, 0);
        let plain = place == 0 || place == DOUBLE_OF;
        // One in twenty has no 8x8 account. Who has left the company is still in the phone book.
        if per_mille(dice, 50) && !plain {
            return None;
        }
        let email =
            if plain { account.user_principal_name.clone() } else { address(account, dice.rotate_left(13)) };
        let mut contact = self.bare(number, account.display_name.as_str().into());
        contact.assigned_user_id =
            Some(format!("user{:016x}", draw(self.seed, Purpose::Contact, place as u64, 1)));
        contact.department = Some(account.department);
        contact.job_title = Some(account.job_title);
        contact.first_name = Some(account.given_name.as_str().into());
        contact.last_name = Some(account.surname.chars().take(LONGEST_FAMILY_NAME).collect());
        let (id, name) = self.system(place as u64);
        (contact.pbx_id, contact.pbx_name) = (id, name);
        contact.emails = Some(vec![self.email(number, email)]);
        contact.phones = Some(vec![Phone {
            id: number * 10 + 2,
            phone: format!("+44207946{:04}", place % 10_000),
            primary: true,
            purpose_type: "WORK",
            source: "EXTERNAL",
        }]);
        if per_mille(dice.rotate_left(27), 20) && !plain {
            contact.display_when_no_extension = per_mille(dice.rotate_left(33), 500);
        } else {
            let own = place as u64 / self.systems();
            contact.extensions = Some(vec![self.extension(&contact, number, self.first_extension() + own)]);
        }
        Some(contact)
    }

    fn service(&self, number: u64) -> Contact<'a> {
        let (name, kind) = SERVICES[(number % SERVICES.len() as u64) as usize];
        let mut contact = self.bare(number, name.into());
        contact.contact_type = "service";
        contact.subscription_type = kind;
        // The highest numbers of the first system are kept free for services.
        let extension = self.first_extension() * 10 - 1 - number;
        contact.extensions = Some(vec![self.extension(&contact, number, extension)]);
        contact
    }

    fn stray(&self, number: u64) -> Contact<'a> {
        let mut contact = self.bare(number, format!("Contractor {number}").into());
        contact.first_name = Some("Contractor".into());
        contact.last_name = Some(number.to_string());
        contact.assigned_user_id = Some(format!("user{:016x}", draw(self.seed, Purpose::Contact, number, 2)));
        contact.emails = Some(vec![self.email(number, format!("contractor{number}@{DOMAIN}"))]);
        let extension = self.first_extension() * 10 - 21 - number;
        contact.extensions = Some(vec![self.extension(&contact, number, extension)]);
        contact
    }

    /// A second contact with somebody's address, as happens when a person had two phones.
    fn double(&self, number: u64) -> Option<Contact<'a>> {
        let account = self.directory.account(DOUBLE_OF)?;
        let mut contact = self.bare(number, format!("{} (old)", account.display_name).into());
        contact.first_name = Some(account.given_name.as_str().into());
        contact.last_name = Some("(old)".to_owned());
        contact.emails = Some(vec![self.email(number, account.user_principal_name.clone())]);
        let extension = self.first_extension() * 10 - 20;
        contact.extensions = Some(vec![self.extension(&contact, number, extension)]);
        Some(contact)
    }

    fn bare(&self, number: u64, name: Cow<'a, str>) -> Contact<'a> {
        let (pbx_id, pbx_name) = self.system(0);
        Contact {
            id: id(number),
            assigned_user_id: None,
            contact_type: "corporate",
            created_timestamp: CREATED_MS + number * 1_000,
            updated_timestamp: CREATED_MS + number * 1_000,
            customer_id: "0012J00002brightwater",
            company_name: NAME,
            department: None,
            display_when_no_extension: false,
            first_name: None,
            last_name: None,
            name,
            hide_in_aa: false,
            job_title: None,
            locale: "en_GB",
            pbx_id,
            pbx_name,
            subscription_type: "UE",
            time_zone: "Europe/London",
            tags: Some([]),
            addresses: Some([]),
            phones: Some(Vec::new()),
            emails: Some(Vec::new()),
            extensions: Some(Vec::new()),
        }
    }

    fn email(&self, number: u64, email: String) -> Email {
        Email { id: number * 10 + 1, email, primary: true, purpose_type: "WORK" }
    }

    fn extension(&self, contact: &Contact<'_>, number: u64, extension: u64) -> Extension {
        let prefix = if contact.pbx_id == SYSTEMS[0].0 { 14 } else { 15 };
        Extension {
            id: number * 10 + 3,
            contact_id: contact.id.clone(),
            display_in_directory: true,
            extension: extension.to_string(),
            extension_type: "UC",
            fq_extension: format!("{prefix}{extension}"),
            hide_in_aa: false,
            pbx_id: contact.pbx_id,
            pbx_name: contact.pbx_name,
            subscription_type: contact.subscription_type,
        }
    }

    fn systems(&self) -> u64 {
        Self::systems_of(self.people).len() as u64
    }

    fn system(&self, place: u64) -> (&'static str, &'static str) {
        SYSTEMS[(place % self.systems()) as usize]
    }

    /// 1000, or more digits where so many people share a system that four do not do.
    fn first_extension(&self) -> u64 {
        let mut first = 1_000;
        while self.people / self.systems() + self.strays() > first * 17 / 2 {
            first *= 10;
        }
        first
    }
}

const SYSTEMS: [(&str, &str); 2] =
    [("pbx-brightwater-1", "brightwater"), ("pbx-brightwater-2", "brightwaternorth")];

/// Ids sort as their numbers do.
fn id(number: u64) -> String {
    format!("bw{:012}", number * 7 + 1_000)
}

/// The address 8x8 has for a person: the user name as a rule, in other letter case at times, or one that
/// only the mailbox or its aliases know.
fn address(account: &Account, dice: u64) -> String {
    let user = &account.user_principal_name;
    if let Some(mail) = account.mail.as_ref().filter(|mail| *mail != user && per_mille(dice, 600)) {
        return mail.clone();
    }
    if let Some(alias) = account.aliases.first().filter(|_| per_mille(dice.rotate_left(9), 500)) {
        return alias.clone();
    }
    if per_mille(dice.rotate_left(18), 100) {
        return format!("{}@{}", local_part(user).to_uppercase(), DOMAIN);
    }
    user.clone()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn extensions_are_unique_within_their_system() {
        for people in [1, 100, 1000, 20_000] {
            let directory = Directory::new(7, people, true);
            let contacts = Contacts { seed: 7, people: people as u64, directory: &directory };
            let mut seen = HashSet::new();
            for contact in (0..contacts.end()).filter_map(|number| contacts.get(number)) {
                for extension in contact.extensions.into_iter().flatten() {
                    assert!(seen.insert((extension.pbx_id, extension.extension.clone())), "{extension:?}");
                    assert!(extension.extension.len() <= 6);
                }
            }
        }
    }

    #[test]
    fn the_awkward_cases_are_there() {
        let directory = Directory::new(7, 1000, true);
        let contacts = Contacts { seed: 7, people: 1000, directory: &directory };
        let all: Vec<Contact<'_>> = (0..contacts.end()).filter_map(|number| contacts.get(number)).collect();
        let corporate = all.iter().filter(|contact| contact.contact_type == "corporate").count();
        assert!((920..1_000).contains(&corporate), "{corporate}");
        assert!(all.iter().any(|contact| contact.contact_type == "service"));
        let bare = |contact: &&Contact<'_>| contact.extensions.as_ref().is_none_or(Vec::is_empty);
        assert!(all.iter().filter(bare).count() >= 5);
        let mut addresses = HashSet::new();
        let doubles: Vec<String> = all
            .iter()
            .flat_map(|contact| contact.emails.iter().flatten())
            .map(|email| email.email.to_lowercase())
            .filter(|email| !addresses.insert(email.clone()))
            .collect();
        assert_eq!(doubles, [directory.accounts()[DOUBLE_OF].user_principal_name.clone()]);
        let known = |address: &String| directory.place_of_user_name(address).is_some();
        let other = addresses.iter().filter(|address| !known(address)).count();
        assert!(other > 20, "addresses besides user names: {other}");
        assert!(all.iter().all(|c| c.last_name.as_ref().is_none_or(|name| name.chars().count() <= 30)));
    }
}

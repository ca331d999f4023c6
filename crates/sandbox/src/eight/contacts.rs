//! The contacts there are: one for every account, those that every phone system has besides people, and those
//! that were written.
//!
//! Contacts are numbered; a number says all about a contact, so nothing but what was written is stored. First
//! come service contacts and strays, then one for every account in its place, far behind them what was written.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::book::Book;
use super::contact::{Contact, Email, Extension, Phone};
use crate::chance::{Purpose, draw, per_mille};
use crate::directory::Directory;
use crate::directory::account::{Account, Kind, local_part};
use crate::organisation::{CUSTOMER, DOMAIN, NAME};
use crate::tenant::Tenant;

/// The person whose address a second contact has too, from [`DOUBLE_FROM`] people on.
const DOUBLE_OF: usize = 17;
const DOUBLE_FROM: u64 = 100;
/// From how many people on there are two phone systems, if nobody says how many.
const TWO_SYSTEMS_FROM: usize = 500;
/// `lastName` holds no more characters.
const LONGEST_FAMILY_NAME: usize = 30;
const CREATED_MS: u64 = 1_700_000_000_000;
/// Every so many people there is an agent of the contact centre, up to a number of them.
const AGENT_EVERY: usize = 8;
const MOST_AGENTS: usize = 250;
/// Where the numbers of written contacts begin.
pub(crate) const WRITTEN_FROM: u64 = 14_000_000_000;

/// What every phone system has besides people.
pub(crate) const SERVICES: &[(&str, &str)] = &[
    ("Main attendant", "AA"),
    ("Reception queue", "CQ"),
    ("Customer care queue", "CQ"),
    ("Sales ring group", "RG"),
    ("Service desk ring group", "RG"),
];

/// The contacts of an organisation.
#[derive(Clone, Copy)]
pub(crate) struct Contacts<'a> {
    pub(crate) seed: u64,
    /// How many people there were at the start.
    pub(crate) people: u64,
    /// How many phone systems there are.
    pub(crate) systems: usize,
    /// Whether agents have an extension of the contact centre.
    pub(crate) contact_center: bool,
    pub(crate) directory: &'a Directory,
    pub(crate) book: &'a Book,
}

impl<'a> Contacts<'a> {
    /// The contacts of a tenant.
    pub(crate) fn of(tenant: &Tenant, directory: &'a Directory, book: &'a Book) -> Self {
        Self {
            seed: tenant.organisation.seed,
            people: tenant.people,
            systems: tenant.systems,
            contact_center: tenant.center.is_on(),
            directory,
            book,
        }
    }

    /// All numbers that may have a contact, in their order.
    pub(crate) fn numbers(&self) -> impl DoubleEndedIterator<Item = u64> + use<'a> {
        (0..self.end()).chain(self.book.numbers())
    }

    /// The number of the contact of the account at a place.
    pub(crate) fn number_of(&self, place: usize) -> u64 {
        self.extras() + place as u64
    }

    /// The service contacts: their numbers, in the order of the systems.
    pub(crate) fn services(&self) -> std::ops::Range<u64> {
        0..SERVICES.len() as u64 * self.systems()
    }

    /// One more than the highest number of what was not written.
    fn end(&self) -> u64 {
        self.extras() + self.directory.accounts().len() as u64
    }

    /// The contact with a number; some numbers have none.
    pub(crate) fn get(&self, number: u64) -> Option<Contact<'a>> {
        let services = self.services().end;
        match number {
            WRITTEN_FROM.. => self.book.get(number).map(|company| company.contact(number)),
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
        self.services().end + self.strays() + u64::from(self.people >= DOUBLE_FROM)
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
        contact.last_name =
            Some(account.surname.chars().take(LONGEST_FAMILY_NAME).collect::<String>().into());
        let (id, name) = self.system(place as u64);
        (contact.pbx_id, contact.pbx_name) = (Some(id), Some(name));
        contact.emails = Some(vec![self.email(number, email)]);
        contact.phones = Some(vec![Phone {
            id: number * 10 + 2,
            phone: format!("+44207946{:04}", place % 10_000).into(),
            primary: true,
            purpose_type: "WORK",
            source: "EXTERNAL",
        }]);
        if per_mille(dice.rotate_left(27), 20) && !plain {
            contact.display_when_no_extension = per_mille(dice.rotate_left(33), 500);
        } else {
            let own = place as u64 / self.systems();
            let mut extensions = vec![self.extension(&contact, number, self.first_extension() + own)];
            if self.contact_center && self.is_agent(place) {
                extensions.push(Extension {
                    id: number * 10 + 4,
                    extension_type: "CC",
                    subscription_type: "VCCE",
                    ..self.extension(&contact, number, agent_extension(place))
                });
            }
            contact.extensions = Some(extensions);
        }
        Some(contact)
    }

    fn service(&self, number: u64) -> Contact<'a> {
        let (name, kind) = SERVICES[(number % SERVICES.len() as u64) as usize];
        let mut contact = self.bare(number, name.into());
        contact.contact_type = "service";
        contact.subscription_type = Some(kind);
        let own = number % SERVICES.len() as u64;
        let (id, system) = self.system(number / SERVICES.len() as u64);
        (contact.pbx_id, contact.pbx_name) = (Some(id), Some(system));
        // The highest numbers of each system are kept free for services.
        let extension = self.first_extension() * 10 - 1 - own;
        contact.extensions = Some(vec![self.extension(&contact, number, extension)]);
        contact
    }

    fn stray(&self, number: u64) -> Contact<'a> {
        let mut contact = self.bare(number, format!("Contractor {number}").into());
        contact.first_name = Some("Contractor".into());
        contact.last_name = Some(number.to_string().into());
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
        contact.last_name = Some("(old)".into());
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
            customer_id: CUSTOMER,
            company_name: Some(NAME),
            department: None,
            display_when_no_extension: false,
            first_name: None,
            last_name: None,
            name,
            hide_in_aa: false,
            job_title: None,
            locale: Some("en_GB"),
            pbx_id: Some(pbx_id),
            pbx_name: Some(pbx_name),
            subscription_type: Some("UE"),
            time_zone: Some("Europe/London"),
            others: BTreeMap::new(),
            tags: Some(Vec::new()),
            addresses: Some(Vec::new()),
            phones: Some(Vec::new()),
            emails: Some(Vec::new()),
            extensions: Some(Vec::new()),
        }
    }

    fn email(&self, number: u64, email: String) -> Email<'a> {
        Email { id: number * 10 + 1, email: email.into(), primary: true, purpose_type: "WORK" }
    }

    fn extension(&self, contact: &Contact<'_>, number: u64, extension: u64) -> Extension {
        let own = SYSTEMS.iter().position(|(id, _)| contact.pbx_id == Some(*id)).unwrap_or_default();
        let (pbx_id, pbx_name) = SYSTEMS[own];
        let prefix = 14 + own;
        Extension {
            id: number * 10 + 3,
            contact_id: contact.id.clone(),
            display_in_directory: true,
            extension: extension.to_string(),
            extension_type: "UC",
            fq_extension: format!("{prefix}{extension}"),
            hide_in_aa: false,
            pbx_id,
            pbx_name,
            subscription_type: contact.subscription_type.unwrap_or_default(),
        }
    }

    fn systems(&self) -> u64 {
        self.systems as u64
    }

    /// Whether the person at a place is an agent of the contact centre.
    fn is_agent(&self, place: usize) -> bool {
        (place as u64) < self.people && is_agent(place)
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

/// Ids and names of the phone systems.
pub(crate) const SYSTEMS: [(&str, &str); 3] = [
    ("pbx-brightwater-1", "brightwater"),
    ("pbx-brightwater-2", "brightwaternorth"),
    ("pbx-brightwater-3", "brightwatersouth"),
];

/// How many phone systems so many people have.
pub(crate) fn systems_of(people: usize) -> usize {
    if people >= TWO_SYSTEMS_FROM { 2 } else { 1 }
}

/// Whether the person at a place would be an agent of the contact centre.
pub(crate) fn is_agent(place: usize) -> bool {
    place % AGENT_EVERY == 3 && place / AGENT_EVERY < MOST_AGENTS
}

/// An agent's extension in the contact centre.
pub(crate) fn agent_extension(place: usize) -> u64 {
    60_000_000 + place as u64
}

/// The number of the contact with an id.
pub(crate) fn number_of_id(id: &str) -> Option<u64> {
    let number: u64 = id.strip_prefix("bw").filter(|rest| rest.len() == 12)?.parse().ok()?;
    let sevenfold = number.checked_sub(1_000)?;
    (sevenfold % 7 == 0).then_some(sevenfold / 7)
}

/// Ids sort as their numbers do.
pub(crate) fn id(number: u64) -> String {
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

    fn contacts<'a>(people: u64, directory: &'a Directory, book: &'a Book) -> Contacts<'a> {
        let systems = systems_of(people as usize);
        Contacts { seed: 7, people, systems, contact_center: false, directory, book }
    }

    #[test]
    fn ids_lead_back_to_their_numbers() {
        for number in [0, 7, WRITTEN_FROM, WRITTEN_FROM + 3] {
            assert_eq!(number_of_id(&id(number)), Some(number));
        }
        assert!(id(WRITTEN_FROM) > id(2_000_000));
        assert_eq!(number_of_id("bw1"), None);
    }

    #[test]
    fn extensions_are_unique_within_their_system() {
        for people in [1, 100, 1000, 20_000] {
            let directory = Directory::new(7, people, true);
            let book = Book::default();
            let contacts = contacts(people as u64, &directory, &book);
            let mut seen = HashSet::new();
            for contact in contacts.numbers().filter_map(|number| contacts.get(number)) {
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
        let book = Book::default();
        let contacts = contacts(1000, &directory, &book);
        let all: Vec<Contact<'_>> = contacts.numbers().filter_map(|number| contacts.get(number)).collect();
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

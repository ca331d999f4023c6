//! What there is to do: 8x8's directory compared with who should be there, and a person as a contact.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use super::Limits;
use crate::moment::Moment;
use crate::person::{Person, PersonId};

/// Limits of 8x8's fields in characters (developer.8x8.com, "Contact object structure").
const LONGEST_FIRST: usize = 128;
const LONGEST_LAST: usize = 30;
const LONGEST_DEPARTMENT: usize = 100;
const LONGEST_TITLE: usize = 128;

/// Clashes that are told by name.
const MOST_CLASHES: usize = 200;

/// What we write of a contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fields {
    /// Whose.
    pub person: PersonId,
    /// First name; may be empty.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Address.
    pub email: String,
    /// Department; may be empty.
    pub department: String,
    /// Job title; may be empty.
    pub title: String,
}

/// A contact of the kind that customers write, as 8x8 has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyContact {
    /// Contact id.
    pub id: String,
    /// Whose it is, if it is ours.
    pub ours: Option<PersonId>,
    /// What stands there; the person is ours only if `ours` says so.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// All addresses.
    pub emails: Vec<String>,
    /// Department.
    pub department: String,
    /// Job title.
    pub title: String,
    /// What stands in the tag of the state, [`super::STATE_TAG`].
    pub tag: Option<String>,
}

/// What 8x8 has.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// The customer's id, which new contacts must carry.
    pub customer: Option<String>,
    /// All contacts of this kind.
    pub contacts: Vec<CompanyContact>,
    /// Entries that could not be read.
    pub set_aside: u64,
}

/// One thing to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactWrite {
    /// A new contact.
    Create {
        /// The customer's id.
        customer: String,
        /// What.
        fields: Fields,
    },
    /// A contact of ours, replaced as a whole.
    Update {
        /// Contact id.
        id: String,
        /// The customer's id.
        customer: String,
        /// What.
        fields: Fields,
        /// What is to stand in the tag of the state: a replacement takes away what it leaves out.
        tag: Option<String>,
    },
    /// A contact of ours, removed.
    Remove {
        /// Contact id.
        id: String,
        /// Whose it was.
        person: PersonId,
    },
}

/// Somebody who is not imported, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Why, in words.
    pub why: String,
}

/// What would be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// New contacts.
    pub creates: usize,
    /// Contacts that changed.
    pub updates: usize,
    /// Contacts to be removed now.
    pub removals: usize,
    /// Contacts whose person is gone, and whose time has not come.
    pub waiting: usize,
    /// Contacts that are as they should be.
    pub unchanged: usize,
    /// Whoever can not be imported.
    pub clashes: Vec<Clash>,
    /// Whether the removals need a person's word.
    pub many_removals: bool,
    /// How long it takes, about.
    pub takes: Duration,
}

impl Plan {
    /// Takes note of somebody who is not imported.
    pub(super) fn clash(&mut self, fields: &Fields, why: &str) {
        if self.clashes.len() < MOST_CLASHES {
            let name = format!("{} {}", fields.first_name, fields.last_name).trim().to_owned();
            self.clashes.push(Clash { name, address: fields.email.clone(), why: why.into() });
        }
    }
}

/// Compares; takes note of whose person is gone since when.
pub(super) fn compare(
    directory: &Directory,
    wanted: &[Fields],
    customer: &str,
    missing: &mut BTreeMap<String, Timestamp>,
    limits: &Limits,
    now: Moment,
) -> (Plan, VecDeque<ContactWrite>) {
    let mut plan = Plan::default();
    let (mut creates, mut updates, mut removals) = (VecDeque::new(), VecDeque::new(), Vec::new());
    let mut ours: HashMap<PersonId, &CompanyContact> = HashMap::new();
    for contact in &directory.contacts {
        if let Some(person) = contact.ours {
            // A double of ours, whatever made it, goes at once.
            if let Some(double) = ours.insert(person, contact) {
                removals.push(ContactWrite::Remove { id: double.id.clone(), person });
            }
        }
    }
    let foreign: HashSet<String> = directory
        .contacts
        .iter()
        .filter(|contact| contact.ours.is_none())
        .flat_map(|contact| contact.emails.iter().map(|email| email.to_lowercase()))
        .collect();
    let mut seen = HashSet::new();
    for fields in wanted {
        let email = fields.email.to_lowercase();
        missing.remove(&fields.person.to_string());
        let known = ours.remove(&fields.person);
        let clash = if foreign.contains(&email) {
            Some("A contact that is not ours has this address.")
        } else if !seen.insert(email) {
            Some("Somebody else of this import has this address.")
        } else {
            None
        };
        match (known, clash) {
            (_, Some(why)) => plan.clash(fields, why),
            (Some(contact), None) if same(contact, fields) => plan.unchanged += 1,
            (Some(contact), None) => updates.push_back(ContactWrite::Update {
                id: contact.id.clone(),
                customer: customer.to_owned(),
                fields: fields.clone(),
                tag: contact.tag.clone(),
            }),
            (None, None) => {
                creates.push_back(ContactWrite::Create {
                    customer: customer.to_owned(),
                    fields: fields.clone(),
                });
            }
        }
    }
    // Who is left has nobody any more.
    let total = plan.unchanged + updates.len() + ours.len();
    let still: HashSet<String> = ours.keys().map(ToString::to_string).collect();
    missing.retain(|id, _| still.contains(id));
    let mut gone: Vec<(&PersonId, &&CompanyContact)> = ours.iter().collect();
    gone.sort_unstable_by_key(|(person, _)| **person);
    for (person, contact) in gone {
        let since = *missing.entry(person.to_string()).or_insert(now.wall);
        let seconds = now.wall.as_second() - since.as_second();
        if u64::try_from(seconds).is_ok_and(|seconds| seconds >= limits.grace.as_secs()) {
            removals.push(ContactWrite::Remove { id: contact.id.clone(), person: *person });
        } else {
            plan.waiting += 1;
        }
    }
    plan.creates = creates.len();
    plan.updates = updates.len();
    plan.removals = removals.len();
    let share = u32::try_from(removals.len() * 100 / total.max(1)).unwrap_or(u32::MAX);
    plan.many_removals = removals.len() > 5 && share > limits.most_removals;
    let writes = plan.creates + plan.updates + plan.removals;
    plan.takes = limits.pace() * u32::try_from(writes).unwrap_or(u32::MAX);
    let queue = creates.into_iter().chain(updates).chain(removals).collect();
    (plan, queue)
}

/// A person as a contact; none without an address.
#[must_use]
pub fn fields(person: &Person) -> Option<Fields> {
    let email = person.mail.as_deref().unwrap_or(&person.user_name);
    if !email.contains('@') {
        return None;
    }
    // Whoever has one name has it as the last one, which 8x8 wants.
    let (first, last) = person.name.rsplit_once(' ').unwrap_or(("", person.name.as_str()));
    Some(Fields {
        person: person.id,
        first_name: shortened(first, LONGEST_FIRST),
        last_name: shortened(last, LONGEST_LAST),
        email: email.to_owned(),
        department: shortened(person.department.as_deref().unwrap_or_default(), LONGEST_DEPARTMENT),
        title: shortened(person.title.as_deref().unwrap_or_default(), LONGEST_TITLE),
    })
}

/// At most so many characters, cut between words where there are any, and marked as cut.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let cut: String = text.chars().take(longest - 1).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    // Only if enough is left to be recognised.
    let kept = if whole.chars().count() * 2 >= longest { whole } else { &cut };
    format!("{}…", kept.trim_end())
}

fn same(contact: &CompanyContact, fields: &Fields) -> bool {
    contact.first_name == fields.first_name
        && contact.last_name == fields.last_name
        && contact.department == fields.department
        && contact.title == fields.title
        && contact.emails.len() == 1
        && contact.emails[0].eq_ignore_ascii_case(&fields.email)
}

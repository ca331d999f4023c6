//! Who is who: 8x8 contacts joined to Microsoft users by e-mail address.
//!
//! 8x8's guide demands that the 8x8 address be the Microsoft user name. Where that fails, `mail` and then the proxy
//! addresses are tried, all without regard to letter case, and whoever stays alone or ambiguous is reported.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use crate::person::{Contact, LeftOut, Person, PersonId, fold};

/// Why somebody is not joined to the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Reason {
    /// A Teams user without an 8x8 contact of that address.
    NoContact,
    /// An 8x8 contact whose addresses no Teams user has.
    NoUser,
    /// An 8x8 contact without any address.
    NoAddress,
    /// Several on one side claim the same address.
    Ambiguous,
    /// A guest of another organisation.
    Guest,
    /// A disabled account, room or shared mailbox.
    Disabled,
}

impl From<LeftOut> for Option<Reason> {
    fn from(left_out: LeftOut) -> Self {
        match left_out {
            LeftOut::Guest => Some(Reason::Guest),
            LeftOut::Disabled => Some(Reason::Disabled),
            LeftOut::StatusUser => None,
        }
    }
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Unmatched {
    /// Name as its own side gives it.
    pub name: String,
    /// The address that was looked for.
    pub address: String,
    /// Why.
    pub reason: Reason,
    /// Department, as its own side gives it.
    pub department: String,
    /// Extension, on 8x8's side.
    pub extension: String,
    /// Somebody alone on the other side who may be the same: their address.
    pub near: Option<String>,
}

/// The match report: how many are joined, and everybody who is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Contacts that belong to exactly one user.
    pub matched: usize,
    /// The others, in order of name.
    pub unmatched: Vec<Unmatched>,
}

/// Joins both directories: for each user the index of its contact, and the report.
///
/// `users` are all user objects, also those that are left out of the board; they are reported, not joined.
#[must_use]
pub fn join(users: &[Arc<Person>], contacts: &[Contact]) -> (HashMap<PersonId, usize>, Report) {
    let directory = Directory::new(users);
    let mut claims: HashMap<PersonId, Vec<usize>> = HashMap::new();
    let mut unmatched = Vec::new();
    for (index, contact) in contacts.iter().enumerate() {
        match directory.find(contact) {
            Ok(id) => claims.entry(id).or_default().push(index),
            Err(reason) => unmatched.push(line(contact, reason)),
        }
    }
    let mut joined = HashMap::with_capacity(claims.len());
    for (id, claim) in &claims {
        match claim.as_slice() {
            [only] => {
                joined.insert(*id, *only);
            }
            several => {
                unmatched.extend(several.iter().map(|&index| line(&contacts[index], Reason::Ambiguous)));
            }
        }
    }
    for user in users {
        let reason = match user.left_out() {
            Some(left_out) => left_out.into(),
            None if claims.contains_key(&user.id) => None,
            None => Some(Reason::NoContact),
        };
        if let Some(reason) = reason {
            unmatched.push(Unmatched {
                name: user.name.clone(),
                address: user.user_name.clone(),
                reason,
                department: user.department.clone().unwrap_or_default(),
                extension: String::new(),
                near: None,
            });
        }
    }
    find_near(&mut unmatched);
    unmatched.sort_by(|one, other| (&one.name, &one.address).cmp(&(&other.name, &other.address)));
    let matched = joined.len();
    (joined, Report { matched, unmatched })
}

fn line(contact: &Contact, reason: Reason) -> Unmatched {
    Unmatched {
        name: contact.name.clone(),
        address: contact.emails.first().cloned().unwrap_or_default(),
        reason,
        department: contact.department.clone().unwrap_or_default(),
        extension: contact.extension.clone().unwrap_or_default(),
        near: None,
    }
}

/// Whoever is alone on one side may be somebody who is alone on the other, under nearly the same address: the same before
/// the @, or the same name. It is a hint for a person; nothing is joined by it.
fn find_near(unmatched: &mut [Unmatched]) {
    let keys = |line: &Unmatched| {
        let local = line.address.split('@').next().unwrap_or_default().to_lowercase();
        let name = fold(&line.name);
        [local, name].map(|key| Some(key).filter(|key| key.len() > 2))
    };
    for (one, other) in [(Reason::NoContact, Reason::NoUser), (Reason::NoUser, Reason::NoContact)] {
        let mut known: HashMap<String, Option<String>> = HashMap::new();
        for line in unmatched.iter().filter(|line| line.reason == other) {
            for key in keys(line).into_iter().flatten() {
                // Two who would fit are no hint.
                known
                    .entry(key)
                    .and_modify(|found| {
                        if found.as_ref() != Some(&line.address) {
                            *found = None;
                        }
                    })
                    .or_insert_with(|| Some(line.address.clone()));
            }
        }
        for line in unmatched.iter_mut().filter(|line| line.reason == one) {
            line.near = keys(line).into_iter().flatten().find_map(|key| known.get(&key).cloned().flatten());
        }
    }
}

/// Users by address, one index for each kind of address, in the order in which they count.
struct Directory {
    levels: [HashMap<String, Vec<PersonId>>; 3],
}

impl Directory {
    fn new(users: &[Arc<Person>]) -> Self {
        let mut levels: [HashMap<String, Vec<PersonId>>; 3] = Default::default();
        for user in users.iter().filter(|user| user.left_out().is_none()) {
            let [names, mails, proxies] = &mut levels;
            names.entry(user.user_name.to_lowercase()).or_default().push(user.id);
            if let Some(mail) = &user.mail {
                mails.entry(mail.to_lowercase()).or_default().push(user.id);
            }
            for address in &user.proxy_addresses {
                proxies.entry(address.to_lowercase()).or_default().push(user.id);
            }
        }
        Self { levels }
    }

    fn find(&self, contact: &Contact) -> Result<PersonId, Reason> {
        if contact.emails.is_empty() {
            return Err(Reason::NoAddress);
        }
        for level in &self.levels {
            let found: HashSet<PersonId> = contact
                .emails
                .iter()
                .filter_map(|email| level.get(&email.to_lowercase()))
                .flatten()
                .copied()
                .collect();
            match found.len() {
                0 => {}
                1 => return found.into_iter().next().ok_or(Reason::NoUser),
                _ => return Err(Reason::Ambiguous),
            }
        }
        Err(Reason::NoUser)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: u8, user_name: &str) -> Person {
        Person {
            id: PersonId::parse(&format!("00000000-0000-0000-0000-0000000000{id:02x}")).unwrap(),
            name: user_name.into(),
            user_name: user_name.into(),
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

    fn contact(id: &str, email: &str) -> Contact {
        Contact {
            id: id.into(),
            name: id.into(),
            emails: vec![email.into()],
            extension: None,
            other_extensions: Vec::new(),
            pbx: None,
            department: None,
            title: None,
        }
    }

    fn reasons(report: &Report) -> Vec<(&str, Reason)> {
        report.unmatched.iter().map(|line| (line.name.as_str(), line.reason)).collect()
    }

    #[test]
    fn the_user_name_counts_before_mail_and_mail_before_proxy_addresses() {
        let mut by_mail = user(1, "b@x.example");
        by_mail.mail = Some("A@x.example".into());
        let mut by_proxy = user(2, "c@x.example");
        by_proxy.proxy_addresses = vec!["d@x.example".into(), "a@x.example".into()];
        let users = [user(3, "a@X.example"), by_mail, by_proxy].map(Arc::new);
        let (joined, report) = join(&users, &[contact("one", "a@x.EXAMPLE"), contact("two", "D@x.example")]);
        assert_eq!(joined.get(&users[0].id), Some(&0));
        assert_eq!(joined.get(&users[2].id), Some(&1));
        assert_eq!(report.matched, 2);
        assert_eq!(reasons(&report), [("b@x.example", Reason::NoContact)]);
    }

    #[test]
    fn two_contacts_with_one_address_are_reported_and_not_guessed() {
        let users = [Arc::new(user(1, "a@x.example"))];
        let (joined, report) = join(&users, &[contact("one", "a@x.example"), contact("two", "A@x.example")]);
        assert!(joined.is_empty());
        assert_eq!(reasons(&report), [("one", Reason::Ambiguous), ("two", Reason::Ambiguous)]);
    }

    #[test]
    fn somebody_under_nearly_the_same_address_is_hinted_at_and_not_joined() {
        let mut pavel = contact("Pavel", "pavel.dvorak@contoso.example");
        pavel.extension = Some("4219".into());
        let users = [Arc::new(user(1, "pavel.dvorak@contoso.onmicrosoft.example"))];
        let (joined, report) = join(&users, &[pavel]);
        assert!(joined.is_empty());
        let near: Vec<_> = report.unmatched.iter().filter_map(|line| line.near.as_deref()).collect();
        assert_eq!(near, ["pavel.dvorak@contoso.onmicrosoft.example", "pavel.dvorak@contoso.example"]);
    }

    #[test]
    fn whoever_stays_alone_is_named_with_the_reason() {
        let mut guest = user(1, "g@x.example");
        guest.guest = Some(true);
        let mut nobody = contact("nobody", "");
        nobody.emails.clear();
        let (_, report) = join(&[Arc::new(guest)], &[contact("left", "gone@x.example"), nobody]);
        let expected =
            [("g@x.example", Reason::Guest), ("left", Reason::NoUser), ("nobody", Reason::NoAddress)];
        assert_eq!(reasons(&report), expected);
    }
}

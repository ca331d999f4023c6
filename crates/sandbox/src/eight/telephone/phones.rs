//! Who has which extension.

use crate::directory::Directory;
use crate::eight::book::Book;
use crate::eight::contact::Extension;
use crate::eight::contacts::{Contacts, SYSTEMS};
use crate::guard::read;
use crate::tenant::Tenant;

/// A person's extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phone {
    /// Where in the directory the person is.
    pub(crate) place: usize,
    /// Which phone system.
    pub(crate) pbx: usize,
    pub(crate) extension: String,
    pub(crate) fq_extension: String,
    pub(crate) name: String,
    /// The contact's `assignedUserId`.
    pub(crate) user_id: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
}

/// Everybody's, by phone system.
#[derive(Debug, Default)]
pub(crate) struct Phones {
    by_system: Vec<Vec<Phone>>,
}

impl Phones {
    /// Those of everybody who was there from the start.
    pub(crate) fn new(tenant: &Tenant) -> Self {
        let mut by_system = vec![Vec::new(); tenant.systems];
        let book = read(&tenant.book);
        tenant.with_directory(|directory| {
            for place in 0..tenant.people as usize {
                if let Some(phone) = look(tenant, directory, &book, place) {
                    by_system[phone.pbx].push(phone);
                }
            }
        });
        Self { by_system }
    }

    /// Those of one phone system, in the order of their people.
    pub(crate) fn of(&self, pbx: usize) -> &[Phone] {
        self.by_system.get(pbx).map_or(&[], Vec::as_slice)
    }

    /// How many phone systems there are.
    pub(crate) fn systems(&self) -> usize {
        self.by_system.len()
    }
}

/// The phone of the account at a place, also of somebody who joined later.
pub(crate) fn phone_of(tenant: &Tenant, place: usize) -> Option<Phone> {
    let book = read(&tenant.book);
    tenant.with_directory(|directory| look(tenant, directory, &book, place))
}

fn look(tenant: &Tenant, directory: &Directory, book: &Book, place: usize) -> Option<Phone> {
    let contacts = Contacts::of(tenant, directory, book);
    let contact = contacts.get(contacts.number_of(place))?;
    let is_uc = |extension: &&Extension| extension.extension_type == "UC";
    let extension = contact.extensions.as_ref()?.iter().find(is_uc)?;
    let pbx = SYSTEMS.iter().position(|(id, _)| *id == extension.pbx_id)?;
    Some(Phone {
        place,
        pbx,
        extension: extension.extension.clone(),
        fq_extension: extension.fq_extension.clone(),
        name: contact.name.to_string(),
        user_id: contact.assigned_user_id.clone().unwrap_or_default(),
        first_name: contact.first_name.as_deref().unwrap_or_default().to_owned(),
        last_name: contact.last_name.as_deref().unwrap_or_default().to_owned(),
    })
}

//! Who is in which call queue and ring group, and where the sites are: all of it from the seed.

use super::contacts::{Contacts, SERVICES};
use super::telephone::Phone;
use crate::chance::{Purpose, below, draw, per_mille};
use crate::guard::read;
use crate::tenant::Tenant;

/// The sites of every phone system.
const SITES: &[&str] = &["Harbour", "Lighthouse"];
/// 8x8 recommends no more members.
const MOST_MEMBERS: usize = 20;

/// What calls are handed out by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupKind {
    CallQueue,
    RingGroup,
}

/// A call queue or a ring group.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) number: u64,
    pub(crate) id: String,
    pub(crate) kind: GroupKind,
    pub(crate) pbx: usize,
    pub(crate) site: usize,
    pub(crate) name: String,
    pub(crate) extension: String,
    pub(crate) members: Vec<Phone>,
}

/// All queues and ring groups, in the order of their phone systems.
pub(crate) fn all(tenant: &Tenant) -> Vec<Group> {
    let phones = tenant.telephone.phones(tenant);
    let seed = tenant.organisation.seed;
    let book = read(&tenant.book);
    tenant.with_directory(|directory| {
        let contacts = Contacts::of(tenant, directory, &book);
        let found = contacts.services().filter_map(|number| {
            let each = SERVICES.len() as u64;
            let contact = contacts.get(number)?;
            let kind = match contact.subscription_type? {
                "CQ" => GroupKind::CallQueue,
                "RG" => GroupKind::RingGroup,
                _ => return None,
            };
            let pbx = usize::try_from(number / each).ok()?;
            Some(Group {
                number,
                id: format!("grp{:016x}", draw(seed, Purpose::Group, number, 0)),
                kind,
                pbx,
                site: (number % SITES.len() as u64) as usize,
                name: contact.name.to_string(),
                extension: contact.extensions.as_ref()?.first()?.extension.clone(),
                members: members(seed, number, phones.of(pbx)),
            })
        });
        found.collect()
    })
}

fn members(seed: u64, number: u64, phones: &[Phone]) -> Vec<Phone> {
    let count = (phones.len() / 12).clamp(3.min(phones.len()), MOST_MEMBERS);
    let step = phones.len() / count.max(1);
    let start = below(draw(seed, Purpose::Group, number, 1), phones.len() as u64) as usize;
    (0..count).map(|member| phones[(start + member * step) % phones.len()].clone()).collect()
}

/// Whether somebody is logged in as long as nobody has changed it: one in ten is not.
pub(crate) fn is_logged_in(seed: u64, group: &Group, place: usize) -> bool {
    !per_mille(draw(seed, Purpose::Group, group.number, 100 + place as u64), 100)
}

/// Ids and names of the sites of a phone system.
pub(crate) fn sites(pbx: usize) -> impl Iterator<Item = (String, &'static str)> {
    SITES.iter().enumerate().map(move |(index, name)| (site_id(pbx, index), *name))
}

/// The id of a site.
pub(crate) fn site_id(pbx: usize, site: usize) -> String {
    format!("site-brightwater-{}-{}", pbx + 1, site + 1)
}

/// The name of a site.
pub(crate) fn site_name(site: usize) -> &'static str {
    SITES[site % SITES.len()]
}

/// At which site somebody sits.
pub(crate) fn site_of(phone: &Phone) -> usize {
    phone.place / 2 % SITES.len()
}

//! The phone systems: who has which extension, and the calls that are under way.
//!
//! The simulated traffic is a pure function of the seed and the time; calls that a test makes are kept as lists
//! of steps. Both are looked at in the same way.

mod call;
mod phones;
mod traffic;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, RwLock};

pub use call::{Direction, Label};
pub(crate) use call::{Party, Talk};
pub(crate) use phones::{Phone, Phones, phone_of};

use crate::guard::lock;
use crate::tenant::Tenant;

/// Ended calls are kept that long, so that a late picture can still show them.
const KEPT_MS: u64 = 600_000;

/// The phone systems' state.
#[derive(Default)]
pub(crate) struct Telephone {
    phones: OnceLock<Phones>,
    /// How many simulated calls there are at a time.
    traffic: AtomicUsize,
    made: Mutex<Vec<Talk>>,
    count: AtomicU64,
    /// What people's 8x8 applications say of them, where a test has said so; nothing means that it is not told.
    pub(crate) statuses: RwLock<HashMap<usize, Option<String>>>,
}

impl Telephone {
    /// So many simulated calls at a time.
    pub(crate) fn new(traffic: usize) -> Self {
        Self { traffic: AtomicUsize::new(traffic), ..Self::default() }
    }

    /// Everybody who has had a phone from the start.
    pub(crate) fn phones(&self, tenant: &Tenant) -> &Phones {
        self.phones.get_or_init(|| Phones::new(tenant))
    }

    /// Sets how many simulated calls there are at a time.
    pub(crate) fn set_traffic(&self, calls: usize) {
        self.traffic.store(calls, Ordering::Relaxed);
    }

    /// How many simulated calls there are at a time.
    pub(crate) fn traffic(&self) -> usize {
        self.traffic.load(Ordering::Relaxed)
    }

    /// The calls under way at a moment, of one phone system or of all.
    pub(crate) fn talks(&self, tenant: &Tenant, pbx: Option<usize>, now_ms: u64) -> Vec<Talk> {
        let mut talks = Vec::new();
        let traffic = self.traffic();
        if traffic > 0 {
            let seed = tenant.organisation.seed;
            talks = traffic::talks(seed, self.phones(tenant), traffic, pbx, now_ms);
        }
        let made = lock(&self.made);
        let under_way = made.iter().filter(|talk| talk.is_under_way(now_ms));
        talks.extend(under_way.filter(|talk| pbx.is_none_or(|pbx| talk.pbx == pbx)).cloned());
        talks
    }

    /// Who is truly on a call, by the place in the directory.
    pub(crate) fn busy(&self, tenant: &Tenant, pbx: usize, now_ms: u64) -> HashMap<usize, Label> {
        let talks = self.talks(tenant, Some(pbx), now_ms);
        let found = talks.iter().flat_map(|talk| {
            let label = talk.label(now_ms).unwrap_or(Label::Waiting);
            talk.on_call(now_ms).filter_map(|party| party.place).map(move |place| (place, label))
        });
        found.collect()
    }

    /// Who is being rung, by the place in the directory.
    pub(crate) fn ringing(&self, tenant: &Tenant, pbx: usize, now_ms: u64) -> Vec<usize> {
        let talks = self.talks(tenant, Some(pbx), now_ms);
        let alerting = talks.iter().filter(|talk| talk.label(now_ms) == Some(Label::Alerting));
        alerting.filter_map(|talk| talk.latest(now_ms)?.place).collect()
    }

    /// Begins a call and gives its id.
    pub(crate) fn begin(&self, mut talk: Talk, now_ms: u64) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        talk.id = format!("18{number:011}");
        let id = talk.id.clone();
        let mut made = lock(&self.made);
        made.retain(|talk| talk.ended_ms.is_none_or(|ended| ended + KEPT_MS > now_ms));
        made.push(talk);
        id
    }

    /// Changes a call that is under way; none if there is none with that id.
    pub(crate) fn change<T>(&self, id: &str, now_ms: u64, change: impl FnOnce(&mut Talk) -> T) -> Option<T> {
        let mut made = lock(&self.made);
        made.iter_mut().find(|talk| talk.id == id && talk.is_under_way(now_ms)).map(change)
    }
}

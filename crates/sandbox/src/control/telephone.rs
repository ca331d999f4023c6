//! Calls: placing them, following them, and what is true about them.

use serde::{Deserialize, Serialize};

use super::{Control, ControlError};
use crate::eight::contacts::SYSTEMS;
use crate::eight::groups::{self, GroupKind};
use crate::eight::provisioning;
use crate::eight::telephone::{Direction, Label, Party, Phone, Talk, phone_of};
use crate::guard::write;

/// A call to be placed. Either end is a person (id, user name or mail address), an extension of the phone system,
/// or else a number outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Id or name of the phone system; empty for that of the person who is inside.
    #[serde(default)]
    pub pbx: String,
    /// Who calls.
    pub caller: String,
    /// Who is called.
    pub callee: String,
    /// Which way it goes.
    pub direction: Direction,
}

impl Call {
    /// A call from an outside number.
    pub fn inbound(from: &str, to: &str) -> Self {
        Self::new(from, to, Direction::Inbound)
    }

    /// A call to an outside number.
    pub fn outbound(from: &str, to: &str) -> Self {
        Self::new(from, to, Direction::Outbound)
    }

    /// A call between two people of one phone system.
    pub fn internal(from: &str, to: &str) -> Self {
        Self::new(from, to, Direction::Internal)
    }

    fn new(from: &str, to: &str, direction: Direction) -> Self {
        Self { pbx: String::new(), caller: from.to_owned(), callee: to.to_owned(), direction }
    }
}

/// What is true about a call under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallTruth {
    /// Its id, as active calls tell it.
    pub id: String,
    /// The id of the phone system.
    pub pbx: String,
    /// Which way it goes.
    pub direction: Direction,
    /// Its state.
    pub label: Label,
    /// The user names of those who are on it, talking or on hold.
    pub on_call: Vec<String>,
    /// Those of them whom active calls name: caller and last callee only.
    pub told: Vec<String>,
    /// The user names of those whose phones ring.
    pub ringing: Vec<String>,
}

/// Somebody's place in a call queue or ring group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The user name.
    pub user: String,
    /// The id of the phone system.
    pub pbx: String,
    /// The person's extension.
    pub extension: String,
    /// The name of the queue or group.
    pub group: String,
    /// Its id.
    pub group_id: String,
    /// Its extension.
    pub group_extension: String,
    /// Whether it is a ring group; if not, a call queue.
    pub ring_group: bool,
    /// Whether the person is logged in.
    pub logged_in: bool,
}

/// What somebody's 8x8 application says, as agent activity tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// `userStatus` has this value.
    Told(String),
    /// There is no `userStatus`.
    Missing,
    /// What the simulated day says.
    OfTheDay,
}

impl Control {
    /// Sets how many simulated 8x8 calls are under way at a time; as many as there are people for.
    pub fn set_simulated_calls(&self, calls: usize) {
        self.tenant.telephone.set_traffic(calls);
    }

    /// Places a call: it rings at once. Gives its id.
    pub fn place_call(&self, call: &Call) -> Result<String, ControlError> {
        let now_ms = self.tenant.clock.simulated_ms();
        let pbx = match call.pbx.as_str() {
            "" => {
                let inside = if call.direction == Direction::Inbound { &call.callee } else { &call.caller };
                self.phone(inside)?.pbx
            }
            name => self.system(name)?,
        };
        let mut ends = [self.party(pbx, &call.caller), self.party(pbx, &call.callee)];
        for (end, inside) in
            ends.iter_mut().zip([call.direction != Direction::Inbound, call.direction != Direction::Outbound])
        {
            if inside && end.place.is_none() {
                let user = end.address.take().unwrap_or_default();
                return Err(ControlError::NoExtension { user });
            }
        }
        let talk = Talk::ringing(pbx, call.direction, ends, now_ms);
        Ok(self.tenant.telephone.begin(talk, now_ms))
    }

    /// The last one who was called answers.
    pub fn answer(&self, id: &str) -> Result<(), ControlError> {
        self.change_call(id, Talk::answer)
    }

    /// Somebody is put on hold.
    pub fn hold(&self, id: &str) -> Result<(), ControlError> {
        self.change_call(id, |talk, now_ms| talk.hold(now_ms, true))
    }

    /// They talk again.
    pub fn resume(&self, id: &str) -> Result<(), ControlError> {
        self.change_call(id, |talk, now_ms| talk.hold(now_ms, false))
    }

    /// The callee hands the call on to somebody else, whose phone rings, and is free again.
    pub fn transfer(&self, id: &str, to: &str) -> Result<(), ControlError> {
        let to = self.other_party(id, to)?;
        self.change_call(id, |talk, now_ms| talk.transfer(now_ms, to))
    }

    /// One more joins the call at once. Active calls then tell of that one and the caller only.
    pub fn conference(&self, id: &str, with: &str) -> Result<(), ControlError> {
        let with = self.other_party(id, with)?;
        self.change_call(id, |talk, now_ms| talk.join(now_ms, with))
    }

    /// Nobody answers: the caller leaves a message.
    pub fn voicemail(&self, id: &str) -> Result<(), ControlError> {
        self.change_call(id, Talk::voicemail)
    }

    /// The call ends.
    pub fn hang_up(&self, id: &str) -> Result<(), ControlError> {
        self.change_call(id, Talk::end)
    }

    /// What is true about the calls under way, simulated ones included.
    pub fn calls(&self) -> Vec<CallTruth> {
        let now_ms = self.tenant.clock.simulated_ms();
        let talks = self.tenant.telephone.talks(&self.tenant, None, now_ms);
        self.tenant.with_directory(|directory| {
            let names = |parties: Vec<&Party>| -> Vec<String> {
                let places = parties.into_iter().filter_map(|party| directory.account(party.place?));
                places.map(|account| account.user_principal_name.clone()).collect()
            };
            talks
                .iter()
                .map(|talk| {
                    let label = talk.label(now_ms).unwrap_or(Label::Waiting);
                    let latest = talk.latest(now_ms);
                    let on_call: Vec<&Party> = talk.on_call(now_ms).collect();
                    let told = on_call.iter().copied().filter(|party| {
                        std::ptr::eq(*party, &raw const talk.caller) || Some(*party) == latest
                    });
                    let ringing = latest.filter(|_| label == Label::Alerting);
                    CallTruth {
                        id: talk.id.clone(),
                        pbx: SYSTEMS[talk.pbx].0.to_owned(),
                        direction: talk.direction,
                        label,
                        told: names(told.collect()),
                        ringing: names(ringing.into_iter().collect()),
                        on_call: names(on_call),
                    }
                })
                .collect()
        })
    }

    /// The user names of everybody who is on an 8x8 call now, in order.
    pub fn people_on_calls(&self) -> Vec<String> {
        let mut people: Vec<String> = self.calls().into_iter().flat_map(|call| call.on_call).collect();
        people.sort();
        people.dedup();
        people
    }

    /// Sets what agent activity tells of somebody's 8x8 application, such as `DND`.
    pub fn set_user_status(&self, user: &str, status: UserStatus) -> Result<(), ControlError> {
        let place = self.place(user)?;
        let mut statuses = write(&self.tenant.telephone.statuses);
        match status {
            UserStatus::Told(status) => statuses.insert(place, Some(status)),
            UserStatus::Missing => statuses.insert(place, None),
            UserStatus::OfTheDay => statuses.remove(&place),
        };
        Ok(())
    }

    /// Who is in which call queue and ring group.
    pub fn memberships(&self) -> Vec<Membership> {
        self.tenant.provisioning.settle(&self.tenant);
        let seed = self.tenant.organisation.seed;
        let mut found = Vec::new();
        for group in groups::all(&self.tenant) {
            let ring_group = group.kind == GroupKind::RingGroup;
            let members = match ring_group {
                true => provisioning::members(&self.tenant, &group),
                false => {
                    let member =
                        |phone: &Phone| (phone.clone(), groups::is_logged_in(seed, &group, phone.place));
                    group.members.iter().map(member).collect()
                }
            };
            self.tenant.with_directory(|directory| {
                found.extend(members.into_iter().filter_map(|(phone, logged_in)| {
                    Some(Membership {
                        user: directory.account(phone.place)?.user_principal_name.clone(),
                        pbx: SYSTEMS[group.pbx].0.to_owned(),
                        extension: phone.extension,
                        group: group.name.clone(),
                        group_id: group.id.clone(),
                        group_extension: group.extension.clone(),
                        ring_group,
                        logged_in,
                    })
                }));
            });
        }
        found
    }

    /// Somebody's phone system and extension, as `(pbx id, extension, fully qualified extension)`.
    pub fn extension(&self, user: &str) -> Result<(String, String, String), ControlError> {
        let phone = self.phone(user)?;
        Ok((SYSTEMS[phone.pbx].0.to_owned(), phone.extension, phone.fq_extension))
    }

    pub(super) fn phone(&self, user: &str) -> Result<Phone, ControlError> {
        let place = self.place(user)?;
        phone_of(&self.tenant, place).ok_or_else(|| ControlError::NoExtension { user: user.to_owned() })
    }

    fn system(&self, name: &str) -> Result<usize, ControlError> {
        let known = SYSTEMS.iter().take(self.tenant.systems);
        let found = known.into_iter().position(|(id, other)| *id == name || *other == name);
        found.ok_or_else(|| ControlError::UnknownPbx { pbx: name.to_owned() })
    }

    /// Somebody by name or extension, or else a number outside.
    fn party(&self, pbx: usize, name: &str) -> Party {
        let own = self.phone(name).ok().filter(|phone| phone.pbx == pbx).or_else(|| {
            let phones = self.tenant.telephone.phones(&self.tenant).of(pbx).iter();
            let mut named = phones.filter(|phone| phone.extension == name || phone.fq_extension == name);
            named.next().cloned()
        });
        match own {
            Some(phone) => {
                Party { address: Some(phone.extension), name: Some(phone.name), place: Some(phone.place) }
            }
            None => Party { address: Some(name.to_owned()), name: Some(name.to_owned()), place: None },
        }
    }

    fn other_party(&self, id: &str, name: &str) -> Result<Party, ControlError> {
        let now_ms = self.tenant.clock.simulated_ms();
        let pbx = self.tenant.telephone.change(id, now_ms, |talk| talk.pbx);
        let pbx = pbx.ok_or_else(|| ControlError::UnknownCall { id: id.to_owned() })?;
        Ok(self.party(pbx, name))
    }

    fn change_call(&self, id: &str, change: impl FnOnce(&mut Talk, u64)) -> Result<(), ControlError> {
        let now_ms = self.tenant.clock.simulated_ms();
        let changed = self.tenant.telephone.change(id, now_ms, |talk| change(talk, now_ms));
        changed.ok_or_else(|| ControlError::UnknownCall { id: id.to_owned() })
    }
}

//! What is changed inside 8x8, each only where an administrator wants it: calls kept away, and states in the tags of contacts.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::center::AgentView;
use super::effect::{Change, Effect};
use super::quiet::{Held, Lever, Quiet, QuietWrite, Sighting, Standing};
use super::reader::Reader;
use super::tags::Tags;
use super::telephony::Telephony;
use crate::center::ChangeFault;
use crate::error::Failure;
use crate::imports::{CompanyContact, ContactWrite, Directory, Fields, WriteFault};
use crate::moment::{Moment, Uptime};
use crate::person::{ById, PersonId};
use crate::setup::options::Options;
use crate::snapshot::{Source, SourceOf};

/// A reading of 8x8 that is older says too little to change anything by.
const SIGHT_LIFE: Duration = Duration::from_mins(2);

/// Which contacts are ours is looked up again this often.
const TARGETS_INTERVAL: Duration = Duration::from_hours(6);

/// Everything that is changed inside 8x8.
#[derive(Debug, Default)]
pub struct Inside {
    quiet: Quiet,
    tags: Option<Marking>,
}

/// Tags, and the contacts they are written to.
#[derive(Debug)]
struct Marking {
    tags: Tags,
    reader: Reader,
    customer: String,
    targets: ById<CompanyContact>,
    /// When the reading under way was asked for.
    asked: Moment,
}

impl Inside {
    /// Takes over what an earlier run left in the ledger.
    pub fn restore(&mut self, kept: Vec<Held>, now: Moment) {
        self.quiet = Quiet::restore(kept, now);
    }

    /// Goes on with other options. `imports` says whether contacts may be written at all.
    pub fn set_options(&mut self, options: &Options, imports: bool, now: Moment) {
        if !(options.tags && imports) {
            self.tags = None;
            return;
        }
        let tags = Tags::new(options.contacts.tags_per_minute, now);
        match &mut self.tags {
            // What is known of the contacts stays; only the pace is another one.
            Some(marking) => {
                marking.tags = tags;
                marking.forget_targets(now);
            }
            None => {
                let (customer, targets) = (String::new(), ById::default());
                self.tags = Some(Marking { tags, reader: Reader::new(now), customer, targets, asked: now });
            }
        }
    }

    /// Takes what 8x8 and Teams say; `do_not_disturb` tells what Teams says of a person, if that is known well enough. Gives what
    /// the store is to know.
    pub fn keep_quiet(
        &mut self,
        options: &Options,
        telephony: &Telephony,
        do_not_disturb: impl Fn(&PersonId) -> Option<bool>,
        now: Moment,
    ) -> Option<Change> {
        if !options.quiet_agents && !options.quiet_groups && self.quiet.held() == 0 {
            return None;
        }
        let held: BTreeSet<Lever> = self.quiet.levers().cloned().collect();
        let mut sightings = Vec::new();
        let mut see =
            |on: bool, person: Option<PersonId>, lever: Lever, standing: Standing, observed: Moment| {
                if now.since(observed) > SIGHT_LIFE {
                    return;
                }
                // Where it is switched off, or nobody is meant any more, what is still ours is given back.
                let wanted = match person.filter(|_| on) {
                    Some(person) => do_not_disturb(&person),
                    None if held.contains(&lever) => Some(false),
                    None => return,
                };
                sightings.push(Sighting { lever, standing, observed, do_not_disturb: wanted });
            };
        for AgentView { id, status, reason, observed, .. } in
            telephony.center.iter().flat_map(|center| center.agents())
        {
            let person = options.person(&id);
            see(options.quiet_agents, person, Lever::Agent(id), Standing::Agent { status, reason }, observed);
        }
        let (groups, asked) = telephony.groups();
        for (group, member) in
            groups.iter().flat_map(|group| group.members.iter().map(move |member| (group, member)))
        {
            let lever = Lever::Member {
                group: Arc::clone(&group.id),
                extension_id: Arc::clone(&member.extension_id),
            };
            let standing = Standing::Member { logged_in: member.logged_in, may_log_out: group.may_log_out };
            let person = telephony.member(&member.extension);
            see(options.quiet_groups, person, lever, standing, asked.unwrap_or(now));
        }
        // What 8x8 does not have any more can not be given back.
        let mut removed = self.quiet.retain(|lever| telephony.may_have(lever));
        removed.extend(self.quiet.settle(&sightings, now));
        (!removed.is_empty()).then(|| Change::Quiet { added: Vec::new(), removed })
    }

    /// What is to be changed now.
    pub fn take(&mut self, now: Moment) -> Vec<Effect> {
        let quiet = self.quiet.take(now).into_iter().map(|(write, held)| Effect::Quiet { write, held });
        let mut effects: Vec<Effect> = quiet.collect();
        if let Some(marking) = &mut self.tags
            && let Some((person, word)) = marking.tags.take(now)
        {
            match marking.write(person, word) {
                Some(write) => effects.push(Effect::WriteTag { person, write }),
                // The contact went away in between.
                None => marking.tags.written(person, Ok(()), now),
            }
        }
        effects
    }

    /// A change that keeps calls away came to its end; gives what the store is to know.
    pub fn quieted(
        &mut self,
        write: &QuietWrite,
        result: Result<(), ChangeFault>,
        now: Moment,
    ) -> Option<Change> {
        let removed = self.quiet.written(write, result, now)?;
        Some(Change::Quiet { added: Vec::new(), removed: vec![removed] })
    }

    /// Whether the contacts that tags go to have to be read.
    pub fn reads_targets(&mut self, now: Moment) -> bool {
        let Some(marking) = &mut self.tags else { return false };
        let due = marking.reader.take(now);
        if due {
            marking.asked = now;
        }
        due
    }

    /// Contacts were read, for whatever reason.
    pub fn targets_read(&mut self, directory: &Directory, now: Moment) {
        let (Some(marking), Some(customer)) = (&mut self.tags, &directory.customer) else { return };
        marking.reader.succeeded(TARGETS_INTERVAL, now);
        marking.customer.clone_from(customer);
        let ours = directory.contacts.iter().filter_map(|contact| Some((contact.ours?, contact.clone())));
        marking.targets = ours.collect();
        let known =
            marking.targets.iter().filter_map(|(person, contact)| Some((*person, contact.tag.clone()?)));
        let known: Vec<(PersonId, String)> = known.collect();
        marking.tags.restore(known.into_iter(), marking.asked);
    }

    /// They could not be read.
    pub fn targets_failed(&mut self, failure: &Failure, now: Moment) {
        if let Some(marking) = &mut self.tags {
            marking.reader.failed(failure, now);
        }
    }

    /// The import wrote contacts: what is known of them is old.
    pub fn targets_changed(&mut self, now: Moment) {
        if let Some(marking) = &mut self.tags {
            marking.forget_targets(now);
        }
    }

    /// Says what should stand in tags; `word` gives a person's state, if it is known.
    pub fn mark(&mut self, word: impl Fn(&PersonId) -> Option<&'static str>, now: Moment) {
        if let Some(marking) = &mut self.tags
            && !marking.targets.is_empty()
        {
            let wanted = marking.targets.keys().filter_map(|person| Some((*person, word(person)?)));
            let wanted: Vec<(PersonId, &'static str)> = wanted.collect();
            marking.tags.settle(wanted.into_iter(), now);
        }
    }

    /// A tag was written, or not.
    pub fn marked(&mut self, person: PersonId, result: Result<(), WriteFault>, now: Moment) {
        if let Some(marking) = &mut self.tags {
            marking.tags.written(person, result, now);
        }
    }

    /// Gives everything back that is ours, and changes nothing any more.
    pub fn end(&mut self) {
        self.quiet.end_all();
        self.tags = None;
    }

    /// What would let calls come again that are kept away by our hand.
    #[must_use]
    pub fn owed(&self) -> Vec<QuietWrite> {
        self.quiet.restorations()
    }

    /// When there is something to write.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        let tags = self.tags.as_ref().and_then(|marking| marking.tags.wake_at());
        tags.into_iter().chain(self.quiet.wake_at()).min()
    }

    /// When the contacts that tags go to have to be read.
    #[must_use]
    pub fn reading_at(&self) -> Option<Uptime> {
        self.tags.as_ref().and_then(|marking| marking.reader.wake_at())
    }

    /// How changing 8x8 is doing, as far as anything of it is wanted.
    #[must_use]
    pub fn sources(&self, options: &Options) -> Vec<(SourceOf, Source)> {
        let wanted = options.quiet_agents || options.quiet_groups || self.quiet.held() > 0;
        let quiet = wanted.then(|| (SourceOf::Quiet, self.quiet.source().clone()));
        let tags = self.tags.as_ref().map(|marking| (SourceOf::Tags, marking.tags.source().clone()));
        quiet.into_iter().chain(tags).collect()
    }
}

impl Marking {
    fn forget_targets(&mut self, now: Moment) {
        self.targets.clear();
        self.reader.hurry(now);
    }

    /// The contact as it stands there, with another tag: a replacement takes away what it leaves out.
    fn write(&self, person: PersonId, word: String) -> Option<ContactWrite> {
        let contact = self.targets.get(&person)?;
        let fields = Fields {
            person,
            first_name: contact.first_name.clone(),
            last_name: contact.last_name.clone(),
            email: contact.emails.first()?.clone(),
            department: contact.department.clone(),
            title: contact.title.clone(),
        };
        Some(ContactWrite::Update {
            id: contact.id.clone(),
            customer: self.customer.clone(),
            fields,
            tag: Some(word),
        })
    }
}

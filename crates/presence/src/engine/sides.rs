//! From one side to the other: 8x8's calls on the board and in Teams, and what Teams says inside 8x8.

use std::sync::Arc;

use super::effect::{Change, Effect};
use super::event::Heard;
use super::quiet::QuietWrite;
use super::talking::Changes;
use super::writer::{Write, Written};
use super::{Engine, FOR_EVER};
use crate::mapping::{Presence, Term};
use crate::moment::Moment;
use crate::person::PersonId;
use crate::setup::options::Options;
use crate::snapshot::stale_after;

impl Engine {
    /// What 8x8 tells.
    pub(super) fn hear(&mut self, heard: Heard, now: Moment, effects: &mut Vec<Effect>) {
        self.center_moved = true;
        if let Some(change) = self.telephony.hear(heard, &mut self.set_aside, now) {
            effects.push(Effect::Store(change));
        }
    }

    pub(super) fn set_options(&mut self, options: Arc<Options>, now: Moment) {
        if let Some(import) = &mut self.import {
            import.set_limits(options.contacts.import());
        }
        self.telephony.set_options(Arc::clone(&options), now);
        self.inside.set_options(&options, self.rules.imports, now);
        self.rules.options = options;
        self.center_moved = true;
        self.hurry(now);
    }

    /// Works out who is on an 8x8 call, and what Teams is to be told.
    pub(super) fn follow_calls(&mut self, now: Moment) {
        if !self.telephony.is_read() {
            return;
        }
        let moved = self.lines.is_none();
        let lines = Arc::clone(self.lines.get_or_insert_with(|| Arc::new(self.roster.lines())));
        let changes = self.telephony.settle(&lines, now);
        for person in changes.began.iter().chain(&changes.ended) {
            self.roster.set_call(person, self.telephony.talking().since(person), now);
        }
        for person in changes.shown.iter().filter(|_| self.rules.writes) {
            self.writer.begin(*person, now);
        }
        for person in &changes.hidden {
            self.writer.end(*person, now);
        }
        self.changed |= changes != Changes::default();
        self.changed |= self.roster.set_words(self.telephony.words());
        if self.rules.writes {
            let answered = self.telephony.is_known();
            self.writer.judge(answered, |person| self.telephony.talking().is_shown(person), now);
        }
        if moved || std::mem::take(&mut self.center_moved) {
            let inside = (self.inside.sources(&self.rules.options), self.inside.owed().len());
            self.center = self.telephony.center_picture(&lines, inside).map(Arc::new);
        }
    }

    /// Works out what is to be changed inside 8x8.
    pub(super) fn follow_teams(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let fresh = stale_after(self.schedule.interval());
        let known = |person: &PersonId| {
            let teams = self.roster.teams(person)?;
            (now.since(teams.observed) <= fresh && !teams.observed.is_restored()).then_some(teams)
        };
        let quiet =
            |person: &PersonId| known(person).map(|teams| teams.mapping.presence == Presence::DoNotDisturb);
        let change = self.inside.keep_quiet(&self.rules.options, &self.telephony, quiet, now);
        effects.extend(change.map(Effect::Store));
        let on_call = |person: &PersonId| self.telephony.talking().since(person).is_some();
        let word = |person: &PersonId| match known(person) {
            _ if on_call(person) => Some(Presence::OnCall.as_str()),
            teams => teams.map(|teams| teams.mapping.presence.as_str()),
        };
        self.inside.mark(word, now);
    }

    pub(super) fn written(&mut self, results: &[(Write, Written)], now: Moment, effects: &mut Vec<Effect>) {
        // Two polls and a little more: by then Graph has said what is so without us.
        let window = stale_after(self.schedule.interval());
        let mut removed = Vec::new();
        for (write, result) in results {
            if self.writer.written(*write, result, window, now) {
                removed.push(write.person);
            }
        }
        if !removed.is_empty() {
            effects.push(Effect::Store(Change::Ledger { added: Vec::new(), removed }));
        }
        self.hear_our_own_words(false, now);
    }

    /// What Graph says of people for whom we wrote may be our own word.
    pub(super) fn hear_our_own_words(&mut self, news: bool, now: Moment) {
        for person in self.writer.people() {
            let repeats = self.roster.teams(&person).is_some_and(|teams| {
                let busy = teams.availability == Term::Busy;
                busy && matches!(teams.activity, Term::InACall | Term::Busy)
            });
            if news && !repeats {
                self.writer.confirmed(&person);
            }
            self.roster.set_ours(&person, repeats && self.writer.is_ours(&person, now));
        }
        self.writer.forget_ghosts(now);
    }

    /// Ends everything of ours at Microsoft before the program ends; whether there is anything to wait for.
    pub fn farewell(&mut self, now: Moment) -> Vec<Effect> {
        self.rules.writes = false;
        self.inside.end();
        // Nothing more is read.
        self.paused = Some(now.plus(FOR_EVER));
        self.writer.end_all(now);
        let mut effects = self.inside.take(now);
        self.plan_writes(now, &mut effects);
        effects
    }

    /// Whether anything of ours is left to be taken back.
    #[must_use]
    pub fn owes(&self) -> bool {
        !self.written_for().is_empty() || !self.inside.owed().is_empty()
    }

    /// What would let calls come again that are kept away by our hand.
    #[must_use]
    pub fn owed_inside(&self) -> Vec<QuietWrite> {
        self.inside.owed()
    }

    /// Who stands in Teams by our word.
    #[must_use]
    pub fn written_for(&self) -> Vec<PersonId> {
        self.writer.ledgered()
    }

    pub(super) fn plan_writes(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        for writes in self.writer.take(now) {
            effects.push(Effect::WritePresence { writes, at: now.wall });
        }
    }
}

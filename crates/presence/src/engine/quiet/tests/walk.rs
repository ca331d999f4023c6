//! Random walks: whatever people, calls, Teams and the network do, nobody is moved who must not be.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const PEOPLE: usize = 24;

/// A person, as 8x8 and Teams have them, and what a bystander knows of our doings.
#[derive(Debug)]
struct Worker {
    lever: Lever,
    standing: Standing,
    do_not_disturb: Option<bool>,
    /// Whether it is our change that stands in 8x8.
    ours: bool,
    /// Whether the machine knows that its last change stands.
    sure: bool,
    /// Changed by hand, and seen so: not to be touched.
    alone: bool,
    /// Since when the machine was told of do-not-disturb, without an end in between.
    began: Option<i64>,
    /// What it was told last.
    told: Option<bool>,
    /// What it was shown last that is newer than its last change, or made of it itself.
    shown: Option<Standing>,
    /// When a change last came to its end.
    wrote: i64,
    in_flight: Option<QuietWrite>,
}

impl Worker {
    fn new(number: usize) -> Self {
        let is_agent = number.is_multiple_of(2);
        let name: Arc<str> = number.to_string().into();
        let lever = if is_agent {
            Lever::Agent(name)
        } else {
            Lever::Member { group: "g".into(), extension_id: name }
        };
        Self {
            lever,
            standing: if is_agent { agent(4) } else { logged_in(true) },
            do_not_disturb: Some(false),
            ours: false,
            sure: false,
            alone: false,
            began: None,
            told: None,
            shown: None,
            wrote: i64::MIN / 2,
            in_flight: None,
        }
    }

    /// 8x8's own rules: what a program may change, and what it becomes.
    fn change(&mut self, write: &QuietWrite) -> bool {
        let movable = match &self.standing {
            Standing::Agent { status, .. } => status.is_movable(),
            Standing::Member { may_log_out, .. } => *may_log_out,
        };
        if movable {
            match write {
                QuietWrite::Quiet { .. } => {
                    let quiet = self.standing.before().map(|before| before.quiet());
                    self.ours = quiet.is_some();
                    self.standing = quiet.unwrap_or(self.standing.clone());
                }
                QuietWrite::Restore { to, .. } => {
                    self.standing = to.restored();
                    self.ours = false;
                }
            }
        }
        movable
    }
}

#[derive(Debug)]
struct World {
    now: i64,
    quiet: Quiet,
    ledger: BTreeMap<Lever, Held>,
    people: Vec<Worker>,
    /// Until when the vendor wants silence.
    silence: i64,
}

impl World {
    fn new() -> Self {
        Self {
            now: 0,
            quiet: Quiet::default(),
            ledger: BTreeMap::new(),
            people: (0..PEOPLE).map(Worker::new).collect(),
            silence: 0,
        }
    }

    /// 8x8 and Teams are read; `old` when 8x8's answer was on its way for so long.
    fn poll(&mut self, old: i64) {
        let now = at(self.now);
        let observed = self.now - old;
        let sightings: Vec<Sighting> = self
            .people
            .iter()
            .map(|one| Sighting {
                lever: one.lever.clone(),
                standing: one.standing.clone(),
                observed: at(observed),
                do_not_disturb: one.do_not_disturb,
            })
            .collect();
        let out: BTreeSet<Lever> = self.quiet.settle(&sightings, now).into_iter().collect();
        for one in &mut self.people {
            match one.do_not_disturb {
                Some(true) => drop(one.began.get_or_insert(self.now)),
                Some(false) => (one.began, one.alone) = (None, false),
                None => {}
            }
            one.told = one.do_not_disturb;
            let newer = one.in_flight.is_none() && observed > one.wrote + 3;
            if newer {
                one.shown = Some(one.standing.clone());
            }
            if out.contains(&one.lever) {
                assert!(newer, "nothing is judged by an old reading");
                assert!(self.ledger.remove(&one.lever).is_some());
                one.alone = one.sure && one.told != Some(false);
            }
            if newer && !one.standing.is_quiet() {
                assert!(!self.ledger.contains_key(&one.lever), "{one:?} is not ours");
            }
        }
        self.check();
    }

    fn send(&mut self) -> usize {
        let writes = self.quiet.take(at(self.now));
        assert!(writes.is_empty() || self.silence <= self.now, "the vendor wants silence");
        let count = writes.len();
        for (write, held) in writes {
            let one = self.people.iter_mut().find(|one| one.lever == *write.lever()).unwrap();
            assert!(one.in_flight.is_none(), "one change at a time: {one:?}");
            let shown = one.shown.as_ref().expect("nobody is moved unseen");
            match &write {
                QuietWrite::Quiet { .. } => {
                    let held = held.expect("the ledger has to know");
                    assert_eq!(Some(&held.before), shown.before().as_ref(), "{one:?} is not movable");
                    assert!(one.told == Some(true) && one.began.unwrap() + 5 <= self.now, "{one:?}");
                    assert!(!one.alone, "{one:?} has the last word");
                    self.ledger.insert(held.lever.clone(), held);
                }
                QuietWrite::Restore { to, lever } => {
                    assert_eq!(self.ledger.get(lever).map(|held| &held.before), Some(to));
                    assert!(held.is_none() && shown.is_quiet(), "{one:?} is not ours");
                    assert_ne!(one.told, Some(true), "it lasts: {one:?}");
                }
            }
            one.in_flight = Some(write);
        }
        self.check();
        count
    }

    /// 8x8 answers, or does not.
    fn answer(&mut self, number: usize, dice: u8) {
        let one = &mut self.people[number];
        let Some(write) = one.in_flight.take() else { return };
        let failed = |failure| Err(ChangeFault::Failed(failure));
        let result = match dice % 12 {
            0 => {
                self.silence = self.silence.max(self.now + 10);
                failed(Failure::Throttled { wait: Duration::from_secs(10), problem: problem("t") })
            }
            1 => failed(Failure::Offline(problem("o"))),
            2 => {
                one.change(&write);
                failed(Failure::Broken(problem("b")))
            }
            _ if one.change(&write) => Ok(()),
            _ => Err(ChangeFault::Refused(problem("r"))),
        };
        one.sure = result.is_ok();
        one.wrote = self.now;
        if result.is_ok() {
            one.shown = Some(one.standing.clone());
        }
        if let Some(lever) = self.quiet.written(&write, result, at(self.now)) {
            assert!(self.ledger.remove(&lever).is_some());
        }
        self.check();
    }

    /// The program ends in the middle and begins anew; what was under way may have come to 8x8 or not.
    fn crash(&mut self, dice: u8) {
        for (number, one) in self.people.iter_mut().enumerate() {
            if let Some(write) = one.in_flight.take()
                && (usize::from(dice) + number).is_multiple_of(2)
            {
                one.change(&write);
            }
            // The next run takes for changed by hand whatever is not as the ledger has it.
            one.sure = self.ledger.contains_key(&one.lever);
            (one.alone, one.began, one.told, one.shown) = (false, None, None, None);
            one.wrote = i64::MIN / 2;
        }
        self.silence = 0;
        self.quiet = Quiet::restore(self.ledger.values().cloned().collect(), at(self.now));
    }

    fn check(&self) {
        assert_eq!(self.quiet.levers().collect::<Vec<_>>(), self.ledger.keys().collect::<Vec<_>>());
        assert!(self.quiet.in_flight() <= MOST_IN_FLIGHT);
        for one in &self.people {
            assert!(!one.ours || self.ledger.contains_key(&one.lever), "nobody would put back {one:?}");
        }
    }

    fn step(&mut self, [what, who, dice]: [u8; 3]) {
        let number = usize::from(who) % PEOPLE;
        let one = &mut self.people[number];
        match what % 16 {
            0..=2 => one.do_not_disturb = [Some(true), Some(true), Some(false), None][usize::from(dice % 4)],
            3 => {
                let everybody = [Some(true), Some(false), None][usize::from(dice % 3)];
                self.people.iter_mut().for_each(|one| one.do_not_disturb = everybody);
            }
            4 | 5 => {
                one.standing = match one.lever {
                    Lever::Agent(_) => agent([1, 3, 4, 5, 7, 8][usize::from(dice % 6)]),
                    Lever::Member { .. } => logged_in(dice.is_multiple_of(2)),
                };
                one.ours = false;
            }
            6..=8 => self.poll(0),
            9 => self.poll(i64::from(dice % 20)),
            10 | 11 => {
                for number in 0..PEOPLE {
                    self.answer(number, dice.wrapping_mul(7).wrapping_add(u8::try_from(number).unwrap()));
                }
            }
            12 => self.answer(number, dice),
            13 if dice < 40 => self.crash(dice),
            _ => self.now += i64::from(dice % 16),
        }
        self.send();
    }

    /// Everybody answers, nobody moves any more: it comes to rest.
    fn rest(&mut self) {
        self.silence = 0;
        let mut last = self.now;
        for _ in 0..60 {
            self.now += 10;
            for number in 0..PEOPLE {
                self.answer(number, 11);
            }
            self.poll(0);
            if self.send() > 0 {
                last = self.now;
            }
        }
        assert!(self.now - last > 200, "it never comes to rest");
        assert_eq!(self.quiet.wake_at(), None, "and wakes for nothing");
    }
}

proptest! {
    #[test]
    fn nobody_is_moved_who_must_not_be_and_whoever_was_is_put_back(
        steps in prop::collection::vec(any::<[u8; 3]>(), 1..500),
    ) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
        }
        for one in &mut world.people {
            one.do_not_disturb = one.do_not_disturb.or(Some(false));
        }
        world.rest();
        for one in &mut world.people {
            one.do_not_disturb = Some(false);
        }
        world.rest();
        prop_assert!(world.ledger.is_empty() && world.quiet.courses.is_empty());
        prop_assert!(world.people.iter().all(|one| !one.ours));
    }
}

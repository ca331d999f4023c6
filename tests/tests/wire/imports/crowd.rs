//! The import of a whole company, which takes more than an hour: the machine and the real client, in a time that is
//! stepped.
//!
//! Two thousand contacts at thirty a minute can not be waited for. So nobody waits: the machine's moments and the
//! sandbox's clock are moved on together, by exactly as long as the machine wants to wait. The limit of 60 requests in a
//! rolling minute is in force on that clock, and every request is counted on it.
//!
//! `PRESENCE_SYNC_IMPORT_PEOPLE` sets how many people are imported: 200 unless it says so, 2000 at full size.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use presence::clock::Clock;
use presence::eight::Company;
use presence::endpoints::Endpoints;
use presence::http;
use presence::imports::{
    ContactWrite, Fields, ID_TAG, Import, ImportEffect, ImportWish, Kept, Limits, Phase, Picture,
};
use presence::moment::{Moment, Uptime};
use presence::person::PersonId;
use presence::secret::Secret;
use sandbox::{Contradictions, Fault, FaultKind, Options, Place, Sandbox, Unique};
use tests::size;

const HOUR: Duration = Duration::from_hours(1);

/// A customer's directory, the client, and a clock that both go by.
struct Office {
    sandbox: Sandbox,
    company: Company,
    clock: Clock,
    began: Timestamp,
    skipped: Duration,
    /// What was asked of 8x8, whether it was heard or not.
    sent: Vec<ContactWrite>,
}

impl Office {
    async fn open(unique: Unique) -> Self {
        let contradictions = Contradictions { unique, ..Contradictions::default() };
        let sandbox =
            Sandbox::start(Options { people: 30, contradictions, ..Options::default() }).await.unwrap();
        let api = Endpoints::parse(&sandbox.endpoints()).unwrap().eight.api;
        let key = |key: &str| Secret::new(key.to_owned());
        let (search, management) = (key(sandbox.search_key()), key(sandbox.management_key()));
        let company = Company::new(http::client(), Arc::new(Clock::start()), api, search, management);
        let clock = Clock::start();
        let began = clock.now().wall;
        Self { sandbox, company, clock, began, skipped: Duration::ZERO, sent: Vec::new() }
    }

    /// What really passed and what was skipped: the sandbox's clock says the same.
    fn now(&self) -> Moment {
        let uptime = self.clock.now().uptime.plus(self.skipped);
        let start = Moment { uptime: Uptime(0), wall: self.began };
        start.plus(uptime.since(Uptime(0)))
    }

    fn wait_until(&mut self, then: Uptime) {
        let span = then.since(self.now().uptime);
        // Half a millisecond more, so that none is lost on the way.
        self.sandbox.control().advance(span.as_secs_f64() + 0.0005);
        self.skipped += span;
    }

    fn hire(&self) -> Import {
        Import::new(Limits { grace: HOUR, ..Limits::default() }, Kept::default(), self.now())
    }

    /// What a crash leaves of a machine: what it kept on the disk.
    fn crash(&self, kept: Kept) -> Import {
        Import::new(Limits { grace: HOUR, ..Limits::default() }, kept, self.now())
    }

    /// A person looks and says yes.
    async fn start(&mut self, machine: &mut Import, wanted: &[Fields]) {
        assert_eq!(machine.wish(ImportWish::Preview, self.now()), [ImportEffect::Read]);
        let directory = self.company.read().await.unwrap();
        let _ = machine.compared(&directory, wanted, self.now());
        let _ = machine.wish(ImportWish::Start, self.now());
    }

    /// Lets the machine go on until it rests for hours, or until so many writes were sent, of the last of which it
    /// never hears. Gives what it kept.
    async fn go_on(&mut self, machine: &mut Import, wanted: &[Fields], most: usize) -> Kept {
        let mut kept = Kept { enabled: true, ..Kept::default() };
        let before = self.sent.len();
        loop {
            let mut effects = machine.tick(self.now());
            while let Some(effect) = effects.pop() {
                match effect {
                    ImportEffect::Read => {
                        let directory = self.company.read().await.unwrap();
                        effects.extend(machine.compared(&directory, wanted, self.now()));
                    }
                    ImportEffect::Write(write) => {
                        let result = self.company.write(&write).await;
                        self.sent.push(write);
                        if self.sent.len() - before == most {
                            return kept;
                        }
                        effects.extend(machine.written(result, self.now()));
                    }
                    ImportEffect::Keep(now) => kept = now,
                }
            }
            let wake = machine.wake_at().expect("it goes on by itself");
            let rests = machine.picture().phase == Phase::Idle && wake > self.now().uptime.plus(HOUR);
            if rests {
                return kept;
            }
            self.wait_until(wake);
        }
    }

    /// The next run that nobody asked for, whole.
    async fn run_again(&mut self, machine: &mut Import, wanted: &[Fields]) -> (Picture, Kept) {
        self.wait_until(machine.wake_at().unwrap());
        let kept = self.go_on(machine, wanted, usize::MAX).await;
        (machine.picture(), kept)
    }

    /// Whose contacts are there, each once and nobody else's.
    fn exactly(&self, wanted: &[Fields]) {
        let written = self.sandbox.control().contacts_written();
        let person = |body: &serde_json::Value| {
            let tags = body["tags"].as_array().unwrap();
            let tag = tags.iter().find(|tag| tag["name"] == ID_TAG).expect("our mark");
            tag["value"].as_str().unwrap().to_owned()
        };
        let there: BTreeSet<String> = written.iter().map(|contact| person(&contact.body)).collect();
        let expected: BTreeSet<String> = wanted.iter().map(|one| one.person.to_string()).collect();
        assert_eq!(written.len(), there.len(), "a double");
        assert_eq!(there, expected, "a loss, or one too many");
    }

    /// Requests that 8x8 turned away because there were too many.
    fn too_many(&self) -> usize {
        self.sandbox.control().requests().iter().filter(|request| request.status == 429).count()
    }
}

fn crowd(count: usize) -> Vec<Fields> {
    let one = |number: usize| Fields {
        person: PersonId::parse(&format!("00000000-0000-0000-0000-{number:012}")).unwrap(),
        first_name: format!("Ann {number}"),
        last_name: "Bee".into(),
        email: format!("ann.{number}@guests.example"),
        department: "Sales".into(),
        title: String::new(),
    };
    (1..=count).map(one).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_company_is_imported_within_the_limit_through_crashes_and_lost_answers() {
    let people = size("PRESENCE_SYNC_IMPORT_PEOPLE", 200);
    // Of the readings of "unique", the one that takes every double.
    let mut office = Office::open(Unique::WithinContact).await;
    let mut wanted = crowd(people);
    let mut machine = office.hire();
    office.start(&mut machine, &wanted).await;
    assert_eq!(machine.picture().plan.creates, people);

    // Killed twice in the middle: each time the last write got to 8x8, and nobody heard of it.
    for share in [4, 3] {
        let kept = office.go_on(&mut machine, &wanted, people / share).await;
        machine = office.crash(kept);
    }
    // Three answers in a row break off half-way, and two questions are never heard.
    let _ = office.go_on(&mut machine, &wanted, 5).await;
    machine = office.crash(Kept { enabled: true, ..Kept::default() });
    let half = Fault::new(Place::ContactsWrite, FaultKind::HalfBody).times(3);
    let gone = Fault::new(Place::ContactsWrite, FaultKind::Drop).times(2);
    office.sandbox.control().replace_faults(vec![half, gone]);
    let _ = office.go_on(&mut machine, &wanted, usize::MAX).await;
    office.exactly(&wanted);
    let written = office.sandbox.control().contacts_written();
    assert!(written.iter().all(|contact| contact.writes == 1), "nobody was written twice");
    let first = office.sent.len();
    let took = office.now().uptime.0 / 60_000;
    assert!(first <= people + 5, "{first} writes for {people} people, of which at most five were lost");

    // There is nothing to do.
    let (picture, _) = office.run_again(&mut machine, &wanted).await;
    assert_eq!((office.sent.len(), picture.plan.unchanged), (first, people));

    // Somebody marries, somebody leaves.
    wanted[people / 2].last_name = "Wed".into();
    wanted.remove(people / 3);
    let (picture, _) = office.run_again(&mut machine, &wanted).await;
    assert_eq!(
        (picture.plan.updates, picture.plan.removals, picture.plan.waiting),
        (1, 0, 1),
        "a time of grace"
    );
    let (picture, _) = office.run_again(&mut machine, &wanted).await;
    assert_eq!((picture.plan.updates, picture.plan.removals, picture.plan.waiting), (0, 1, 0));
    let [ContactWrite::Update { fields, .. }, ContactWrite::Remove { .. }] = &office.sent[first..] else {
        panic!("one change and one removal, not {:?}", &office.sent[first..])
    };
    assert_eq!(*fields, wanted[people / 2 - 1]);
    office.exactly(&wanted);

    let load = office.sandbox.control().contacts_load();
    assert!(load.busiest_minute <= 30, "the administrator's share: {load:?}");
    assert_eq!(office.too_many(), 0);
    println!(
        "{people} people: imported in {took} simulated minutes with {first} writes, then {} more; {} requests in the \
         fullest minute, {} turned away",
        office.sent.len() - first,
        load.busiest_minute,
        office.too_many()
    );
}

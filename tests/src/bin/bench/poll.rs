//! Full polls without waiting for the schedule: the real client, engine and store, in a time that is made up.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use presence::clock::{Clock, pause};
use presence::engine::effect::Effect;
use presence::engine::event::Event;
use presence::engine::{Engine, Rules};
use presence::error::Failure;
use presence::http;
use presence::microsoft::expected::Expected;
use presence::microsoft::{Connection, Microsoft, auth};
use presence::moment::Moment;
use presence::person::{Contact, Person, PersonId};
use presence::session::{Account, Step};
use presence::snapshot::{PAGE, Snapshot};
use presence::store::Store;
use presence::vault::MemoryVault;

use super::Outcome;
use super::figures::{Figures, POLL_CPU, POLL_WALL, RATIO, Unit};
use super::stages::{self, Stages};
use super::stopwatch::{Stopwatch, lap};
use super::tenant::{STATUS_USER, Tenant};

/// Calls in all measured rounds of one kind; the sandbox tenant throttles like Graph, so that they can not be many.
const CALLS: usize = 600;

/// Long enough for the store's thread to finish a round.
const STORE_PAUSE: Duration = Duration::from_millis(100);

const DAY: Duration = Duration::from_hours(24);

/// Measures polls of `tenant`.
pub(crate) async fn measure(tenant: &Tenant, figures: &mut Figures) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut bench = Bench::start(tenant, &folder.path().join("board.db")).await?;
    let pages = bench.pages();
    let rounds = (CALLS / pages).clamp(3, 20);
    let people = Some(tenant.people);

    // The first round knows nothing yet, so that everything is a change; it is not counted.
    bench.fetched().await?;
    let mut all = (Some(Duration::ZERO), Duration::ZERO);
    for _ in 0..rounds {
        tenant.advance(10).await?;
        let watch = Stopwatch::start();
        bench.fetched().await?;
        all.1 += watch.wall();
        pause(STORE_PAUSE).await;
        all.0 = sum(all.0, watch.cpu());
    }

    let (mut bare, mut held) = ((Some(Duration::ZERO), Duration::ZERO), Some(Duration::ZERO));
    let (mut stages, mut bytes) = (Stages::default(), 0);
    for _ in 0..rounds {
        tenant.advance(10).await?;
        let replies = bench.capture().await?;
        bytes = replies.iter().map(Vec::len).sum::<usize>();
        stages::bare(&replies)?;
        let (cpu, wall) = stages::bare(&replies)?;
        bare = (sum(bare.0, cpu), bare.1 + wall);
        let watch = Stopwatch::start();
        bench.replayed(&replies, &mut stages)?;
        pause(STORE_PAUSE).await;
        held = sum(held, watch.cpu());
    }

    let each = u32::try_from(rounds)?;
    let a_poll = |time: Option<Duration>| time.map(|time| time / each);
    let of_cpu = [all.0, held, bare.0].map(a_poll);
    let [all_cpu, held_cpu, bare_cpu] = of_cpu;
    figures.note("poll: presence calls", Unit::Count, people, pages as f64);
    figures.bytes("poll: bytes of replies", people, Some(u64::try_from(bytes)?));
    figures.time(POLL_CPU, people, all_cpu);
    figures.time(POLL_WALL, people, a_poll(Some(all.1)));
    figures.time("poll: CPU of bare parsing of the same bytes", people, bare_cpu);
    figures.ratio(RATIO, tenant.people, all_cpu, bare_cpu);
    figures.ratio("poll: the same without fetching", tenant.people, held_cpu, bare_cpu);
    let windows = a_poll(Some(stages.window));
    let unseen = all_cpu.zip(windows).map(|(all, windows)| all.saturating_sub(windows));
    figures.ratio("poll: the same with no board open", tenant.people, unseen, bare_cpu);
    let fetch = all_cpu.zip(held_cpu).map(|(all, held)| all.saturating_sub(held));
    let told = stages.parse + stages.handle + stages.snapshot + stages.window;
    let rest = a_poll(held.map(|held| held.saturating_sub(told)));
    figures.time("  fetch (HTTP, TLS none)", people, fetch);
    figures.time("  parse", people, a_poll(Some(stages.parse)));
    figures.time("  map, diff, plan (Engine::handle)", people, a_poll(Some(stages.handle)));
    figures.time("  snapshot", people, a_poll(Some(stages.snapshot)));
    figures.time("  board windows, 60 rows as JSON", people, windows);
    figures.time("  store's thread and the rest", people, rest);
    let each_window = stages.window / u32::try_from(stages.to_window.len().max(1))?;
    figures.time("  one board window", people, Some(each_window));
    figures.note(
        "  board windows a poll",
        Unit::Count,
        people,
        stages.to_window.len() as f64 / f64::from(each),
    );
    figures.times("reply to snapshot", tenant.people, &mut stages.to_snapshot);
    figures.times("reply to window as JSON", tenant.people, &mut stages.to_window);
    Ok(())
}

fn sum(sum: Option<Duration>, more: Option<Duration>) -> Option<Duration> {
    Some(sum? + more?)
}

/// The driver's parts without the driver's waiting.
struct Bench {
    microsoft: Microsoft,
    http: http::Client,
    graph: String,
    engine: Engine,
    store: Store,
    now: Moment,
    /// The published picture: it shares its pages with the engine, as in the driver.
    snapshot: Arc<Snapshot>,
    asked: VecDeque<(usize, Arc<[PersonId]>)>,
}

impl Bench {
    async fn start(tenant: &Tenant, store: &std::path::Path) -> Outcome<Self> {
        let endpoints = tenant.endpoints()?.microsoft;
        let graph = endpoints.graph.clone();
        let organisation = endpoints.tenant.clone().unwrap_or_default();
        let application = endpoints.client_id.clone().unwrap_or_default();
        let clock = Arc::new(Clock::start());
        let now = clock.now();
        let http = http::client();
        let connection = Connection::new(http.clone(), clock, endpoints, organisation, application);
        let microsoft = Microsoft::new(Arc::new(connection), Arc::new(MemoryVault::default()));
        let account = sign_in(&microsoft).await?;
        let (store, _) = Store::open(store, "", |_| {})?;
        // Only presence is read here; everything else is given once.
        let rules = Rules {
            directory_interval: DAY,
            listing_interval: DAY,
            contacts_interval: Some(DAY),
            ..Rules::default()
        };
        let mut engine = Engine::new(rules, now);
        let snapshot = Arc::new(engine.snapshot(now));
        let asked = VecDeque::new();
        let mut bench = Self { microsoft, http, graph, engine, store, now, snapshot, asked };
        bench.handle(Event::Session(Step::Found(Arc::new(account))));
        let read = bench.microsoft.read_directory(None).await.map_err(|failure| words(&failure))?;
        let contacts =
            read.people.iter().enumerate().map(|(number, person)| contact(number, person)).collect();
        bench.handle(Event::ContactsRead(contacts));
        bench.handle(Event::DirectoryRead(read));
        bench.publish();
        Ok(bench)
    }

    fn pages(&self) -> usize {
        self.snapshot.people.len().div_ceil(PAGE)
    }

    fn handle(&mut self, event: Event) {
        for effect in self.engine.handle(event, self.now) {
            match effect {
                Effect::ReadPresence { page, people } => self.asked.push_back((page, people)),
                Effect::Store(change) => self.store.write(change),
                _ => {}
            }
        }
    }

    fn publish(&mut self) {
        if self.engine.changed() {
            self.snapshot = Arc::new(self.engine.snapshot(self.now));
        }
    }

    /// Moves time on to the next question of the schedule.
    fn question(&mut self) -> Outcome<(usize, Arc<[PersonId]>)> {
        for _ in 0..1_000 {
            if let Some(question) = self.asked.pop_front() {
                return Ok(question);
            }
            let wake = self.engine.wake_at(self.now).ok_or("the engine waits for nothing")?;
            self.now = self.now.plus(wake.since(self.now.uptime));
            self.handle(Event::Tick);
        }
        Err("the schedule asks about nobody".into())
    }

    /// One poll of everybody over HTTP.
    async fn fetched(&mut self) -> Outcome<()> {
        for _ in 0..self.pages() {
            let (page, people) = self.question()?;
            let read = self.microsoft.read_presence(page, people).await.map_err(|failure| words(&failure))?;
            self.handle(Event::PresenceRead(read));
            self.publish();
        }
        stages::board(&self.snapshot)
    }

    /// One poll of everybody from replies that are here already.
    fn replayed(&mut self, replies: &[Vec<u8>], stages: &mut Stages) -> Outcome<()> {
        let mut last = Duration::ZERO;
        for _ in 0..self.pages() {
            let (question, planning) = lap(|| self.question());
            let (page, people) = question?;
            let body = replies.get(page).ok_or("a page that was never asked for")?;
            let (read, parse) = lap(|| stages::read(page, people, body));
            let read = read?;
            let ((), handle) = lap(|| self.handle(Event::PresenceRead(read)));
            let ((), snapshot) = lap(|| self.publish());
            let shown = parse.wall + handle.wall + snapshot.wall;
            stages.to_snapshot.push(shown);
            stages.parse += parse.cpu;
            stages.handle += planning.cpu + handle.cpu;
            stages.snapshot += snapshot.cpu;
            last = shown;
        }
        let (drawn, window) = lap(|| stages::board(&self.snapshot));
        stages.to_window.push(last + window.wall);
        stages.window += window.cpu;
        drawn
    }

    /// Every page's reply as bytes.
    async fn capture(&self) -> Outcome<Vec<Vec<u8>>> {
        let everybody: Vec<String> =
            self.snapshot.people.iter().map(|person| person.id().to_string()).collect();
        let token = self.microsoft.tokens.access().await.map_err(|failure| words(&failure))?;
        let mut replies = Vec::new();
        for ids in everybody.chunks(PAGE) {
            let answer = self
                .http
                .post(format!("{}/v1.0/communications/getPresencesByUserId", self.graph))
                .bearer_auth(token.expose())
                .json(&serde_json::json!({ "ids": ids }))
                .send()
                .await?;
            replies.push(answer.error_for_status()?.bytes().await?.to_vec());
        }
        Ok(replies)
    }
}

async fn sign_in(microsoft: &Microsoft) -> Outcome<Account> {
    let pending = auth::begin(&microsoft.connection, &auth::scope(), &Expected::Anybody)
        .await
        .map_err(|failure| words(&failure))?;
    let address = pending.address.clone();
    let visit = tokio::spawn(async move { sandbox::visit(&address, STATUS_USER).await });
    let (account, answer) = auth::finish(&microsoft.connection, pending, &Expected::Anybody)
        .await
        .map_err(|failure| words(&failure))?;
    visit.await??;
    microsoft.tokens.adopt(account.clone(), answer).await?;
    Ok(account)
}

/// An 8x8 contact, so that the board has departments: reading them from a large tenant takes minutes.
fn contact(number: usize, person: &Person) -> Contact {
    Contact {
        id: number.to_string(),
        name: person.name.clone(),
        emails: vec![person.user_name.clone()],
        extension: Some((1_000 + number).to_string()),
        other_extensions: Vec::new(),
        pbx: Some("head office".into()),
        department: Some(format!("Department {}", number % 24)),
        title: Some("Engineer".into()),
    }
}

fn words(failure: &Failure) -> String {
    failure.problem().map_or_else(|| "the cursor is no longer valid".into(), ToString::to_string)
}

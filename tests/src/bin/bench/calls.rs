//! Many calls at a time: what a sync costs that shows all of them in Teams, in CPU and in requests.
//!
//! The sync is a process of its own (`follower`), so that the work of the sandbox, which is in this one, is not counted
//! as its. It is measured with its calls and again without any; the ratio is of these two.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use presence::clock::pause;
use presence::setup::integration::Integration;
use sandbox::{Control, Options};
use tests::site::{Installer, Site};
use tests::vaults::Files;

use super::Outcome;
use super::figures::{Figures, Unit};
use super::stopwatch::instant;
use super::tenant::end;

const PEOPLE: usize = 5_000;
const CALLS: usize = 500;

/// The product's own time between two polls, in seconds and in milliseconds.
const INTERVAL: u64 = 10;

/// Intervals over which it is measured.
const INTERVALS: u64 = 6;

/// The simulated calls begin one after another; by now all of them do.
const SETTLED: f64 = 600.0;

/// Everybody is written within this, or never.
const PATIENCE: Duration = Duration::from_mins(2);

/// The length of a tick in the figures of Linux, on every machine that this runs on.
const TICK: Duration = Duration::from_millis(10);

/// The sync, until it is dropped.
struct Follower(Child);

impl Drop for Follower {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

/// Installs a sync in a large organisation and measures it with many calls and with none.
pub(crate) async fn measure(figures: &mut Figures) -> Outcome<()> {
    let options = Options { people: PEOPLE, calls: CALLS, contacts_limit: false, ..Options::default() };
    let site = Site::as_large_as(options).await;
    let control = site.sandbox.control();
    control.advance(SETTLED);
    let installer = Installer::at(&site);
    for integration in [Integration::TeamsToEight, Integration::EightToTeams] {
        installer.follow(&site, integration).await;
    }
    installer.handle.stop().await;
    let follower = start(&site)?;
    let began = instant();
    while told_and_standing(control) {
        if began.elapsed() > PATIENCE {
            return Err("the calls are not shown in Teams".into());
        }
        pause(Duration::from_millis(200)).await;
    }
    // The writes of the beginning are not those of every interval.
    pause(Duration::from_secs(3 * INTERVAL)).await;
    let shown = control.presence_sessions().len();
    figures.note(&named("people shown as on a call"), Unit::Count, None, shown as f64);
    let busy = intervals(control, &follower, "with 500 calls", figures).await;

    control.set_simulated_calls(0);
    pause(Duration::from_secs(3 * INTERVAL)).await;
    let idle = intervals(control, &follower, "without calls", figures).await;
    if let (Some(busy), Some(idle)) = (busy, idle) {
        let ratio = busy.as_secs_f64() / idle.as_secs_f64();
        figures.note(&named("CPU with 500 calls, over without"), Unit::Times, None, ratio);
    }
    Ok(())
}

fn named(what: &str) -> String {
    format!("5000 people: {what}")
}

/// Whether a good part of those who are on a call is still missing in Teams.
fn told_and_standing(control: &Control) -> bool {
    let told: usize = control.calls().iter().map(|call| call.told.len()).sum();
    told == 0 || control.presence_sessions().len() * 10 < told * 8
}

/// The program that runs the sync, beside this one.
fn program() -> Outcome<PathBuf> {
    let here = std::env::current_exe()?;
    let beside = here.parent().map(|folder| folder.join(format!("follower{}", std::env::consts::EXE_SUFFIX)));
    beside.filter(|path| path.exists()).ok_or_else(|| "the program “follower” is not built".into())
}

fn start(site: &Site) -> Outcome<Follower> {
    let folder: &Path = site.folder.path();
    let (endpoints, vault) = (folder.join("endpoints.toml"), folder.join("vault"));
    std::fs::write(&endpoints, site.sandbox.endpoints())?;
    site.vault.copy_to(&Files::of(&vault));
    let mut command = Command::new(program()?);
    command.arg(endpoints).arg(folder).arg(vault).arg((INTERVAL * 1_000).to_string());
    Ok(Follower(command.stdin(Stdio::null()).spawn()?))
}

/// Notes CPU time and requests of one interval, taken over several; gives the CPU time.
async fn intervals(
    control: &Control,
    follower: &Follower,
    when: &str,
    figures: &mut Figures,
) -> Option<Duration> {
    control.clear_requests();
    let before = cpu(follower.0.id());
    pause(Duration::from_secs(INTERVAL * INTERVALS)).await;
    let spent = cpu(follower.0.id()).zip(before).map(|(after, before)| after.saturating_sub(before));
    let spent = spent.map(|spent| spent.div_f64(INTERVALS as f64));
    figures.time(&named(&format!("CPU an interval, {when}")), None, spent);
    let requests = control.requests();
    let mut note = |what: &str, count: usize| {
        let name = named(&format!("{what} an interval, {when}"));
        figures.note(&name, Unit::Count, None, count as f64 / INTERVALS as f64);
    };
    note("requests", requests.len());
    for (what, endpoint) in [("of presence", "presence"), ("of calls", "calls"), ("that write", "batch")] {
        note(what, requests.iter().filter(|request| request.endpoint == endpoint).count());
    }
    spent
}

/// CPU time of a process and all its threads so far; none where the system does not tell.
fn cpu(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name before it may hold anything, but no further parenthesis follows it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u32>().ok()? + fields.next()?.parse::<u32>().ok()?;
    Some(TICK * ticks)
}

//! `presence-sync watch` as people run it: its memory, and how soon it shows something.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use presence::clock::pause;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::figures::{Figures, Unit};
use super::stopwatch::instant;
use super::tenant::{STATUS_USER, Tenant, end};
use super::{Outcome, memory};

/// A line that takes longer than this never comes.
const PATIENCE: Duration = Duration::from_mins(1);

/// Every page was polled again, and changes were written, after this long.
const SETTLED: Duration = Duration::from_secs(15);

/// Long enough for the store's thread to write the first board.
const STORED: Duration = Duration::from_secs(4);

/// Starts of each kind; the middle one counts.
const STARTS: usize = 3;

/// A running `watch --json`; it ends when this is dropped.
struct Watch {
    process: Child,
    began: Instant,
    lines: UnboundedReceiver<Line>,
    addresses: UnboundedReceiver<String>,
}

/// A line of output, by what matters here.
#[derive(Clone, Copy)]
struct Line {
    at: Instant,
    live: bool,
}

impl Watch {
    fn start(program: &Path, profile: &Path, options: &[&str]) -> Outcome<Self> {
        let began = instant();
        let mut process = Command::new(program)
            .args(["watch", "--json", "--profile"])
            .arg(profile)
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (stdout, stderr) = (process.stdout.take(), process.stderr.take());
        let (say, lines) = unbounded_channel();
        let (tell, addresses) = unbounded_channel();
        let (stdout, stderr) = (stdout.ok_or("no output")?, stderr.ok_or("no output")?);
        std::thread::spawn(move || {
            let mut reader = BufReader::with_capacity(1 << 20, stdout);
            let mut line = Vec::new();
            // What nobody waits for any more still has to be read, so that the program goes on.
            while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                let head = String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned();
                let change = head.starts_with(r#"{"type":"change""#);
                let _ = say.send(Line { at: instant(), live: !change && head.contains(r#""state":"live""#) });
                line.clear();
            }
        });
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if line.starts_with("http") {
                    let _ = tell.send(line);
                }
            }
        });
        Ok(Self { process, began, lines, addresses })
    }

    /// Time from the start to a line.
    async fn line(&mut self, mut wanted: impl FnMut(Line) -> bool) -> Outcome<Duration> {
        let found = async {
            while let Some(line) = self.lines.recv().await {
                if wanted(line) {
                    return Ok(line.at.saturating_duration_since(self.began));
                }
            }
            Err("`watch` ended before it said what was waited for".into())
        };
        tokio::select! {
            found = found => found,
            () = pause(PATIENCE) => Err("`watch` does not say what is waited for".into()),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

/// Measures the memory of `watch`, once it knows everybody.
pub(crate) async fn memory(program: &Path, tenant: &Tenant, figures: &mut Figures) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("endpoints.toml");
    std::fs::write(&file, &tenant.file)?;
    let file = file.to_str().ok_or("the temporary folder has no name")?;
    let options = ["--endpoints", file, "--vault", "memory", "--no-browser"];
    let mut watch = Watch::start(program, &folder.path().join("profile"), &options)?;
    let address = watch.addresses.recv().await.ok_or("`watch` asks for no sign-in")?;
    sandbox::visit(&address, STATUS_USER).await?;
    watch.line(|line| line.live).await?;
    pause(SETTLED).await;
    let (process, people) = (watch.process.id(), Some(tenant.people));
    figures.bytes("watch: memory (PSS)", people, memory::of(process));
    figures.bytes("watch: most memory ever resident", people, memory::peak(process));
    Ok(())
}

/// Measures how soon `watch --sandbox` shows something, the tenant being started in the same process.
pub(crate) async fn starts(program: &Path, people: usize, figures: &mut Figures) -> Outcome<()> {
    let size = people.to_string();
    let options = ["--sandbox", "--people", &size];
    let (mut first, mut again, mut live) = (Vec::new(), Vec::new(), Vec::new());
    let mut silent = 0_u32;
    for _ in 0..STARTS {
        let folder = tempfile::tempdir()?;
        let mut watch = Watch::start(program, folder.path(), &options)?;
        first.push(watch.line(|_| true).await?);
        pause(STORED).await;
        drop(watch);
        // From here on the last known board comes first; a start that shows none is told, and ends nothing.
        let mut watch = Watch::start(program, folder.path(), &options)?;
        let mut stale = None;
        let began = watch.line(|line| {
            stale.get_or_insert(line);
            line.live
        });
        live.extend(began.await.ok());
        match stale.filter(|line| !line.live) {
            Some(line) => again.push(line.at.saturating_duration_since(watch.began)),
            None => silent += 1,
        }
    }
    figures.note("start again: starts without the last board", Unit::Count, Some(people), silent.into());
    for (what, times) in [
        ("start: to the first board", &mut first),
        ("start again: to the last known board", &mut again),
        ("start again: to a live board", &mut live),
    ] {
        let middle = super::stopwatch::distribution(times).map(|[middle, ..]| middle);
        figures.time(what, Some(people), middle);
    }
    Ok(())
}

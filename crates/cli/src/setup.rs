//! `setup`: the wizard on a terminal, or driven by lines. What it shows and asks is the view's; see `talk`.

mod draw;
mod input;
mod paper;
mod progress;
mod talk;

use std::io::{self, ErrorKind, IsTerminal};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossterm::terminal::size;
use presence::desktop::{Desktop, SystemBrowser};
use presence::driver::{self, Handle};
use presence::error::Problem;
use presence::log;
use presence::setup::integration::{Integration, Standing};

use crate::options::{self, Common};
use crate::{Outcome, profile};
use input::Input;
use paper::{Paper, WIDEST};
use talk::{Stop, Talk, unfinished};

/// Calls under way at a time in the rehearsal.
const CALLS: usize = 12;

/// How long the rehearsal's Microsoft takes to spread what was written.
const REPLICATION: Duration = Duration::from_secs(2);

pub(crate) async fn run(common: Common, options: options::Setup) -> Outcome {
    let tenant = if options.sandbox {
        let options = sandbox::Options {
            people: 250,
            installed: false,
            replication: REPLICATION,
            calls: CALLS,
            contact_center: true,
            agents_work: true,
            ..sandbox::Options::default()
        };
        Some(crate::sandbox::start(options).await?)
    } else {
        None
    };
    let mut parts = match &tenant {
        Some(tenant) => profile::rehearsal_parts(&common, tenant)?,
        None => profile::bare_parts(&common)?,
    };
    let opener = Arc::new(Opener { silent: common.no_browser, failure: Mutex::default() });
    parts.desktop = Arc::clone(&opener) as Arc<dyn Desktop>;
    let _lock = parts.profile.lock("presence-sync setup")?;
    let _log = log::start(&parts.profile.logs());
    let handle = driver::start(parts)?;
    let notes = tenant.as_ref().map(notes).unwrap_or_default();
    let outcome = Box::pin(converse(&handle, opener, options.integration, &notes)).await;
    handle.stop().await;
    if let Some(tenant) = tenant {
        tenant.stop().await;
    }
    outcome
}

async fn converse(
    handle: &Handle,
    opener: Arc<Opener>,
    asked: Option<Integration>,
    notes: &[String],
) -> Outcome {
    let person = io::stdin().is_terminal();
    let screen = io::stdout().is_terminal();
    let width = if screen { size().map_or(WIDEST, |(columns, _)| columns.into()) } else { WIDEST };
    let bold = screen && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let input = if person { Input::keys().map_err(|error| unusable(&error))? } else { Input::lines() };
    let paper = Paper::new(io::stdout(), width, person, bold);
    let mut talk = Talk::new(handle, paper, input, opener);
    let ended = tokio::select! {
        ended = async {
            talk.paper.block(notes)?;
            talk.run(asked).await
        } => ended,
        () = crate::stop::asked() => Err(Stop::Interrupted),
    };
    let why = match ended {
        Ok(()) => return Ok(ExitCode::SUCCESS),
        Err(Stop::Quit) => "You quit",
        Err(Stop::Ended) => "The input ended",
        Err(Stop::Interrupted) => "It was stopped",
        Err(Stop::Output(error)) if error.kind() == ErrorKind::BrokenPipe => return Ok(ExitCode::FAILURE),
        Err(Stop::Output(error)) => return Err(unusable(&error)),
        Err(Stop::Failed(problem)) => return Err(problem),
        Err(Stop::Driver) => return Err(driver_ended()),
    };
    // The terminal may be gone, and with it the reason to tidy it up.
    let _ = talk.close();
    let (integration, parted) = (talk.integration, talk.parted);
    let snapshot = handle.snapshot();
    if parted || snapshot.setup.standing(integration) == Standing::Verified {
        return Ok(ExitCode::SUCCESS);
    }
    let mut problem = unfinished(&snapshot, integration, why);
    if !notes.is_empty() {
        problem.remedy = "A rehearsal begins anew each time.".into();
    }
    Err(problem)
}

/// What a person has to enter in the rehearsal.
fn notes(tenant: &sandbox::Sandbox) -> Vec<String> {
    let entries = [
        ("Organisation", tenant.domain()),
        ("Administrator, without a password", tenant.administrator()),
        ("Application for administration", tenant.administration_client_id()),
        ("8x8 API key, Contact Search", tenant.search_key()),
        ("8x8 API key, Contact Management", tenant.management_key()),
        ("8x8 API key, Work Analytics", tenant.analytics_key()),
        ("8x8 user name for it", tenant.analytics_user()),
        ("Its password", tenant.analytics_password()),
        ("Contact centre: platform", "na12"),
        ("Contact centre: tenant name", tenant.contact_center_tenant()),
        ("Contact centre: Action Request Token", &tenant.control().action_token()),
        ("8x8 API key, Pulsar Event Stream", tenant.events_key()),
        ("8x8 API key, UC Ring Group Admin", tenant.provisioning_key()),
    ];
    let first =
        "A rehearsal: a made-up organisation on this computer, where nothing is installed. What to enter:";
    let lines = entries.iter().map(|(name, value)| format!("  {name:<37} {value}"));
    [first.to_owned()].into_iter().chain(lines).collect()
}

/// Opens the browser, or leaves it to the person; the conversation tells about both.
struct Opener {
    silent: bool,
    failure: Mutex<Option<Problem>>,
}

impl Opener {
    /// Whether the address is printed instead of opened.
    fn is_silent(&self) -> bool {
        self.silent
    }

    /// Why the browser could not be opened, once.
    fn take_failure(&self) -> Option<Problem> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Desktop for Opener {
    fn open_address(&self, address: &str) -> Result<(), Problem> {
        if self.silent {
            return Ok(());
        }
        SystemBrowser.open_address(address).inspect_err(|problem| {
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem.clone());
        })
    }
}

fn unusable(error: &io::Error) -> Problem {
    Problem::new(
        "setup.terminal",
        "The terminal can not be used.",
        "It takes no more, or shows no single keys.",
        "Try another terminal, or send the answers through a pipe.",
    )
    .detail(error.to_string())
}

fn driver_ended() -> Problem {
    Problem::new(
        "setup.ended",
        "The set-up ended unexpectedly.",
        "Its loop has stopped.",
        "Start again; the log in the profile's folder says more.",
    )
}

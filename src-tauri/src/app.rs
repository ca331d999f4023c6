//! The composition root: profile, driver, tray and window put together, and nothing else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use presence::clock::pause;
use presence::desk;
use presence::desktop::{Opens, SystemBrowser};
use presence::diagnostics::Archive;
use presence::driver::Handle;
use presence::endpoints::Endpoints;
use presence::error::Problem;
use presence::settings::{Lock, Mode, Profile, Settings};
use presence::setup::installation::Installation;
use presence::snapshot::Snapshot;
use presence::view::menu::{self, Choice};
use presence::view::{detail, status};
use presence::{crash, log};
use tauri::{AppHandle, Emitter, Manager, RunEvent};

use crate::desktop::{Copies, Surroundings};
use crate::notification::Notifications;
use crate::options::Options;
use crate::place::Place;
use crate::running::Running;
use crate::tray::Tray;
use crate::{commands, window};

/// From this many people on, the page is told of changes less often.
const LARGE: usize = 2_000;

/// Least time between two pictures on the page.
const LIVELY: Duration = Duration::from_millis(100);

/// The same for a large organisation.
const CALM: Duration = Duration::from_millis(2_500);

/// How often, and after how long each, it is looked whether a panel has come.
const PANEL_LOOKS: u32 = 15;
const PANEL_LOOK: Duration = Duration::from_secs(1);

/// What the commands work on.
pub(crate) struct App {
    options: Options,
    profile: Profile,
    endpoints: Endpoints,
    running: tokio::sync::Mutex<Option<Running>>,
    /// The running driver, for the many who only look.
    current: Mutex<Option<Handle>>,
    /// What the window starts with.
    pub(crate) page: Mutex<window::Opening>,
    pub(crate) copies: Copies,
    pub(crate) tray: Tray,
    pub(crate) place: Place,
    notifications: Arc<Notifications>,
    /// Whether it was said that a closed window is minimised.
    minimised: AtomicBool,
    /// What was shown before it is exported, so that nothing else is.
    pub(crate) archive: Mutex<Option<Archive>>,
    _lock: Option<Lock>,
}

pub(crate) fn run(options: Options) -> Result<(), Problem> {
    let profile = Profile::open(options.profile.as_deref(), false)?;
    // The sandbox tenant has a profile of its own.
    let lock = if options.sandbox { Ok(None) } else { profile.lock("presence-sync-desktop").map(Some) };
    // Written out when the program ends.
    let mut log = log::start(&profile.logs());
    crash::install(profile.crashes());
    let endpoints = options.endpoints.as_deref().map_or_else(|| Ok(Endpoints::default()), Endpoints::read)?;
    // Building ends this process if it is a second start: then the first one shows its window.
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _, _| window::show(app, None)))
        .invoke_handler(commands::handler())
        .build(tauri::generate_context!())
        .map_err(|error| unstartable(&error))?;
    let lock = lock?;
    let tray = Tray::new(app.handle());
    app.manage(App {
        options,
        profile,
        endpoints,
        running: tokio::sync::Mutex::default(),
        current: Mutex::default(),
        page: Mutex::default(),
        copies: Copies::default(),
        tray,
        place: Place::default(),
        notifications: Arc::new(Notifications::new(app.handle())),
        minimised: AtomicBool::new(false),
        archive: Mutex::default(),
        _lock: lock,
    });
    app.run(move |app, event| match event {
        RunEvent::Ready => start(app),
        // The last window was closed: the tray goes on.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::Exit => {
            let own = app.state::<App>();
            tauri::async_runtime::block_on(own.stop());
            own.profile.tidy();
            // The process ends before anything is dropped.
            drop(log.take());
        }
        _ => {}
    });
    Ok(())
}

/// Runs what was chosen last time, and shows the window unless it is not wanted.
fn start(app: &AppHandle) {
    let own = app.state::<App>();
    own.tray.draw(menu::first_run());
    let settings = own.profile.settings();
    // Whatever became of the settings, an organisation that is installed is what this computer is for.
    let installed = || own.profile.installation().organisation.is_some().then_some(Mode::Organisation);
    let mode = if own.options.sandbox { Some(Mode::Sandbox) } else { settings.mode.or_else(installed) };
    if let Err(problem) = tauri::async_runtime::block_on(own.begin(app, mode)) {
        // The window then starts with the choice, and choosing again says what is wrong.
        tracing::error!(code = %problem.code, detail = ?problem.detail, "what was chosen could not be started");
    }
    if !own.options.hidden {
        window::show(app, None);
    } else if !own.tray.is_reachable() {
        tauri::async_runtime::spawn(wait_for_tray(app.clone()));
    }
}

/// A panel may start after us at login. Where none comes the window is shown, or nobody could find the program.
async fn wait_for_tray(app: AppHandle) {
    for _ in 0..PANEL_LOOKS {
        pause(PANEL_LOOK).await;
        if app.try_state::<App>().is_none_or(|own| own.tray.is_reachable()) {
            return;
        }
    }
    window::show(&app, None);
}

fn unstartable(error: &tauri::Error) -> Problem {
    let chain = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let words: Vec<String> = chain.map(ToString::to_string).collect();
    let cause = "The desktop's window system did not let it.";
    let remedy = "Use presence-sync watch in a terminal, or start it from a desktop session.";
    Problem::new("desktop.start", "Presence Sync could not start.", cause, remedy).detail(words.join(": "))
}

impl App {
    /// The driver that runs, if one does.
    pub(crate) fn handle(&self) -> Option<Handle> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The newest picture, if a driver runs, as of this moment.
    pub(crate) fn snapshot(&self) -> Option<Snapshot> {
        self.handle().map(|handle| Snapshot { at: handle.now(), ..Snapshot::clone(&handle.snapshot()) })
    }

    /// Where a window opens that nobody asked a page of: whoever was installing goes on with that.
    pub(crate) fn first_page(&self) -> window::Page {
        let installing = self.snapshot().is_some_and(|snapshot| status::installing(&snapshot));
        if installing { window::Page::Setup } else { window::Page::default() }
    }

    /// What a rehearsal's notes say.
    pub(crate) async fn notes(&self) -> Vec<(&'static str, String)> {
        self.running.lock().await.as_ref().map(Running::notes).unwrap_or_default()
    }

    /// The profile of what runs, for its logs and settings.
    pub(crate) fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Whether a closed window is minimised instead, because nothing else would show the program; said once a run.
    pub(crate) fn keeps_window(&self) -> bool {
        if self.tray.is_reachable() {
            return false;
        }
        if !self.minimised.swap(true, Ordering::Relaxed) {
            self.notifications.show(&desk::alerts::minimised());
        }
        true
    }

    /// Whether the program goes on without its window.
    pub(crate) fn stays(&self) -> bool {
        self.snapshot().is_none_or(|snapshot| snapshot.desk.preferences.stay)
    }

    /// Nothing of what runs is kept any more.
    pub(crate) async fn erase(&self, app: &AppHandle) -> Result<(), Problem> {
        self.end(app, async |profile| {
            self.forget().await?;
            profile.erase()?;
            // The entry is that of the program without options.
            if self.is_plain() && crate::autostart::starts_at_login() == Some(true) {
                crate::autostart::set_start_at_login(false)?;
            }
            Ok(())
        })
        .await
    }

    /// Nothing of what runs is installed any more.
    pub(crate) async fn leave(&self, app: &AppHandle) -> Result<(), Problem> {
        self.end(app, async |profile| {
            self.forget().await?;
            profile.save_installation(&Installation::new())
        })
        .await
    }

    /// Ends what runs for good, and goes back to the first choice; where that fails, it runs on.
    async fn end(
        &self,
        app: &AppHandle,
        ending: impl AsyncFnOnce(&Profile) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let profile = self.running.lock().await.as_ref().map(|running| running.profile.clone());
        let profile = profile.unwrap_or_else(|| self.profile.clone());
        let mode = if self.options.sandbox { Some(Mode::Sandbox) } else { self.profile.settings().mode };
        let ended = async {
            ending(&profile).await?;
            self.choose(app, None).await
        };
        let result = ended.await;
        if result.is_err() && self.handle().is_none() {
            // The first problem is the one to tell.
            let _ = self.begin(app, mode).await;
        }
        result
    }

    /// Whether the program was started as it is by those who only choose its icon.
    fn is_plain(&self) -> bool {
        self.options.profile.is_none() && self.options.endpoints.is_none() && !self.options.sandbox
    }

    /// Chooses what to run, and keeps the choice.
    pub(crate) async fn choose(&self, app: &AppHandle, mode: Option<Mode>) -> Result<(), Problem> {
        self.stop().await;
        // Whoever only looks at the sandbox tenant decides nothing for the next start.
        if !self.options.sandbox {
            self.profile.save(&Settings { mode, ..self.profile.settings() })?;
        }
        self.begin(app, mode).await
    }

    /// Ends what runs, and waits until it is written.
    pub(crate) async fn stop(&self) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(running) = self.running.lock().await.take() {
            running.stop().await;
        }
    }

    /// Ends what runs, and removes its sign-in.
    pub(crate) async fn forget(&self) -> Result<(), Problem> {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let running = self.running.lock().await.take();
        match running {
            Some(running) => running.leave().await,
            None => Ok(()),
        }
    }

    async fn begin(&self, app: &AppHandle, mode: Option<Mode>) -> Result<(), Problem> {
        let vault = self.options.vault;
        // The entry for login names the program without options, so it is offered to whoever starts it so.
        let around =
            |starts: bool| Surroundings::new(Arc::clone(&self.notifications), self.is_plain() && starts);
        let running = match mode {
            Some(Mode::Sandbox) => {
                let profile = Profile::open(self.options.profile.as_deref(), true)?;
                Some(Running::sandbox(profile, vault, around(false)).await?)
            }
            Some(Mode::Rehearsal) => {
                let profile = Profile::open_rehearsal(self.options.profile.as_deref())?;
                Some(Running::rehearsal(profile, around(false)).await?)
            }
            Some(Mode::Organisation) => {
                let desktop = around(true).over(SystemBrowser);
                Some(Running::organisation(self.profile.clone(), self.endpoints.clone(), vault, desktop)?)
            }
            None => None,
        };
        let handle = running.as_ref().map(|running| running.handle.clone());
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = handle.clone();
        *self.running.lock().await = running;
        match handle {
            Some(handle) => {
                tauri::async_runtime::spawn(follow(app.clone(), handle));
            }
            None => self.tray.draw(menu::first_run()),
        }
        tell(app, 0);
        Ok(())
    }
}

/// Draws the tray and tells the page, for each picture until the driver ends.
async fn follow(app: AppHandle, handle: Handle) {
    let mut snapshots = handle.snapshots();
    // The handle would keep the driver alive.
    drop(handle);
    loop {
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        if let Some(own) = app.try_state::<App>() {
            // Another driver runs by now, or none: its pictures are what counts.
            if own.handle().is_none_or(|current| !current.snapshots().same_channel(&snapshots)) {
                return;
            }
            own.tray.draw(menu::menu(&snapshot));
            window::arrange(&app, &own, &snapshot.desk.preferences.look);
        }
        tell(&app, snapshot.revision);
        // A large organisation makes many pictures a second; nobody can look at more than a few.
        pause(if snapshot.people.len() > LARGE { CALM } else { LIVELY }).await;
        if snapshots.changed().await.is_err() {
            return;
        }
    }
}

/// A notification was clicked.
pub(crate) fn open(app: &AppHandle, opens: Opens) {
    let opening = match opens {
        Opens::Person(person) => {
            window::Opening { page: window::Page::Board, person: Some(person.to_string()) }
        }
        Opens::Board => window::Page::Board.into(),
        Opens::Health => window::Page::Health.into(),
    };
    window::show(app, Some(opening));
}

#[derive(Clone, serde::Serialize)]
struct Changed {
    revision: u64,
}

fn tell(app: &AppHandle, revision: u64) {
    if let Err(error) = app.emit("changed", Changed { revision }) {
        tracing::warn!(%error, "the window could not be told");
    }
}

/// A choice in the tray's menu.
pub(crate) fn choose(app: &AppHandle, choice: Choice) {
    match choice {
        Choice::OpenBoard => window::show(app, Some(window::Page::Board.into())),
        Choice::OpenHealth => window::show(app, Some(window::Page::Health.into())),
        Choice::OpenSetup => window::show(app, Some(window::Page::Setup.into())),
        Choice::OpenSettings => window::show(app, Some(window::Page::Settings.into())),
        Choice::OpenPerson(person) => open(app, Opens::Person(person)),
        Choice::CopyExtension(person) => {
            let own = app.try_state::<App>();
            let found = own.as_ref().and_then(|own| detail::detail(&own.snapshot()?, &person.to_string()));
            if let (Some(own), Some(found)) = (own, found)
                && let Err(problem) = own.copies.copy(&found.line.extension)
            {
                tracing::warn!(code = %problem.code, "nothing was copied");
            }
        }
        Choice::Quit => app.exit(0),
        other => {
            let handle = app.try_state::<App>().and_then(|own| own.handle());
            if let Some(handle) = handle
                && let Some(intent) = other.intent(handle.now())
            {
                handle.send(intent);
            }
        }
    }
}

//! A whole desktop that nobody sees, for one test: display, window manager, session bus, tray, keychain, notifications
//! and browser; where it is asked for, also the bus that screen readers listen on.
//!
//! Nothing is mocked but the person in front of it. Everything that is started here ends with the [`Desktop`], also
//! when a test panics.

mod accessibility;
mod axe;
mod browser;
mod bus;
mod display;
mod keychain;
mod notifications;
mod processes;
mod program;
mod tray;
mod webdriver;
mod window;
mod wizard;

use std::fmt::Debug;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use presence::clock::pause;
use sandbox::Sandbox;
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

use crate::PATIENCE;

pub use accessibility::{Accessibility, Node, rows};
pub use browser::Browser;
pub use display::{Display, Key};
pub use keychain::Keychain;
pub use notifications::{Notifications, Shown};
pub use processes::Process;
pub use program::Program;
pub use tray::{Entry, Tray};
pub use window::{Row, View, Window};
pub use wizard::{Line, Wizard};

/// Two desktops at once would share the two cores of a small machine, and their time limits with it.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Waits until a look gives what is waited for, and tells what was seen last when it never does.
///
/// # Panics
/// When it does not come.
pub async fn until<T, Seen: Debug>(what: &str, mut look: impl AsyncFnMut() -> Result<T, Seen>) -> T {
    let mut seen = None;
    let waiting = async {
        loop {
            match look().await {
                Ok(found) => return found,
                Err(other) => seen = Some(other),
            }
            pause(Duration::from_millis(50)).await;
        }
    };
    match tokio::time::timeout(PATIENCE, waiting).await {
        Ok(found) => found,
        Err(_) => panic!("{what}: it never came; last seen: {seen:#?}"),
    }
}

/// A desktop and the person who uses it.
pub struct Desktop {
    /// The keychain; it can be missing.
    pub keychain: Keychain,
    /// The tray host; it can be missing.
    pub tray: Option<Tray>,
    /// The notification daemon; it can be missing.
    pub notifications: Option<Notifications>,
    /// What a screen reader is told, where one listens.
    pub accessibility: Option<Accessibility>,
    /// The system's browser.
    pub browser: Browser,
    /// Screen and keyboard.
    pub display: Display,
    bus: bus::Bus,
    // The folder goes after everything that writes into it, and the turn after that.
    folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Desktop {
    /// A desktop with everything that people have: a tray, notifications, and a keychain that is open.
    pub async fn start() -> Self {
        let mut desktop = Self::bare().await;
        desktop.add_tray().await;
        desktop.add_notifications().await;
        desktop.keychain.start(&desktop.environment(), &desktop.bus).await;
        desktop
    }

    /// The same, with a screen reader that listens.
    pub async fn start_with_accessibility() -> Self {
        let mut desktop = Self::start().await;
        desktop.accessibility = Some(Accessibility::start(&desktop.environment(), &desktop.bus).await);
        desktop
    }

    /// A desktop without tray, notifications and keychain.
    pub async fn bare() -> Self {
        let turn = ONE_AT_A_TIME.lock().await;
        let folder = tempfile::Builder::new().prefix("presence-desktop-").tempdir().unwrap();
        for name in ["home", "home/data", "home/config", "home/config/gtk-3.0", "home/cache", "run"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::set_permissions(folder.path().join("run"), fs::Permissions::from_mode(0o700)).unwrap();
        let bus = bus::Bus::start(folder.path());
        let display = Display::start(folder.path());
        let browser = Browser::new(folder.path());
        let keychain = Keychain::default();
        let (tray, notifications, accessibility) = (None, None, None);
        Self { keychain, tray, notifications, accessibility, browser, display, bus, folder, _turn: turn }
    }

    /// The desktop's tray.
    ///
    /// # Panics
    /// When it has none.
    pub fn tray(&self) -> &Tray {
        self.tray.as_ref().expect("this desktop has a tray")
    }

    /// The desktop's notifications.
    ///
    /// # Panics
    /// When it has none.
    pub fn notifications(&self) -> &Notifications {
        self.notifications.as_ref().expect("this desktop has a notification daemon")
    }

    /// What a screen reader is told.
    ///
    /// # Panics
    /// When none listens.
    pub fn accessibility(&self) -> &Accessibility {
        self.accessibility.as_ref().expect("a screen reader listens on this desktop")
    }

    /// Gives the desktop a tray.
    pub async fn add_tray(&mut self) {
        self.tray = Some(Tray::start(&self.bus).await);
    }

    /// Gives the desktop a notification daemon.
    pub async fn add_notifications(&mut self) {
        let environment = self.environment();
        self.notifications = Some(Notifications::start(self.folder.path(), environment, &self.bus).await);
    }

    /// Makes GTK prefer its dark theme, for programs started from now on.
    pub fn darken(&self) {
        let settings = "[Settings]\ngtk-application-prefer-dark-theme=true\n";
        fs::write(self.folder.path().join("home/config/gtk-3.0/settings.ini"), settings).unwrap();
    }

    /// Writes the endpoints file that leads to a sandbox tenant, and tells where it is.
    pub fn endpoints(&self, sandbox: &Sandbox) -> String {
        let file = self.folder.path().join("endpoints.toml");
        fs::write(&file, sandbox.endpoints()).unwrap();
        file.display().to_string()
    }

    /// Starts the application with its window, and waits for the page.
    pub async fn open(&self, arguments: &[&str]) -> Window {
        let driver = self.driver();
        Window::open(driver, &self.display, arguments).await
    }

    /// Starts the application without a hand on its page.
    pub fn run(&self, arguments: &[&str]) -> Program {
        let mut command = self.command(&program::binary());
        command.args(arguments);
        Program::start(&mut command)
    }

    /// Starts the driver of windows.
    fn driver(&self) -> webdriver::Driver {
        let mut command = self.command(Path::new("WebKitWebDriver"));
        // The application lends its page to a driver only when it is told to.
        command.env("TAURI_WEBVIEW_AUTOMATION", "true");
        webdriver::Driver::start(&mut command)
    }

    /// Every file of this desktop that contains any part of a secret: of each of its lines all parts as long as this, one
    /// after another, or the whole line when it is shorter.
    pub fn files_with(&self, secret: &str) -> Vec<PathBuf> {
        /// No other text of ours has that many letters in common with a token.
        const PART: usize = 48;
        /// What is shorter may well stand in other text.
        const SHORTEST: usize = 20;
        let lines = secret.lines().filter(|line| line.len() >= SHORTEST && !line.starts_with("-----"));
        let parts = lines.flat_map(|line| {
            let size = line.len().min(PART);
            line.as_bytes().chunks_exact(size).map(|part| std::str::from_utf8(part).unwrap())
        });
        let parts: Vec<&str> = parts.collect();
        assert!(!parts.is_empty(), "too short to be told from other text");
        self.search(&["--fixed-strings", "--regexp", &parts.join("\n")])
    }

    /// Every file of this desktop that contains anything like a token, of whatever account: sealed or signed JSON, which
    /// begins alike in all of them.
    pub fn files_with_tokens(&self) -> Vec<PathBuf> {
        self.search(&["--extended-regexp", "--regexp", "eyJ[A-Za-z0-9_-]{40}"])
    }

    fn search(&self, words: &[&str]) -> Vec<PathBuf> {
        let mut grep = Command::new("grep");
        grep.args(["--recursive", "--files-with-matches", "--text", "--devices=skip"]);
        // A file that is gone by the time it is read keeps no secret.
        grep.arg("--no-messages").args(words).arg(self.folder.path());
        let found = grep.env("LC_ALL", "C").output().unwrap();
        String::from_utf8(found.stdout).unwrap().lines().map(PathBuf::from).collect()
    }

    /// Writes a file into the user's home, to see that a search finds it.
    pub fn plant(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join("home").join(name);
        fs::write(&file, text).unwrap();
        file
    }

    /// What a program sees around it.
    fn environment(&self) -> Environment {
        let folder = self.folder.path();
        let path = |name: &str| folder.join(name).display().to_string();
        let mut variables = vec![
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("LANG", "C.UTF-8".into()),
            ("HOME", path("home")),
            ("XDG_DATA_HOME", path("home/data")),
            ("XDG_CONFIG_HOME", path("home/config")),
            ("XDG_CACHE_HOME", path("home/cache")),
            ("XDG_RUNTIME_DIR", path("run")),
            ("DISPLAY", self.display.name().to_owned()),
            ("DBUS_SESSION_BUS_ADDRESS", self.bus.address().to_owned()),
            ("BROWSER", self.browser.program().display().to_string()),
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "1".into()),
            // There is no settings daemon here.
            ("GSETTINGS_BACKEND", "memory".into()),
            ("RUST_BACKTRACE", "1".into()),
        ];
        if self.accessibility.is_none() {
            // Nor is there a bus for assistive technology.
            variables.push(("NO_AT_BRIDGE", "1".into()));
        }
        Environment(variables)
    }

    /// A program in this desktop; what it prints goes to a file that is searched for secrets like all others.
    fn command(&self, program: &Path) -> Command {
        let output =
            File::options().create(true).append(true).open(self.folder.path().join("printed.log")).unwrap();
        let mut command = processes::tied(program);
        self.environment().give(&mut command);
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
        command
    }
}

/// Names and values, and nothing of the environment the tests run in.
pub(crate) struct Environment(Vec<(&'static str, String)>);

impl Environment {
    pub(crate) fn give(&self, command: &mut Command) {
        command.env_clear().envs(self.0.iter().map(|(name, value)| (name, value)));
    }
}

//! A display without a screen, with a window manager and a keyboard.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, Once, PoisonError};

use super::processes::{Group, tied};
use super::program;

/// The title of the application's one window.
const TITLE: &str = "^Presence Sync$";

/// What the window manager does by itself: close the window in front, as on any desktop.
const BINDINGS: &str = r#"<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>yes</focusNew></focus>
  <keyboard><keybind key="A-F4"><action name="Close"/></keybind></keyboard>
</openbox_config>
"#;

/// The display that a failure is seen on.
static SEEN: Mutex<String> = Mutex::new(String::new());

/// Takes a picture when a test panics, before anything is taken down.
fn take_pictures_of_failures(display: &str) {
    display.clone_into(&mut SEEN.lock().unwrap_or_else(PoisonError::into_inner));
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            told(panic);
            let thread = std::thread::current();
            let file = format!("failed-{}.png", thread.name().unwrap_or("desktop").replace("::", "-"));
            let file = program::target().join(file);
            let display = SEEN.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let mut import = Command::new("import");
            let taken = import.args(["-window", "root"]).arg(&file).env("DISPLAY", display).status();
            eprintln!("the display at that moment: {} ({taken:?})", file.display());
        }));
    });
}

/// A key or a combination, as xdotool names it.
#[derive(Clone, Copy, Debug)]
pub struct Key(pub &'static str);

/// The display.
pub struct Display {
    name: String,
    _manager: Group,
    _server: Group,
}

impl Display {
    pub(crate) fn start(folder: &Path) -> Self {
        let mut command = tied("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
        // The server chooses a free number and tells it when it is ready.
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Group::start(&mut command);
        let mut number = String::new();
        BufReader::new(server.output()).read_line(&mut number).unwrap();
        let name = format!(":{}", number.trim());
        assert!(name.len() > 1, "Xvfb did not start");

        let file = folder.join("openbox.xml");
        fs::write(&file, BINDINGS).unwrap();
        let mut command = tied("openbox");
        command.args(["--sm-disable", "--config-file"]).arg(&file);
        command.env("DISPLAY", &name).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        take_pictures_of_failures(&name);
        Self { name, _manager: Group::start(&mut command), _server: server }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the window can be seen: it is there, and not minimised.
    pub fn shows_window(&self) -> bool {
        self.tool("xdotool", &["search", "--onlyvisible", "--name", TITLE]).status.success()
    }

    /// Whether there is a window at all, minimised or not.
    pub fn has_window(&self) -> bool {
        self.tool("xdotool", &["search", "--name", TITLE]).status.success()
    }

    /// Presses a key in the window.
    pub fn press(&self, key: Key) {
        self.on_window(&["key", "--clearmodifiers", key.0]);
    }

    /// Types into the window.
    pub fn write(&self, text: &str) {
        self.on_window(&["type", "--clearmodifiers", "--delay", "5", text]);
    }

    /// Closes the window the way a person does.
    pub fn close_window(&self) {
        self.press(Key("alt+F4"));
    }

    /// Makes the window this large.
    pub fn resize_window(&self, width: u32, height: u32) {
        self.on_window(&["getactivewindow", "windowsize", &width.to_string(), &height.to_string()]);
    }

    /// Puts the pointer where nothing is under it.
    pub fn put_pointer_away(&self) {
        let done = self.tool("xdotool", &["mousemove", "0", "0"]);
        assert!(done.status.success(), "{done:?}");
    }

    /// Takes a picture of the window.
    pub fn picture_of_window(&self, file: &Path) {
        let found = self.tool("xdotool", &["search", "--onlyvisible", "--name", TITLE]);
        let window = String::from_utf8(found.stdout).unwrap();
        let window = window.lines().next().expect("the window is shown");
        let taken = self.tool("import", &["-window", window, &file.display().to_string()]);
        assert!(taken.status.success(), "{taken:?}");
    }

    /// Brings the window to the front, then presses keys there. Two steps, because xdotool would otherwise send the
    /// keys to the window by itself, and programs do not take such keys for real.
    fn on_window(&self, words: &[&str]) {
        let front = ["search", "--onlyvisible", "--name", TITLE, "windowactivate", "--sync"];
        for words in [&front[..], words] {
            let done = self.tool("xdotool", words);
            assert!(done.status.success(), "{words:?}: {done:?}");
        }
    }

    fn tool(&self, program: &str, words: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.args(words).env("DISPLAY", &self.name).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        command.output().unwrap_or_else(|error| panic!("{program}: {error}"))
    }
}

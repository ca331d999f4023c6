//! The real command line as a child process.

use std::path::{Path, PathBuf};
use std::process::{Command as Plain, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::PATIENCE;

/// The `presence-sync` beside this test, built first: a test of yesterday's program proves nothing.
#[must_use]
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let folder = test.parent().and_then(Path::parent).expect("a test is in <profile>/deps");
        let mut build = Plain::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        build.args(["build", "--quiet", "--package", "presence-sync"]);
        build.current_dir(env!("CARGO_MANIFEST_DIR"));
        if let Some(target) = folder.parent() {
            build.arg("--target-dir").arg(target);
        }
        if folder.file_name().is_some_and(|profile| profile == "release") {
            build.arg("--release");
        }
        assert!(build.status().is_ok_and(|status| status.success()), "presence-sync could not be built");
        folder.join(format!("presence-sync{}", std::env::consts::EXE_SUFFIX))
    })
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// All of its output.
    pub out: String,
    /// All of its messages.
    pub err: String,
}

impl Said {
    /// The output as lines of JSON.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        self.out.lines().map(json).collect()
    }
}

/// A command with these words; no setting of whoever runs the tests reaches it.
#[must_use]
pub fn command(words: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(words).kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "PRESENCE_SYNC_LOG", "NO_COLOR"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end.
///
/// # Panics
/// When it does not end in time.
pub async fn say(command: &mut Command) -> Said {
    let output = timeout(PATIENCE, command.output()).await;
    let output = output.unwrap_or_else(|_| panic!("{command:?} did not end in {PATIENCE:?}")).unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Reads a line of JSON.
#[must_use]
pub fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// A command that runs until it is ended; dropped, it is killed.
pub struct Running {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// Starts it.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, out }
    }

    /// The next line of output.
    ///
    /// # Panics
    /// When none comes in time.
    pub async fn line(&mut self) -> String {
        let line = timeout(PATIENCE, self.out.next_line()).await;
        match line.unwrap_or_else(|_| panic!("no line came in {PATIENCE:?}")).unwrap() {
            Some(line) => line,
            None => panic!("the command ended: {}", self.messages().await),
        }
    }

    /// The next line of output that fits, as JSON.
    pub async fn json(&mut self, mut fits: impl FnMut(&Value) -> bool) -> Value {
        loop {
            let line = json(&self.line().await);
            if fits(&line) {
                return line;
            }
        }
    }

    /// Everything it says on its error output until it ends.
    pub async fn messages(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut err) = self.child.stderr.take() {
            let _ = timeout(PATIENCE, err.read_to_string(&mut text)).await;
        }
        text
    }

    /// The next line on its error output.
    pub async fn message(&mut self) -> String {
        let mut line = Vec::new();
        let err = self.child.stderr.as_mut().expect("nobody has taken the messages");
        loop {
            let byte = timeout(PATIENCE, err.read_u8()).await;
            match byte.unwrap_or_else(|_| panic!("no message came in {PATIENCE:?}")) {
                Ok(b'\n') | Err(_) => return String::from_utf8(line).unwrap(),
                Ok(byte) => line.push(byte),
            }
        }
    }

    /// Sends a signal by name, such as `INT`.
    ///
    /// # Panics
    /// When it can not be sent.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Plain::new("kill").args([&format!("-{name}"), &id]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the signal could not be sent");
    }

    /// Waits for its end; what it still prints is read and dropped, so that it never waits for us.
    ///
    /// # Panics
    /// When it does not end in time.
    pub async fn ended(&mut self) -> ExitStatus {
        let rest = async { while matches!(self.out.next_line().await, Ok(Some(_))) {} };
        let both = async { tokio::join!(self.child.wait(), rest) };
        let (status, ()) =
            timeout(PATIENCE, both).await.unwrap_or_else(|_| panic!("it did not end in {PATIENCE:?}"));
        status.unwrap()
    }

    /// Kills it in the middle of whatever it does.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Lets a moment of the given length pass: for what is to happen at any moment whatsoever.
pub async fn later(span: Duration) {
    presence::clock::pause(span).await;
}

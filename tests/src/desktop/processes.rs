//! Programs with everything they start: a process group that ends as one.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// A program and its descendants; all are killed when it is dropped.
pub(crate) struct Group {
    child: Child,
}

/// A process as `/proc` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: i32,
    /// The file name of its program.
    pub name: String,
}

/// A program that does not outlive the test that starts it, even when that is killed. On Ctrl-C, too, the display and
/// the bus end in this way, and with them whatever needs them.
pub(crate) fn tied(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

impl Group {
    pub(crate) fn start(command: &mut Command) -> Self {
        let child = command.process_group(0).spawn();
        Self { child: child.unwrap_or_else(|error| panic!("{command:?}: {error}")) }
    }

    /// What the program prints, when it was started with a pipe.
    pub(crate) fn output(&mut self) -> ChildStdout {
        self.child.stdout.take().expect("the output is a pipe")
    }

    /// What the program reads, when it was started with a pipe; it is closed when it is dropped.
    pub(crate) fn input(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("the input is a pipe")
    }

    /// How the program ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// All processes of the group that run.
    pub(crate) fn members(&self) -> Vec<Process> {
        let group = i32::try_from(self.child.id()).unwrap();
        let numbers = fs::read_dir("/proc").unwrap().flatten();
        numbers
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|id| is_in(*id, group).unwrap_or(false))
            .filter_map(|id| Some(Process { id, name: program(id)?.file_name()?.to_str()?.to_owned() }))
            .collect()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Kills one process, as `kill -9` does.
pub(crate) fn kill(process: &Process) {
    kill_process(Pid::from_raw(process.id).unwrap(), Signal::KILL).unwrap();
}

fn program(id: i32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{id}/exe")).ok()
}

/// Whether a process lives and belongs to a group; nothing when it is gone.
fn is_in(id: i32, group: i32) -> Option<bool> {
    let line = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in brackets may contain anything.
    let (_, fields) = line.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    let state = fields.next()?;
    let of: i32 = fields.nth(1)?.parse().ok()?;
    Some(of == group && state != "Z")
}

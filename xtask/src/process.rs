//! Other programs: found, shown as they are started, and waited for.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use crate::console;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// A program about to be started in the checkout, with the private tools on its search path.
pub(crate) struct Process {
    command: Command,
}

impl Process {
    /// Any program.
    pub(crate) fn new(workspace: &Workspace, program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(workspace.root()).env("PATH", workspace.path());
        Self { command }
    }

    /// The cargo that started this program.
    pub(crate) fn cargo(workspace: &Workspace) -> Self {
        let process = Self::new(workspace, std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // The TLS library carries ready-made objects for those who have no assembler; nobody should need to know that.
        if cfg!(windows) && find("nasm").is_none() {
            process.environment("AWS_LC_SYS_PREBUILT_NASM", "1")
        } else {
            process
        }
    }

    pub(crate) fn arguments<I, A>(mut self, arguments: I) -> Self
    where
        I: IntoIterator<Item = A>,
        A: AsRef<OsStr>,
    {
        self.command.args(arguments);
        self
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn environment(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Starts the program, lets it use the terminal, and waits for its success.
    pub(crate) fn run(mut self) -> Result<(), Failure> {
        let shown = self.shown();
        console::line(format!("$ {shown}"));
        let status = self.command.status().map_err(|error| not_started(&shown, &error))?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(
            format!("`{shown}` failed"),
            ended_with(status),
            "its own messages are above; put that right and start again",
        ))
    }

    /// Becomes the program where the system allows it, so that Ctrl-C and the terminal are its own; elsewhere waits for it
    /// and passes its exit code on.
    pub(crate) fn become_it(mut self) -> Result<ExitCode, Failure> {
        let shown = self.shown();
        console::line(format!("$ {shown}"));
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            Err(not_started(&shown, &self.command.exec()))
        }
        #[cfg(not(unix))]
        {
            let status = self.command.status().map_err(|error| not_started(&shown, &error))?;
            Ok(status
                .code()
                .and_then(|code| u8::try_from(code).ok())
                .map_or(ExitCode::FAILURE, ExitCode::from))
        }
    }

    /// What the program prints, if it runs and succeeds. Nothing is shown.
    pub(crate) fn output(mut self) -> Option<String> {
        let output = self.command.stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn shown(&self) -> String {
        let program = Path::new(self.command.get_program());
        let name = program.file_stem().map_or_else(|| program.as_os_str().to_owned(), OsStr::to_owned);
        let words: Vec<OsString> =
            std::iter::once(name).chain(self.command.get_args().map(OsStr::to_owned)).collect();
        words.iter().map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
    }
}

fn not_started(shown: &str, error: &std::io::Error) -> Failure {
    Failure::new(
        format!("`{shown}` did not start"),
        error.to_string(),
        "`cargo xtask setup` installs what is missing",
    )
}

fn ended_with(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("it ended with exit code {code}"),
        None => "it was ended by a signal".into(),
    }
}

/// A word as it would be typed.
fn quoted(word: &str) -> String {
    if word.is_empty()
        || word.contains(|letter: char| letter.is_whitespace() || "'\"$*;&|<>()".contains(letter))
    {
        format!("'{}'", word.replace('\'', r"'\''"))
    } else {
        word.to_owned()
    }
}

/// Finds a program on the search path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    find_in(&std::env::var_os("PATH").unwrap_or_default(), name)
}

/// Finds a program on this search path.
pub(crate) fn find_in(path: &OsStr, name: &str) -> Option<PathBuf> {
    let suffixes: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    std::env::split_paths(path)
        .flat_map(|folder| suffixes.iter().map(move |suffix| folder.join(format!("{name}{suffix}"))))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown_as_they_would_be_typed() {
        assert_eq!(quoted("--locked"), "--locked");
        assert_eq!(quoted("two words"), "'two words'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn a_program_is_found_where_it_is_and_not_elsewhere() {
        let cargo = std::env::var_os("CARGO").map(PathBuf::from).unwrap_or_default();
        let folder = cargo.parent().map(|folder| folder.as_os_str().to_owned()).unwrap_or_default();
        assert_eq!(find_in(&folder, "cargo").map(|_| ()), Some(()));
        assert_eq!(find_in(&folder, "no-such-program"), None);
    }
}

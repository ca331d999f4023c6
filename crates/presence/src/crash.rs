//! When the program itself fails: a file that says where, and nothing about anybody.

use std::fs;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::clock::Clock;
use crate::log::redact;

/// So many files are kept.
const MOST: usize = 20;

/// No file is larger.
const LARGEST: usize = 64 << 10;

/// From now on every panic leaves a file in a folder, besides what is printed.
pub fn install(folder: PathBuf) {
    let printed = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // On a terminal of a developer everything is printed; elsewhere the system's journal reads along.
        if cfg!(debug_assertions) {
            printed(panic);
        }
        let backtrace = std::backtrace::Backtrace::force_capture().to_string();
        let text = report(panic, &backtrace);
        tracing::error!(at = %place(panic), "the program failed");
        // Where nothing can be written there is nobody left to tell.
        let _ = keep(&folder, Clock::start().now().wall, &text);
    }));
}

fn place(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map_or_else(|| "unknown".into(), ToString::to_string)
}

fn report(panic: &PanicHookInfo<'_>, backtrace: &str) -> String {
    // Words that were in the program from the start are nobody's; words that were put together may name somebody.
    let words = panic.payload().downcast_ref::<&'static str>().copied();
    let thread = std::thread::current();
    let lines = [
        format!(
            "presence-sync {} {} {}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        ),
        format!("thread {}", thread.name().unwrap_or("unnamed")),
        format!("at {}", place(panic)),
        format!("words {}", words.unwrap_or("left out")),
        String::new(),
        backtrace.to_owned(),
    ];
    homeless(&redact(&lines.join("\n")), std::env::home_dir().as_deref())
}

/// Paths without the name of whoever's folder they are in.
fn homeless(text: &str, home: Option<&Path>) -> String {
    let home = home.map(|home| home.display().to_string()).filter(|home| home.len() > 1);
    let text = match home {
        Some(home) => text.replace(&home, "~"),
        None => text.to_owned(),
    };
    text.chars().take(LARGEST).collect()
}

fn keep(folder: &Path, at: Timestamp, text: &str) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let name = at.strftime("crash-%Y%m%d-%H%M%S");
    let free = (1..100).map(|number| folder.join(format!("{name}-{number}.txt"))).find(|path| !path.exists());
    if let Some(path) = free {
        fs::write(path, text)?;
    }
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    // Their names begin with the time.
    files.sort();
    for old in files.iter().rev().skip(MOST) {
        fs::remove_file(old)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_says_where_and_nothing_about_anybody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crashes");
        install(path.clone());
        let name = String::from("Anna Keller");
        let failed = std::thread::spawn(move || panic!("nobody called {name}")).join();
        assert!(failed.is_err());
        let _ = std::thread::spawn(|| panic!("these words are the program's own")).join();
        let _ = std::panic::take_hook();
        let mut texts: Vec<String> = fs::read_dir(&path)
            .unwrap()
            .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        texts.retain(|text| text.contains("crash.rs"));
        assert!(texts.len() >= 2, "{texts:?}");
        assert!(texts.iter().all(|text| !text.contains("Anna")));
        assert!(texts.iter().any(|text| text.contains("these words are the program's own")));
    }

    #[test]
    fn only_the_newest_files_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        for second in 0..30 {
            let at = Timestamp::from_second(1_800_000_000 + second / 2).unwrap();
            keep(folder.path(), at, &format!("crash {second}")).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), MOST);
        assert_eq!(homeless("at /home/ann/code", Some(Path::new("/home/ann"))), "at ~/code");
    }
}

//! An entry in the folder for autostart that all desktops look into.

use std::env;
use std::fs;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

use directories::BaseDirs;

use super::HIDDEN;

const NAME: &str = "presence-sync.desktop";

/// What Linux adds to the path of a running executable that a package manager has replaced.
const REPLACED: &str = " (deleted)";

pub(super) fn is_set() -> Option<bool> {
    folder().map(|folder| is_set_in(&folder))
}

pub(super) fn set() -> Result<()> {
    set_in(&folder().ok_or(ErrorKind::NotFound)?, &program()?)
}

pub(super) fn remove() -> Result<()> {
    folder().map_or(Ok(()), |folder| remove_from(&folder))
}

fn folder() -> Option<PathBuf> {
    BaseDirs::new().map(|folders| folders.config_dir().join("autostart"))
}

/// What is to be started. An `AppImage` runs from a folder that is gone after it: then the image itself.
fn program() -> Result<PathBuf> {
    let own = env::current_exe()?;
    let own = match own.to_str().and_then(|path| path.strip_suffix(REPLACED)) {
        Some(path) if !own.exists() => PathBuf::from(path),
        _ => own,
    };
    let variable = |name| env::var_os(name).map(PathBuf::from);
    Ok(started(own, variable("APPIMAGE"), variable("APPDIR").as_deref()))
}

/// Programs pass their variables on: an image counts only when this executable lies in it.
fn started(own: PathBuf, image: Option<PathBuf>, mounted: Option<&Path>) -> PathBuf {
    let within = mounted.is_some_and(|mounted| own.starts_with(mounted));
    image.filter(|image| within && image.is_absolute()).unwrap_or(own)
}

fn is_set_in(folder: &Path) -> bool {
    let Ok(entry) = fs::read_to_string(folder.join(NAME)) else { return false };
    let value = |key| value(&entry, key);
    let switched_off = value("Hidden") == Some("true") || value("X-GNOME-Autostart-enabled") == Some("false");
    let there = value("TryExec").is_none_or(|program| Path::new(&unescaped(program)).is_file());
    !switched_off && there
}

fn set_in(folder: &Path, program: &Path) -> Result<()> {
    let entry = entry(program)?;
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!(".{NAME}.new"));
    fs::write(&unfinished, entry)?;
    fs::rename(&unfinished, folder.join(NAME))
}

fn remove_from(folder: &Path) -> Result<()> {
    match fs::remove_file(folder.join(NAME)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn entry(program: &Path) -> Result<String> {
    let usable = |path: &&str| !path.contains(char::is_control) && !path.contains('=');
    let path = program.to_str().filter(usable).ok_or_else(|| {
        Error::new(ErrorKind::InvalidInput, "the path of the program can not be written into an entry")
    })?;
    // Desktops pass over an entry whose TryExec is gone.
    Ok(format!(
        "[Desktop Entry]\n\
         Type=Application\n\
         Name=Presence Sync\n\
         Comment=See whose Microsoft Teams presence is what\n\
         Exec={} {HIDDEN}\n\
         TryExec={}\n\
         Icon=presence-sync-desktop\n\
         Terminal=false\n\
         StartupNotify=false\n",
        escaped(&quoted(path)),
        escaped(path),
    ))
}

/// As one word of a command line, in which a percent sign would stand for a file.
fn quoted(path: &str) -> String {
    let mut word = String::from('"');
    for letter in path.chars() {
        match letter {
            '"' | '`' | '$' | '\\' => word.push('\\'),
            '%' => word.push('%'),
            _ => {}
        }
        word.push(letter);
    }
    word.push('"');
    word
}

/// As the value of a key, whatever the key is.
fn escaped(value: &str) -> String {
    value.replace('\\', r"\\")
}

fn unescaped(value: &str) -> String {
    value.replace(r"\\", "\\")
}

/// A key's value in the entry proper; other groups may follow it.
fn value<'a>(entry: &'a str, key: &str) -> Option<&'a str> {
    let lines = entry.lines().skip_while(|line| line.trim() != "[Desktop Entry]").skip(1);
    lines.take_while(|line| !line.starts_with('[')).find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then_some(value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is not there yet, and a program beside it.
    fn place() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let place = tempfile::tempdir().unwrap();
        let (folder, program) = (place.path().join("autostart"), place.path().join("presence-sync-desktop"));
        fs::write(&program, "").unwrap();
        (place, folder, program)
    }

    #[test]
    fn an_entry_is_made_once_and_removed() {
        let (_place, folder, program) = place();
        assert!(!is_set_in(&folder));
        set_in(&folder, &program).unwrap();
        set_in(&folder, &program).unwrap();
        assert!(is_set_in(&folder));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        let entry = fs::read_to_string(folder.join(NAME)).unwrap();
        assert_eq!(value(&entry, "Exec"), Some(format!("\"{}\" --hidden", program.display()).as_str()));
        remove_from(&folder).unwrap();
        remove_from(&folder).unwrap();
        assert!(!is_set_in(&folder));
    }

    #[test]
    fn an_entry_for_a_program_that_is_gone_starts_nothing() {
        let (_place, folder, program) = place();
        set_in(&folder, &program).unwrap();
        fs::remove_file(&program).unwrap();
        assert!(!is_set_in(&folder));
    }

    #[test]
    fn an_entry_that_the_desktop_switched_off_starts_nothing_until_it_is_made_anew() {
        let (_place, folder, program) = place();
        for off in ["Hidden=true", "X-GNOME-Autostart-enabled=false"] {
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(NAME), entry(&program).unwrap() + off).unwrap();
            assert!(!is_set_in(&folder), "{off}");
            set_in(&folder, &program).unwrap();
            assert!(is_set_in(&folder));
        }
        let elsewhere = entry(&program).unwrap() + "\n[Desktop Action quit]\nHidden=true\n";
        fs::write(folder.join(NAME), elsewhere).unwrap();
        assert!(is_set_in(&folder));
    }

    #[test]
    fn a_path_stays_one_word_of_the_command() {
        let (place, folder, _) = place();
        let program = place.path().join(r#"100% "my" $apps \ more"#);
        fs::write(&program, "").unwrap();
        set_in(&folder, &program).unwrap();
        assert!(is_set_in(&folder));
        let entry = entry(&Path::new("/opt").join(program.file_name().unwrap())).unwrap();
        assert_eq!(value(&entry, "Exec"), Some(r#""/opt/100%% \\"my\\" \\$apps \\\\ more" --hidden"#));
        assert!(super::entry(Path::new("/opt/two\nlines")).is_err());
    }

    #[test]
    fn an_image_is_started_only_by_what_runs_from_it() {
        let image = || Some(PathBuf::from("/home/ana/Presence Sync.AppImage"));
        let mounted = Path::new("/tmp/.mount_x");
        let inside = || mounted.join("usr/bin/presence-sync-desktop");
        assert_eq!(Some(started(inside(), image(), Some(mounted))), image());
        let installed = || PathBuf::from("/usr/bin/presence-sync-desktop");
        assert_eq!(started(installed(), image(), Some(mounted)), installed());
        assert_eq!(started(installed(), image(), None), installed());
        assert_eq!(started(inside(), Some("relative".into()), Some(mounted)), inside());
    }
}

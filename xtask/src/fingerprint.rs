//! Whether a folder's files are still those that were built: a digest of their names and contents, kept in a stamp file.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// A digest of files. It tells changed from unchanged; it protects against nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(String);

impl Fingerprint {
    /// The digest of these files; one that is missing counts as missing.
    pub(crate) fn of_files(files: &[PathBuf]) -> Self {
        let mut hasher = DefaultHasher::new();
        for file in files {
            file.hash(&mut hasher);
            fs::read(file).ok().hash(&mut hasher);
        }
        Self(format!("{:016x}", hasher.finish()))
    }

    /// The digest of everything in a folder but what is hidden and what is named in `without`.
    pub(crate) fn of_folder(folder: &Path, without: &[&str]) -> io::Result<Self> {
        let mut files = Vec::new();
        collect(folder, without, &mut files)?;
        files.sort();
        Ok(Self::of_files(&files))
    }

    /// Says whether the stamp file holds this digest.
    pub(crate) fn is_stamped(&self, stamp: &Path) -> bool {
        fs::read_to_string(stamp).is_ok_and(|text| text == self.0)
    }

    /// Writes this digest into the stamp file. A stamp that can not be written only costs the next run some time.
    pub(crate) fn stamp(&self, stamp: &Path) {
        if let Some(folder) = stamp.parent() {
            let _ = fs::create_dir_all(folder);
        }
        let _ = fs::write(stamp, &self.0);
    }
}

fn collect(folder: &Path, without: &[&str], files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || without.contains(&name.as_ref()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), without, files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_with_any_source_and_with_nothing_else() -> io::Result<()> {
        let folder = std::env::temp_dir().join(format!("xtask-fingerprint-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("src"))?;
        fs::create_dir_all(folder.join("dist"))?;
        fs::write(folder.join("src/a.ts"), "one")?;
        let digest = || Fingerprint::of_folder(&folder, &["dist"]);

        let first = digest()?;
        fs::write(folder.join("dist/a.js"), "built")?;
        fs::write(folder.join(".cache"), "hidden")?;
        assert_eq!(digest()?, first);

        let stamp = folder.join("dist/stamp");
        assert!(!first.is_stamped(&stamp));
        first.stamp(&stamp);
        assert!(first.is_stamped(&stamp));

        fs::write(folder.join("src/a.ts"), "two")?;
        assert_ne!(digest()?, first);
        assert!(!digest()?.is_stamped(&stamp));
        fs::remove_dir_all(&folder)
    }
}

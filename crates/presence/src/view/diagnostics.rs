//! What is exported for support, as the window shows it before anything is saved.

use serde::Serialize;

use crate::diagnostics::Archive;

/// The files of an archive, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Diagnostics {
    /// What the archive would be called.
    pub name: String,
    /// Each file.
    pub files: Vec<DiagnosticsFile>,
    /// Bytes of all of them before they are packed.
    pub size: usize,
    /// How many names, addresses, numbers and secrets were left out.
    pub hidden: usize,
}

/// A file of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct DiagnosticsFile {
    /// Its name in the archive.
    pub name: String,
    /// What is in it.
    pub about: String,
    /// Bytes.
    pub size: usize,
}

/// The files of an archive.
#[must_use]
pub fn diagnostics(archive: &Archive) -> Diagnostics {
    let files = archive.files.iter().map(|file| DiagnosticsFile {
        name: file.name.clone(),
        about: file.about.into(),
        size: file.text.len(),
    });
    Diagnostics {
        name: archive.name.clone(),
        files: files.collect(),
        size: archive.files.iter().map(|file| file.text.len()).sum(),
        hidden: archive.hidden,
    }
}

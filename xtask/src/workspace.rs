//! Where things are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The checkout and its build folder.
pub(crate) struct Workspace {
    root: PathBuf,
    /// The folder of the development builds. This program runs from it, whatever cargo was told about target folders.
    built: PathBuf,
}

/// Which build of a program is meant.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    Development,
    Release,
}

impl Workspace {
    /// Finds the checkout that this program was built from.
    pub(crate) fn locate() -> Result<Self, Failure> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let program = std::env::current_exe().map_err(|error| {
            Failure::new("the build folder was not found", error.to_string(), "start this as `cargo xtask`")
        })?;
        match (manifest.parent(), program.parent()) {
            (Some(root), Some(built)) if root.join("Cargo.toml").is_file() => {
                Ok(Self { root: root.to_owned(), built: built.to_owned() })
            }
            _ => Err(Failure::new(
                "the checkout was not found",
                format!("there is no Cargo.toml above {}", manifest.display()),
                "start this as `cargo xtask` from inside the checkout",
            )),
        }
    }

    /// The checkout.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The sources of the window's page.
    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// A program that this workspace builds.
    pub(crate) fn program(&self, profile: Profile, name: &str) -> PathBuf {
        let folder = match profile {
            Profile::Development => self.built.clone(),
            Profile::Release => self.built.with_file_name("release"),
        };
        folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Private copies of tools that the system lacks or has too old.
    pub(crate) fn tools(&self) -> PathBuf {
        self.built.with_file_name("tools")
    }

    /// Stamps of what was last built.
    pub(crate) fn stamp(&self, name: &str) -> PathBuf {
        self.built.with_file_name("xtask").join(name)
    }

    /// The search path for programs, private copies first.
    pub(crate) fn path(&self) -> OsString {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let tools = self.tools();
        let folders = [tools.join("bin"), tools.join("node_modules").join(".bin")];
        std::env::join_paths(folders.into_iter().chain(std::env::split_paths(&path))).unwrap_or(path)
    }
}

/// Says whether a window could be shown.
pub(crate) fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

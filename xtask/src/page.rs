//! The window's page: its libraries, its checks, its build. Each is done again only when its sources changed.

use crate::console;
use crate::failure::Failure;
use crate::fingerprint::Fingerprint;
use crate::node;
use crate::workspace::Workspace;

/// Installs the page's libraries as its lock file names them.
pub(crate) fn install(workspace: &Workspace) -> Result<(), Failure> {
    let ui = workspace.ui();
    if !ui.join("package.json").is_file() {
        return Err(Failure::new(
            "the window's page can not be built",
            format!("there is no package.json in {}", ui.display()),
            "check the sources out again",
        ));
    }
    let stamp = ui.join("node_modules").join(".installed");
    let manifests = [ui.join("package.json"), ui.join("package-lock.json")];
    if Fingerprint::of_files(&manifests).is_stamped(&stamp) {
        return Ok(());
    }
    console::heading("libraries of the window's page");
    let command = if manifests[1].is_file() { "ci" } else { "install" };
    node::npm(workspace).arguments([command, "--no-audit", "--no-fund"]).run()?;
    // After the installation, for it may have written the lock file.
    Fingerprint::of_files(&manifests).stamp(&stamp);
    Ok(())
}

/// Builds `ui/dist`, unless it is already built from these sources.
pub(crate) fn build(workspace: &Workspace) -> Result<(), Failure> {
    let ui = workspace.ui();
    let stamp = workspace.stamp("page");
    let sources = || Fingerprint::of_folder(&ui, &["node_modules", "dist"]).ok();
    let is_built = ui.join("dist").join("index.html").is_file();
    if is_built && sources().is_some_and(|sources| sources.is_stamped(&stamp)) {
        console::line("the window's page is built already");
        return Ok(());
    }
    node::npm(workspace).arguments(["run", "build"]).run()?;
    if let Some(sources) = sources() {
        sources.stamp(&stamp);
    }
    Ok(())
}

/// Type checks, lints and unit tests of the page.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Failure> {
    node::npm(workspace).arguments(["run", "check"]).run()
}

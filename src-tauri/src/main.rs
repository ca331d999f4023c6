//! Presence Sync in the tray. This package knows Tauri and decides nothing: what is shown and what is done comes from
//! the core.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod app;
mod autostart;
mod commands;
mod desktop;
mod notification;
mod options;
mod place;
mod running;
mod tray;
mod window;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let options = options::Options::parse();
    match app::run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            #[expect(clippy::print_stderr, reason = "there is no window yet that could say it")]
            {
                eprintln!("{problem}");
            }
            ExitCode::FAILURE
        }
    }
}

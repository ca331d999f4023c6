//! The few options.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Shows whose Microsoft Teams presence is what, in a window and in the tray.
#[derive(Clone, Debug, Parser)]
#[command(name = "presence-sync-desktop", version, about)]
pub(crate) struct Options {
    /// Open in the sandbox tenant: a made-up organisation on this computer.
    #[arg(long, conflicts_with = "endpoints")]
    pub(crate) sandbox: bool,
    /// Straight to the tray, without a window.
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Keep settings, store and logs in this folder instead of the user's own.
    #[arg(long, value_name = "DIR")]
    pub(crate) profile: Option<PathBuf>,
    /// Read the vendors' addresses from this TOML file.
    #[arg(long, value_name = "FILE")]
    pub(crate) endpoints: Option<PathBuf>,
    /// Where the sign-in is kept [default: os; in the sandbox tenant: memory].
    #[arg(long, value_enum)]
    pub(crate) vault: Option<VaultKind>,
}

/// Where secrets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VaultKind {
    /// The system's keychain.
    Os,
    /// Memory: the sign-in is gone when the program ends.
    Memory,
}

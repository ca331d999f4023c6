//! What the tests stand on: a sandbox tenant with a driver in front of it, people who sign in, keychains that
//! misbehave, the real command line as a child process, and the vendors' specifications.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    reason = "a test that can not go on should panic, and a skipped one should say so"
)]

pub mod bench;
pub mod browser;
pub mod command;
#[cfg(all(feature = "desktop", target_os = "linux"))]
pub mod desktop;
pub mod guide;
pub mod site;
pub mod specs;
pub mod vaults;

/// Whatever a test waits for is there after a moment; after this long it will not come.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(40);

/// How large a test is: small by default, or what a variable of the environment says for a run at full size.
#[must_use]
pub fn size(variable: &str, small: usize) -> usize {
    let said = std::env::var(variable).ok();
    said.map_or(small, |text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

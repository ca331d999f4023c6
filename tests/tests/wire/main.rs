//! The real clients and the driver against the sandbox tenant over loopback; each fault has a test.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can not go on should panic")]

mod board;
mod calls;
mod center;
mod contacts;
mod contradictions;
mod crash;
mod desk;
mod diagnostics;
mod directory;
mod imports;
mod inside;
mod laptop;
mod network;
mod outage;
mod patience;
mod replies;
mod report;
mod restart;
mod setup;
mod sign_in;
mod throttle;
mod tokens;
mod vault;

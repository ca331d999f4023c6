//! The sandbox over real sockets, as a client meets it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can not go on should panic")]

mod contacts;
mod control;
mod directory;
mod faults;
mod presence;
mod sign_in;
mod support;

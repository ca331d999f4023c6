//! The sandbox over real sockets, as a client meets it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can not go on should panic")]

mod agents;
mod analytics;
mod calls;
mod certificate;
mod contacts;
mod contacts_write;
mod control;
mod directory;
mod events;
mod faults;
mod install;
mod installation;
mod itself;
mod pages;
mod presence;
mod provisioning;
mod sessions;
mod sign_in;
mod support;

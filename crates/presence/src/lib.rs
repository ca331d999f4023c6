//! Everything of Presence Sync that is not a surface.
//!
//! Data flows one way. Both vendors are read by [`microsoft`] and [`eight`]; the [`driver`] turns what they answer into
//! events for the [`engine`], which is pure; the engine asks for effects and yields one immutable
//! [`snapshot::Snapshot`]; every surface is a function of it, and those functions are in [`view`].
//!
//! No module here knows Tauri or a terminal.

pub mod auth;
pub mod center;
pub mod checkup;
pub mod clock;
pub mod crash;
pub mod day;
pub mod desk;
pub mod desktop;
pub mod diagnostics;
pub mod driver;
pub mod eight;
pub mod endpoints;
pub mod engine;
pub mod error;
pub mod http;
pub mod imports;
pub mod locale;
pub mod log;
pub mod mapping;
pub mod matches;
pub mod microsoft;
pub mod moment;
pub mod person;
pub mod preferences;
pub mod secret;
pub mod session;
pub mod settings;
pub mod setup;
pub mod snapshot;
pub mod store;
pub mod vault;
pub mod view;

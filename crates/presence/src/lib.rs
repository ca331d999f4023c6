//! Everything of Presence Sync that is not a surface.
//!
//! Data flows one way. Both vendors are read by [`microsoft`] and [`eight`]; the [`driver`] turns what they answer into
//! events for the [`engine`], which is pure; the engine asks for effects and yields one immutable
//! [`snapshot::Snapshot`]; every surface is a function of it, and those functions are in [`view`].
//!
//! No module here knows Tauri or a terminal.

pub mod error;
pub mod mapping;
pub mod matches;
pub mod moment;
pub mod person;
pub mod session;
pub mod snapshot;
pub mod view;

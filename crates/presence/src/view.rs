//! What a surface shows, as functions of the one snapshot.

pub mod board;
pub mod day;
pub mod detail;
pub mod diagnostics;
pub mod health;
pub mod import;
pub mod matches;
pub mod menu;
pub mod settings;
pub mod setup;
pub mod status;
pub mod text;

#[cfg(test)]
mod tests;

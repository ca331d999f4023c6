//! 8x8's side: only what 8x8 publishes.

pub mod contacts;
pub mod keys;

pub use contacts::Contacts;

//! 8x8's side: only what 8x8 publishes.

pub mod contacts;

pub use contacts::Contacts;

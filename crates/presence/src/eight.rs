//! 8x8's side: only what 8x8 publishes.

pub mod agents;
pub mod analytics;
pub mod company;
pub mod contacts;
mod directory;
pub mod events;
pub mod groups;
pub mod keys;
mod problem;
mod scalar;

pub use agents::Agents;
pub use analytics::Analytics;
pub use company::Company;
pub use contacts::Contacts;
pub use events::Events;
pub use groups::Groups;

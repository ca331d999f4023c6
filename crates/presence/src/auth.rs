//! Signing in as a native application does it: a redirect listener, and tokens that renew themselves.

pub mod loopback;
pub mod tokens;

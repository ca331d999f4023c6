//! stub
use std::sync::atomic::{AtomicBool, Ordering};
pub(crate) struct Center {
    on: AtomicBool,
}
impl Center {
    pub(crate) fn new(on: bool) -> Self {
        Self { on: AtomicBool::new(on) }
    }
    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }
}

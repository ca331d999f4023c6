//! A rolling rate limit.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::guard::lock;

/// At most `limit` requests in any `length_ms`.
pub(crate) struct Window {
    limit: usize,
    length_ms: u64,
    passed: Mutex<VecDeque<u64>>,
}

impl Window {
    pub(crate) fn new(limit: usize, length_ms: u64) -> Self {
        Self { limit, length_ms, passed: Mutex::default() }
    }

    /// Lets a request pass, or says after how many milliseconds the next one may.
    pub(crate) fn pass(&self, now_ms: u64) -> Result<(), u64> {
        let mut passed = lock(&self.passed);
        while passed.front().is_some_and(|at| now_ms.saturating_sub(*at) >= self.length_ms) {
            passed.pop_front();
        }
        match passed.front() {
            Some(oldest) if passed.len() >= self.limit => {
                Err((oldest + self.length_ms).saturating_sub(now_ms))
            }
            _ => {
                passed.push_back(now_ms);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_rolls() {
        let window = Window::new(2, 1_000);
        assert_eq!([window.pass(0), window.pass(400)], [Ok(()), Ok(())]);
        assert_eq!(window.pass(999), Err(1));
        assert_eq!(window.pass(1_000), Ok(()));
        assert_eq!(window.pass(1_100), Err(300));
    }
}

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

/// Counts requests, served or not.
#[derive(Default)]
pub(crate) struct Load {
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    times: VecDeque<u64>,
    most: usize,
}

impl Load {
    const MINUTE_MS: u64 = 60_000;

    /// Counts one request.
    pub(crate) fn count(&self, now_ms: u64) {
        let mut counted = lock(&self.counted);
        counted.forget(now_ms);
        counted.times.push_back(now_ms);
        counted.most = counted.most.max(counted.times.len());
    }

    /// How many there were in the last minute, and in the fullest minute of all.
    pub(crate) fn minutes(&self, now_ms: u64) -> (usize, usize) {
        let mut counted = lock(&self.counted);
        counted.forget(now_ms);
        (counted.times.len(), counted.most)
    }
}

impl Counted {
    fn forget(&mut self, now_ms: u64) {
        while self.times.front().is_some_and(|at| now_ms.saturating_sub(*at) >= Load::MINUTE_MS) {
            self.times.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_minute_is_remembered() {
        let load = Load::default();
        for at in [0, 10, 59_999, 60_000, 200_000] {
            load.count(at);
        }
        assert_eq!(load.minutes(200_000), (1, 3));
    }

    #[test]
    fn the_window_rolls() {
        let window = Window::new(2, 1_000);
        assert_eq!([window.pass(0), window.pass(400)], [Ok(()), Ok(())]);
        assert_eq!(window.pass(999), Err(1));
        assert_eq!(window.pass(1_000), Ok(()));
        assert_eq!(window.pass(1_100), Err(300));
    }
}

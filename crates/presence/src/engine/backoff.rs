//! How long to wait after failures, for everybody who tries again.

use std::time::Duration;

use crate::error::Failure;

/// A missing permission is tried again after this long.
pub const FORBIDDEN_WAIT: Duration = Duration::from_mins(15);

/// While nobody is signed in it is tried this often.
const SIGN_IN_WAIT: Duration = Duration::from_mins(1);

/// How long nothing at all is written after a failure that would meet every other write too.
#[must_use]
pub fn hold_after(failure: &Failure) -> Option<Duration> {
    match failure {
        Failure::Throttled { wait, .. } => Some(*wait),
        Failure::Forbidden(_) => Some(FORBIDDEN_WAIT),
        Failure::SignInNeeded(_) => Some(SIGN_IN_WAIT),
        Failure::Offline(_) | Failure::Broken(_) | Failure::Vault(_) | Failure::Reset => None,
    }
}

/// One second, doubled so many times, at most `longest`.
#[must_use]
pub fn doubled(times: u32, longest: Duration) -> Duration {
    Duration::from_secs(1 << times.min(16)).min(longest)
}

/// A wait shortened by up to a fifth, so that many desktops that failed together do not come back together.
///
/// It is the same each time for the same seed and number of failures: nothing here is random.
#[must_use]
pub fn spread(wait: Duration, seed: u64, failures: u32) -> Duration {
    let spread = (seed.wrapping_add(u64::from(failures))).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    wait - wait / 5 * u32::try_from(spread % 100).unwrap_or(0) / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_loses_at_most_a_fifth_and_desktops_differ() {
        let wait = Duration::from_mins(1);
        let waits: std::collections::BTreeSet<_> = (0..500).map(|seed| spread(wait, seed, 3)).collect();
        assert!(waits.len() > 20);
        assert!(waits.iter().all(|shortened| *shortened <= wait && *shortened >= wait * 4 / 5));
    }

    #[test]
    fn doubling_ends_at_the_longest_wait() {
        let longest = Duration::from_mins(1);
        let waits: Vec<u64> = (0..9).map(|times| doubled(times, longest).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(doubled(u32::MAX, longest), longest);
    }
}

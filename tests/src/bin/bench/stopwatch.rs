//! Wall time and CPU time, of this process and of one thread.

use std::time::{Duration, Instant};

/// Runs from its making.
pub(crate) struct Stopwatch {
    began: Instant,
    cpu: Option<Duration>,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { cpu: cpu(), began: instant() }
    }

    /// Wall time so far.
    pub(crate) fn wall(&self) -> Duration {
        instant().saturating_duration_since(self.began)
    }

    /// CPU time of all threads so far; none where the system does not tell.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        Some(cpu()?.saturating_sub(self.cpu?))
    }
}

/// Time of a piece of work that waits for nothing and stays on its thread.
#[derive(Clone, Copy, Default)]
pub(crate) struct Lap {
    pub(crate) wall: Duration,
    /// Other programs do not count here; the wall time where the system does not tell.
    pub(crate) cpu: Duration,
}

/// Does `work` and tells what it took.
pub(crate) fn lap<T>(work: impl FnOnce() -> T) -> (T, Lap) {
    let (cpu, began) = (thread_cpu(), instant());
    let result = work();
    let wall = instant().saturating_duration_since(began);
    let cpu = thread_cpu().zip(cpu).map_or(wall, |(after, before)| after.saturating_sub(before));
    (result, Lap { wall, cpu })
}

/// This instant.
pub(crate) fn instant() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "the bench measures finer than the product's clock, in milliseconds"
    )]
    Instant::now()
}

fn cpu() -> Option<Duration> {
    #[cfg(unix)]
    return clock(rustix::time::ClockId::ProcessCPUTime);
    #[cfg(not(unix))]
    None
}

fn thread_cpu() -> Option<Duration> {
    #[cfg(unix)]
    return clock(rustix::time::ClockId::ThreadCPUTime);
    #[cfg(not(unix))]
    None
}

#[cfg(unix)]
fn clock(which: rustix::time::ClockId) -> Option<Duration> {
    let time = rustix::time::clock_gettime(which);
    Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
}

/// The middle one, and the one that one in twenty exceeds, and the largest.
pub(crate) fn distribution(times: &mut [Duration]) -> Option<[Duration; 3]> {
    times.sort_unstable();
    let last = times.len().checked_sub(1)?;
    Some([times[last / 2], times[last * 95 / 100], times[last]])
}

//! Memory of running processes, as Linux counts it: shared pages by their share.

#[cfg(feature = "desktop")]
use std::collections::HashMap;

/// Proportional set size of a process and everything it started; none where the system does not tell.
#[cfg(feature = "desktop")]
pub(crate) fn of_tree(root: u32) -> Option<u64> {
    let parents: HashMap<u32, u32> = std::fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|process| Some((process, parent(process)?)))
        .collect();
    let belongs = |process: u32| {
        let mut at = process;
        while at != root {
            match parents.get(&at) {
                Some(&parent) if parent != at => at = parent,
                _ => return false,
            }
        }
        true
    };
    parents.keys().filter(|process| belongs(**process)).map(|process| of(*process)).sum()
}

/// Proportional set size of one process.
pub(crate) fn of(process: u32) -> Option<u64> {
    field(&format!("/proc/{process}/smaps_rollup"), "Pss:")
}

/// Memory that a process has written and shares with no other.
#[cfg(feature = "desktop")]
pub(crate) fn private(process: u32) -> Option<u64> {
    // What is only read from the program's own file can be read again, and is everybody's who runs it.
    field(&format!("/proc/{process}/smaps_rollup"), "Private_Dirty:")
}

/// Time that a process has worked, on all cores together.
#[cfg(feature = "desktop")]
pub(crate) fn cpu(process: u32) -> Option<std::time::Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may contain anything.
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    // Linux tells it in hundredths of a second (`getconf CLK_TCK`), on every machine of today.
    Some(std::time::Duration::from_millis(ticks * 10))
}

/// The most that was ever resident.
pub(crate) fn peak(process: u32) -> Option<u64> {
    field(&format!("/proc/{process}/status"), "VmHWM:")
}

fn field(file: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}

/// The name before it may hold anything, but no further parenthesis follows it.
#[cfg(feature = "desktop")]
fn parent(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

//! What was measured, beside what was wanted.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

/// All figures of a run.
#[derive(Serialize)]
pub(crate) struct Figures {
    machine: Machine,
    sizes: Vec<usize>,
    figures: Vec<Figure>,
}

#[derive(Serialize)]
struct Machine {
    system: &'static str,
    processor: String,
    cores: usize,
}

/// One figure. What does not depend on the size of the organisation has none.
#[derive(Serialize)]
struct Figure {
    what: String,
    unit: Unit,
    people: Option<usize>,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    met: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Unit {
    Milliseconds,
    Mebibytes,
    Times,
    Count,
}

impl Unit {
    fn sign(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Mebibytes => "MiB",
            Self::Times => "x",
            Self::Count => "",
        }
    }
}

/// A full poll to merely parsing the same bytes.
pub(crate) const RATIO: &str = "poll: CPU of all, over bare parsing";
/// CPU time of a full poll.
pub(crate) const POLL_CPU: &str = "poll: CPU of all";
/// Wall time of a full poll, one request after the other.
pub(crate) const POLL_WALL: &str = "poll: wall, one call after the other";
/// CPU time of a full poll by the driver, while a page looks.
pub(crate) const LIVE_CPU: &str = "driver: CPU a poll, board open";
/// From knowing the directory to knowing everybody's presence.
pub(crate) const FIRST_WALL: &str = "driver: first full poll, wall";

/// Name, size of the organisation, and the most it may be there.
const TARGETS: [(&str, usize, f64); 5] = [
    (RATIO, 10_000, 3.0),
    (POLL_CPU, 100_000, 1_500.0),
    (POLL_WALL, 100_000, 10_000.0),
    (LIVE_CPU, 100_000, 1_500.0),
    (FIRST_WALL, 100_000, 10_000.0),
];

impl Figures {
    pub(crate) fn new(sizes: &[usize]) -> Self {
        Self { machine: Machine::here(), sizes: sizes.to_vec(), figures: Vec::new() }
    }

    /// Notes a time, if it could be measured.
    pub(crate) fn time(&mut self, what: &str, people: Option<usize>, time: Option<Duration>) {
        if let Some(time) = time {
            self.note(what, Unit::Milliseconds, people, time.as_secs_f64() * 1_000.0);
        }
    }

    /// Notes the middle, 95th and largest of several times.
    pub(crate) fn times(&mut self, what: &str, people: usize, times: &mut [Duration]) {
        if let Some(times) = super::stopwatch::distribution(times) {
            for (name, time) in ["median", "95 %", "most"].into_iter().zip(times) {
                self.time(&format!("{what}, {name}"), Some(people), Some(time));
            }
        }
    }

    /// Notes bytes, if they could be measured.
    pub(crate) fn bytes(&mut self, what: &str, people: Option<usize>, bytes: Option<u64>) {
        if let Some(bytes) = bytes {
            self.note(what, Unit::Mebibytes, people, bytes as f64 / f64::from(1 << 20));
        }
    }

    /// Notes how many times one time is another.
    pub(crate) fn ratio(&mut self, what: &str, people: usize, all: Option<Duration>, part: Option<Duration>) {
        if let (Some(all), Some(part)) = (all, part) {
            self.note(what, Unit::Times, Some(people), all.as_secs_f64() / part.as_secs_f64());
        }
    }

    /// Notes a figure.
    pub(crate) fn note(&mut self, what: &str, unit: Unit, people: Option<usize>, value: f64) {
        let target = TARGETS.iter().find(|(name, size, _)| *name == what && Some(*size) == people);
        let at_most = target.map(|(_, _, most)| *most);
        let met = at_most.map(|most| value <= most);
        self.figures.push(Figure { what: what.into(), unit, people, value, at_most, met });
    }

    /// As a table: a line for each figure, a column for each size.
    pub(crate) fn table(&self) -> String {
        let mut table = format!(
            "{}, {} cores, {}\n\n{:<52}",
            self.machine.processor, self.machine.cores, self.machine.system, "people"
        );
        let mut line = |text: std::fmt::Arguments<'_>| {
            // Writing to a String can not fail.
            let _ = table.write_fmt(text);
        };
        for size in &self.sizes {
            line(format_args!("{size:>12}"));
        }
        let mut told: Vec<&str> = Vec::new();
        for figure in &self.figures {
            if told.contains(&figure.what.as_str()) {
                continue;
            }
            told.push(&figure.what);
            let unit = figure.unit.sign();
            line(format_args!("\n{:<48}{unit:>4}", figure.what));
            if figure.people.is_none() {
                line(format_args!("{:>12}", shown(figure.value)));
                continue;
            }
            let of = |size: usize| {
                self.figures.iter().find(|other| other.what == figure.what && other.people == Some(size))
            };
            for &size in &self.sizes {
                let value = of(size).map(|figure| shown(figure.value)).unwrap_or_default();
                line(format_args!("{value:>12}"));
            }
            for met in self.sizes.iter().filter_map(|size| of(*size)) {
                if let (Some(most), Some(people), Some(met)) = (met.at_most, met.people, met.met) {
                    let verdict = if met { "met" } else { "NOT MET" };
                    line(format_args!("   at most {} {unit} at {people}: {verdict}", shown(most)));
                }
            }
        }
        table.push('\n');
        table
    }
}

fn shown(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

impl Machine {
    fn here() -> Self {
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find(|line| line.starts_with("model name"));
        let model = model.and_then(|line| line.split_once(':')).map(|(_, model)| model.trim());
        Self {
            system: std::env::consts::OS,
            processor: model.unwrap_or(std::env::consts::ARCH).to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

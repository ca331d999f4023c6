//! `watch` into a file or pipe: plain lines, no colours.

use std::collections::HashMap;
use std::io::{self, Write};

use presence::preferences::Group;
use presence::snapshot::{Snapshot, SourceState};
use presence::view::board::{Line, Query, window};
use presence::view::status::{sentence, status};
use presence::view::text::span;

use super::Surface;

/// Everybody, once, who is free first.
pub(super) fn once(out: &mut impl Write, snapshot: &Snapshot) -> io::Result<()> {
    if let Some(notice) = &snapshot.notice {
        writeln!(out, "{notice}")?;
    }
    writeln!(out, "{}", sentence(snapshot))?;
    for line in everybody(snapshot) {
        writeln!(out, "{}", words(&line))?;
    }
    out.flush()
}

fn everybody(snapshot: &Snapshot) -> Vec<Line> {
    let mut lines = Vec::new();
    loop {
        let query = Query { group: Group::None, offset: lines.len(), limit: 500, ..Query::default() };
        let part = window(snapshot, &query).rows;
        if part.is_empty() {
            return lines;
        }
        lines.extend(part.into_iter().flatten());
    }
}

fn words(line: &Line) -> String {
    let detail = if line.detail.is_empty() { String::new() } else { format!(" ({})", line.detail) };
    let time = line.for_seconds.map(|seconds| format!(", {}", span(seconds))).unwrap_or_default();
    format!("{:<32} {:>6}  {}{detail}{time}", line.name, line.extension, line.label)
}

/// Everybody once, then whoever changes.
pub(super) struct Lines<W> {
    out: W,
    said: Option<HashMap<String, String>>,
    sentence: String,
}

impl<W: Write> Lines<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, said: None, sentence: String::new() }
    }
}

impl<W: Write> Surface for Lines<W> {
    fn show(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let now = status(snapshot).headline;
        if self.sentence != now {
            writeln!(self.out, "-- {}", sentence(snapshot))?;
            if let Some(banner) = status(snapshot).banner {
                writeln!(self.out, "   {} {}", banner.title, banner.text)?;
            }
            self.sentence = now;
        }
        let ready = snapshot.complete && snapshot.source.state == SourceState::Live;
        if let Some(said) = &mut self.said {
            for line in everybody(snapshot) {
                let state = format!("{} {}", line.label, line.detail);
                if said.insert(line.id.clone(), state.clone()).as_ref() != Some(&state) {
                    writeln!(self.out, "{}", words(&line))?;
                }
            }
        } else if ready {
            once(&mut self.out, snapshot)?;
            let lines = everybody(snapshot);
            self.said = Some(
                lines.into_iter().map(|line| (line.id, format!("{} {}", line.label, line.detail))).collect(),
            );
        }
        self.out.flush()
    }
}

//! Lists that fill while something is under way: each line once, when it has something to say.

use std::collections::HashSet;

use presence::view::setup::Progress;

use super::paper::Block;

/// A line of a list.
pub(super) struct Row {
    pub(super) state: Progress,
    /// What tells it from the others.
    pub(super) label: String,
    pub(super) result: String,
    /// As it is printed.
    pub(super) block: Block,
}

/// What of a list has been printed.
#[derive(Default)]
pub(super) struct Told {
    said: HashSet<String>,
    running: bool,
}

impl Told {
    /// The lines that are to be printed now.
    pub(super) fn news(&mut self, rows: Vec<Row>) -> Vec<Block> {
        let running = rows.iter().any(|row| matches!(row.state, Progress::Waiting | Progress::Running));
        if running && !self.running {
            // It has begun anew.
            self.said.clear();
        }
        self.running = running;
        rows.into_iter().filter(|row| self.is_new(row)).map(|row| row.block).collect()
    }

    fn is_new(&mut self, row: &Row) -> bool {
        let letters = |text: &str| text.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
        match row.state {
            Progress::Waiting => false,
            // That it waits is worth a line; how many seconds are left is not.
            Progress::Running => {
                let words = letters(&row.result);
                words.chars().any(char::is_alphabetic) && self.said.insert(format!("{}: {words}", row.label))
            }
            Progress::Good | Progress::Bad | Progress::LeftOut => {
                self.said.insert(format!("{}: {:?} {}", row.label, row.state, row.result))
            }
        }
    }

    /// Whether a line has come to its end before our eyes.
    pub(super) fn has_ended(&self, label: &str) -> bool {
        let ends =
            [Progress::Good, Progress::Bad, Progress::LeftOut].map(|state| format!("{label}: {state:?} "));
        self.said.iter().any(|said| ends.iter().any(|end| said.starts_with(end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: &str, state: Progress, result: &str) -> Row {
        Row { state, label: label.into(), result: result.into(), block: vec![format!("{label}: {result}")] }
    }

    #[test]
    fn each_line_comes_once_also_while_seconds_pass_and_again_when_it_begins_anew() {
        use Progress::{Bad, Good, Running, Waiting};
        let mut told = Told::default();
        assert!(told.news(vec![row("a", Running, "…"), row("b", Waiting, "")]).is_empty());
        assert_eq!(told.news(vec![row("a", Good, "made"), row("b", Running, "again in 8 s")]).len(), 2);
        assert!(told.news(vec![row("a", Good, "made"), row("b", Running, "again in 7 s")]).is_empty());
        assert_eq!(told.news(vec![row("a", Good, "made"), row("b", Bad, "failed")]).len(), 1);
        assert!(told.news(vec![row("a", Good, "made"), row("b", Bad, "failed")]).is_empty());
        assert!(told.has_ended("b") && !told.has_ended("c"));
        assert!(told.news(vec![row("a", Waiting, ""), row("b", Waiting, "")]).is_empty());
        assert_eq!(told.news(vec![row("a", Good, "made"), row("b", Waiting, "")]).len(), 1);
    }
}

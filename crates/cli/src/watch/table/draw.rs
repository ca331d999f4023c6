//! One frame of the table, as text.

use crossterm::style::{Attribute, Color, Stylize};
use presence::moment::Moment;
use presence::preferences::Group;
use presence::snapshot::{Snapshot, SourceState};
use presence::view::board::{Line, Query, State, window};
use presence::view::status::{Tone, status};
use presence::view::text::{count, span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Moves to the upper left corner.
const HOME: &str = "\u{1b}[H";
/// Clears the rest of a line.
const CLEAR_LINE: &str = "\u{1b}[K";
/// Clears everything below.
const CLEAR_BELOW: &str = "\u{1b}[J";

/// The frame, and the highest row that can be the first one shown.
pub(super) fn frame(
    snapshot: &Snapshot,
    now: Moment,
    columns: usize,
    rows: usize,
    first: usize,
) -> (String, usize) {
    // Ages are those of this moment, not of the picture's.
    let snapshot = &Snapshot { at: now, ..snapshot.clone() };
    let status = status(snapshot);
    let mut lines = Vec::with_capacity(rows);
    lines.push(head(snapshot, &status, columns));
    if let Some(notice) = &status.notice {
        lines.push(cut(notice, columns).dark_yellow().to_string());
    }
    if let Some(banner) = &status.banner {
        let wait =
            banner.retry_seconds.map(|seconds| format!(" Next try in {seconds} s.")).unwrap_or_default();
        let words = cut(&format!("{} {}{wait}", banner.title, banner.text), columns);
        lines.push(if banner.tone == Tone::Bad { words.red() } else { words.yellow() }.to_string());
    }
    let room = rows.saturating_sub(lines.len() + 3).max(1);
    let query = Query { group: Group::None, offset: first, limit: room, ..Query::default() };
    let mut board = window(snapshot, &query);
    let most = board.listed.saturating_sub(room);
    if first > most {
        board = window(snapshot, &Query { offset: most, ..query });
    }
    lines.push(counts(&board.counts, columns));
    lines.push(columns_head(columns).dim().to_string());
    if board.rows.is_empty() {
        let words = if status.loading { "Reading the directory…" } else { "Nobody to show yet" };
        lines.push(cut(words, columns).dim().to_string());
    }
    lines.extend(board.rows.iter().flatten().map(|line| row(line, columns, snapshot.source.state)));
    while lines.len() + 1 < rows {
        lines.push(String::new());
    }
    lines.truncate(rows.saturating_sub(1));
    lines.push(foot(&board, first.min(most), columns));
    let mut text = String::from(HOME);
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            text.push_str("\r\n");
        }
        text.push_str(line);
        text.push_str(CLEAR_LINE);
    }
    text.push_str(CLEAR_BELOW);
    (text, most)
}

fn head(snapshot: &Snapshot, status: &presence::view::status::Status, columns: usize) -> String {
    let mark = match status.tone {
        Tone::Good => "●".green(),
        Tone::Plain => "◌".blue(),
        Tone::Warning => "▲".yellow(),
        Tone::Bad => "✖".red(),
    };
    let age = status.age_seconds.map(|seconds| match snapshot.source.state {
        SourceState::Live => format!(", updated {} ago", span(seconds)),
        _ => format!(", states are {} old", span(seconds)),
    });
    let words = format!("{}{}, {} people", status.headline, age.unwrap_or_default(), count(status.people));
    format!("{mark} {}", cut(&words, columns.saturating_sub(2)).bold())
}

fn counts(counts: &[usize; 7], columns: usize) -> String {
    let short = columns < 100;
    let mut text = String::new();
    let mut used = 0;
    for state in State::ALL {
        let name = if short { String::new() } else { format!("{} ", state.label()) };
        let part = format!("{} {name}{}", glyph(state, false), count(counts[state as usize]));
        let gap = if used == 0 { 0 } else { 2 };
        if used + gap + part.width() > columns {
            break;
        }
        used += gap + part.width();
        text.extend(std::iter::repeat_n(' ', gap));
        text.push_str(&part.with(colour(state)).to_string());
    }
    text
}

/// Widths of name, extension, state with detail, and time; they fill the line.
fn widths(columns: usize) -> [usize; 4] {
    // The last column stays free: some terminals wrap as soon as it is written.
    let free = columns.saturating_sub(2 + 2 + 6 + 2 + 2 + 9 + 1);
    let name = (free * 45 / 100).clamp(8, 40);
    [name, 6, free.saturating_sub(name).max(8), 9]
}

fn columns_head(columns: usize) -> String {
    let [name, extension, state, time] = widths(columns);
    format!(
        "  {}  {}  {}  {}",
        fit("Name", name),
        right("Ext.", extension),
        fit("State", state),
        right("For", time)
    )
}

fn row(line: &Line, columns: usize, source: SourceState) -> String {
    let [name, extension, state, time] = widths(columns);
    let words =
        if line.detail.is_empty() { line.label.clone() } else { format!("{}  {}", line.label, line.detail) };
    let old = line.stale && source == SourceState::Live;
    let when = match (line.stale, line.age_seconds, line.for_seconds) {
        (true, Some(age), _) => format!("{} old", span(age)),
        (false, _, Some(seconds)) => span(seconds),
        _ => String::new(),
    };
    let mark = glyph(line.state, line.stale).with(colour(line.state));
    let who = fit(&line.name, name);
    let who = if matches!(line.state, State::Offline | State::Unknown) { who.dim() } else { who.bold() };
    let mut what = fit(&words, state).stylize();
    if line.stale {
        what = what.attribute(Attribute::Italic).dim();
    } else if line.state == State::Available {
        what = what.with(colour(State::Available)).bold();
    }
    let when = right(&when, time);
    let when = if old { when.yellow() } else { when.dim() };
    format!("{mark} {who}  {}  {what}  {when}", right(&line.extension, extension))
}

fn foot(board: &presence::view::board::Window, first: usize, columns: usize) -> String {
    let last = (first + board.rows.len()).min(board.listed);
    let place = if board.listed == 0 {
        String::new()
    } else {
        format!("{}-{last} of {}   ", first + 1, count(board.listed))
    };
    cut(&format!("{place}↑↓ PgUp PgDn scroll   r refresh   s sign in   q quit"), columns).dim().to_string()
}

/// The shape tells the state without its colour.
fn glyph(state: State, stale: bool) -> &'static str {
    match state {
        State::Available if stale => "◇",
        State::Available => "✓",
        State::OnCall => "☎",
        State::Busy => "●",
        State::DoNotDisturb => "⊖",
        State::Away => "◷",
        State::Offline => "○",
        State::Unknown => "?",
    }
}

fn colour(state: State) -> Color {
    match state {
        State::Available => Color::Green,
        State::OnCall => Color::Magenta,
        State::Busy => Color::Red,
        State::DoNotDisturb => Color::DarkRed,
        State::Away => Color::Yellow,
        State::Offline => Color::DarkGrey,
        State::Unknown => Color::Blue,
    }
}

/// Cuts to a width in columns, with an ellipsis; nothing from outside can move the cursor.
fn cut(text: &str, width: usize) -> String {
    let clean: String = text.chars().filter(|letter| !letter.is_control()).collect();
    if clean.width() <= width {
        return clean;
    }
    let mut result = String::new();
    let mut used = 0;
    for letter in clean.chars() {
        let wide = letter.width().unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        used += wide;
        result.push(letter);
    }
    result.push('…');
    result
}

fn fit(text: &str, width: usize) -> String {
    let mut text = cut(text, width);
    text.extend(std::iter::repeat_n(' ', width.saturating_sub(text.width())));
    text
}

fn right(text: &str, width: usize) -> String {
    let text = cut(text, width);
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_fill_their_column_exactly() {
        for name in [
            "Ann",
            "Dana Whitfield-Montgomery the Third",
            "王小明王小明王小明王小明",
            "ليلى حداد",
            "a\u{1b}[2Jb",
        ] {
            assert_eq!(fit(name, 16).width(), 16, "{name}");
            assert!(!fit(name, 16).contains('\u{1b}'));
        }
    }

    #[test]
    fn a_row_fits_eighty_columns() {
        assert_eq!(2 + widths(80).iter().sum::<usize>() + 6, 80 - 1);
    }
}

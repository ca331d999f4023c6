//! What is printed: harmless, wrapped, in whole lines; on a terminal above the line that is being typed.

use std::io::{self, Write};

use crossterm::style::Stylize;
use presence::person::plain;
use unicode_width::UnicodeWidthStr;

/// No line of words is wider.
pub(super) const WIDEST: usize = 100;

/// Clears the line that is being typed.
const CLEAR: &str = "\r\u{1b}[K";

/// Lines that belong together; an empty line stands between two blocks.
pub(super) type Block = Vec<String>;

/// Words in lines: `first` before the first one, as many spaces before the others.
///
/// Each word is made harmless by itself, so that a long text is not cut.
pub(super) fn wrap(first: &str, text: &str, width: usize) -> Block {
    let indent = " ".repeat(first.width());
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut begun = false;
    for word in text.split_whitespace().map(plain).filter(|word| !word.is_empty()) {
        if begun && line.width() + 1 + word.width() > width {
            lines.push(std::mem::replace(&mut line, indent.clone()));
            begun = false;
        }
        if begun {
            line.push(' ');
        }
        line.push_str(&word);
        begun = true;
    }
    if begun || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// A text to be copied: in the lines it has, with the spaces it has.
pub(super) fn verbatim(indent: &str, text: &str) -> Block {
    let line = |line: &str| line.split(' ').map(plain).collect::<Vec<_>>().join(" ");
    text.lines().map(|text| format!("{indent}{}", line(text)).trim_end().to_owned()).collect()
}

/// Where lines go.
pub(super) struct Paper<W> {
    out: W,
    width: usize,
    /// The terminal shows only what it is told, also the keys.
    raw: bool,
    bold: bool,
    /// The question that stands in the last line, and what was typed behind it.
    prompt: String,
    typed: String,
    /// Whether what is typed is not shown.
    secret: bool,
    /// The newest line is empty.
    gap: bool,
}

impl<W: Write> Paper<W> {
    pub(super) fn new(out: W, width: usize, raw: bool, bold: bool) -> Self {
        let width = width.clamp(40, WIDEST);
        Self { out, width, raw, bold, prompt: String::new(), typed: String::new(), secret: false, gap: true }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Prints a block below an empty line.
    pub(super) fn block(&mut self, block: &[String]) -> io::Result<()> {
        if !block.is_empty() && !self.gap {
            self.lines(&[String::new()])?;
        }
        self.lines(block)
    }

    /// Prints a block below an empty line, its first line in bold where that can be.
    pub(super) fn titled(&mut self, block: &[String]) -> io::Result<()> {
        let Some((title, rest)) = block.split_first().filter(|_| self.bold) else { return self.block(block) };
        self.block(&[title.as_str().bold().to_string()])?;
        self.lines(rest)
    }

    /// Prints words, wrapped.
    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        self.lines(&wrap("", text, self.width))
    }

    /// Prints lines as they are.
    pub(super) fn lines(&mut self, lines: &[String]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let end = if self.raw { "\r\n" } else { "\n" };
        let mut text = String::new();
        if self.raw && !(self.prompt.is_empty() && self.typed.is_empty()) {
            text.push_str(CLEAR);
        }
        for line in lines {
            text.push_str(line);
            text.push_str(end);
            self.gap = line.is_empty();
        }
        if self.raw {
            text.push_str(&self.standing());
        }
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    /// Asks: the answer is typed behind it. Where nobody types, it is a line of its own.
    pub(super) fn ask(&mut self, prompt: &str, secret: bool) -> io::Result<()> {
        let prompt = wrap("", prompt, self.width);
        let (last, before) = prompt.split_last().map_or(("", &[][..]), |(last, rest)| (last.as_str(), rest));
        self.secret = secret;
        if !self.raw {
            return self.lines(&prompt);
        }
        self.lines(before)?;
        self.prompt = if last.is_empty() { String::new() } else { format!("{last} ") };
        let standing = self.standing();
        write!(self.out, "{CLEAR}{standing}")?;
        self.out.flush()
    }

    /// Takes a letter that was typed.
    pub(super) fn letter(&mut self, letter: char) -> io::Result<()> {
        self.typed.push(letter);
        if !self.secret {
            self.out.write_all(plain_letter(letter).as_bytes())?;
            self.out.flush()?;
        }
        Ok(())
    }

    /// Takes the last letter back, or all of them.
    pub(super) fn rub(&mut self, everything: bool) -> io::Result<()> {
        if everything {
            self.typed.clear();
        } else {
            self.typed.pop();
        }
        let standing = self.standing();
        write!(self.out, "{CLEAR}{standing}")?;
        self.out.flush()
    }

    /// The line is complete: gives what was typed.
    pub(super) fn enter(&mut self) -> io::Result<String> {
        self.prompt.clear();
        self.gap = false;
        self.out.write_all(b"\r\n")?;
        self.out.flush()?;
        Ok(std::mem::take(&mut self.typed))
    }

    /// Whether nothing has been typed.
    pub(super) fn is_blank(&self) -> bool {
        self.typed.is_empty()
    }

    fn standing(&self) -> String {
        let typed = if self.secret { String::new() } else { self.typed.chars().map(plain_letter).collect() };
        format!("{}{typed}", self.prompt)
    }
}

/// A typed letter as it is shown; a space stays one.
fn plain_letter(letter: char) -> String {
    if letter == ' ' { " ".into() } else { plain(letter.encode_utf8(&mut [0; 4])) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_indent_and_their_width_and_nothing_from_outside_moves_the_cursor() {
        let text = format!("one two {} \u{1b}[2J\u{202e}three 王小明王小明 four", "x".repeat(30));
        let lines = wrap("  1  ", &text, 24);
        assert!(lines[0].starts_with("  1  one two"), "{lines:?}");
        assert!(lines.iter().skip(1).all(|line| line.starts_with("     ")), "{lines:?}");
        assert!(lines.iter().all(|line| line.width() <= 24 || line.contains("xxx")), "{lines:?}");
        assert!(!lines.concat().contains('\u{1b}') && !lines.concat().contains('\u{202e}'));
        assert_eq!(wrap("", &"word ".repeat(200), 100).concat().matches("word").count(), 200);
    }

    #[test]
    fn a_script_keeps_its_lines_and_spaces() {
        assert_eq!(verbatim("| ", "if x {\n    go \u{7}on\n}\n"), ["| if x {", "|     go on", "| }"]);
    }

    #[test]
    fn what_is_being_typed_moves_below_what_is_printed_and_a_secret_is_never_shown() {
        let mut paper = Paper::new(Vec::new(), 80, true, false);
        paper.ask("Name [x]:", false).unwrap();
        paper.letter('a').unwrap();
        paper.say("News.").unwrap();
        assert_eq!(
            String::from_utf8(paper.out.clone()).unwrap(),
            format!("{CLEAR}Name [x]: a{CLEAR}News.\r\nName [x]: a")
        );
        assert_eq!(paper.enter().unwrap(), "a");
        paper.out.clear();
        paper.ask("Key:", true).unwrap();
        for letter in "secret".chars() {
            paper.letter(letter).unwrap();
        }
        paper.say("News.").unwrap();
        paper.rub(false).unwrap();
        assert_eq!(paper.enter().unwrap(), "secre");
        assert!(!String::from_utf8(paper.out).unwrap().contains("secre"));
    }
}

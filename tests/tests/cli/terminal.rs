//! The live table on a real pseudo-terminal of eighty columns.
#![cfg(unix)]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};
use tests::PATIENCE;
use tests::command::binary;
use vt100::Parser;

/// A terminal with a program in it.
struct Terminal {
    screen: Parser,
    bytes: Receiver<Vec<u8>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _pair: PtyPair,
    _folder: tempfile::TempDir,
}

impl Terminal {
    fn open(columns: u16, rows: u16, words: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(binary());
        command.args(words);
        command.arg("--profile");
        command.arg(folder.path());
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (sender, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 8_192];
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 || sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let size = |length| NonZeroU16::new(length).unwrap();
        let screen = Parser::new(size(rows), size(columns), 0);
        Self { screen, bytes, keys, child, _pair: pair, _folder: folder }
    }

    /// Waits until the screen fits.
    fn until(&mut self, what: &str, fits: impl Fn(&vt100::Screen) -> bool) {
        let mut waited = Duration::ZERO;
        let step = Duration::from_millis(100);
        while !fits(self.screen.screen()) {
            match self.bytes.recv_timeout(step) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(RecvTimeoutError::Timeout) if waited < PATIENCE => waited += step,
                Err(error) => panic!("{what} did not come ({error}):\n{}", self.screen.screen().contents()),
            }
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// The program ends, and the terminal is as it was before.
    fn closes_cleanly(mut self) {
        self.until("the end of the table", |screen| !screen.alternate_screen() && !screen.hide_cursor());
        let status = self.child.wait().unwrap();
        assert_eq!(status.exit_code(), 0);
        assert_eq!(self.text().trim(), "", "the table is gone from the screen");
    }
}

/// The table is there: head, counts, columns, and a row for somebody free.
fn is_table(screen: &vt100::Screen) -> bool {
    let text = screen.contents();
    text.contains("250 people") && text.contains("Name") && text.contains("1-") && text.contains("of 250")
}

#[test]
fn eighty_columns_show_counts_and_rows_and_ctrl_c_leaves_the_terminal_clean() {
    let mut terminal = Terminal::open(80, 24, &["watch", "--sandbox"]);
    terminal.until("the table", |screen| screen.alternate_screen() && screen.hide_cursor());
    terminal.until("the live table", |screen| is_table(screen) && screen.contents().contains("updated"));
    let screen = terminal.screen.screen();
    assert!(
        (0..24).all(|row| !screen.row_wrapped(row)),
        "no line is wider than the terminal:\n{}",
        terminal.text()
    );
    let lines: Vec<String> = screen.rows(0, 80).collect();
    assert!(lines[0].contains("250 people"), "{}", terminal.text());
    let counts =
        lines.iter().find(|line| line.contains('✓') && line.contains('☎') && line.contains('○')).unwrap();
    let sum: usize = counts
        .split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|word| word.parse::<usize>().ok())
        .sum();
    assert_eq!(sum, 250, "everybody is counted once: {counts}");
    let head = lines.iter().position(|line| line.contains("Name") && line.contains("State")).unwrap();
    let first = &lines[head + 1];
    assert!(first.contains("Available") && first.starts_with('✓'), "who is free comes first: {first}");
    assert!(lines[23].contains("quit"), "{}", lines[23]);

    terminal.press("\u{3}");
    terminal.closes_cleanly();
}

#[test]
fn the_table_scrolls_to_its_end_and_back_and_q_leaves_it() {
    let mut terminal = Terminal::open(80, 24, &["watch", "--sandbox"]);
    terminal.until("the live table", is_table);
    terminal.press("\u{1b}[6~");
    terminal.until("the second page", |screen| {
        !screen.contents().contains(" 1-") && !screen.rows(0, 80).any(|line| line.starts_with("1-"))
    });
    for _ in 0..30 {
        terminal.press("\u{1b}[6~");
    }
    terminal.until("the end", |screen| screen.contents().contains("-250 of 250"));
    terminal.press("\u{1b}[H");
    terminal.until("the beginning", |screen| screen.rows(0, 80).any(|line| line.starts_with("1-")));
    terminal.press("q");
    terminal.closes_cleanly();
}

#[test]
fn a_narrow_terminal_is_usable_too() {
    let mut terminal = Terminal::open(44, 12, &["watch", "--sandbox"]);
    terminal.until("the live table", |screen| {
        screen.contents().contains("250 people") || screen.contents().contains("✓")
    });
    terminal.until("rows", |screen| screen.rows(0, 44).filter(|line| line.starts_with('✓')).count() >= 2);
    let screen = terminal.screen.screen();
    assert!((0..12).all(|row| !screen.row_wrapped(row)), "{}", terminal.text());
    terminal.press("\u{3}");
    terminal.closes_cleanly();
}

//! What a person types, or a script sends: one line after the other.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read, Write};
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use presence::secret::Secret;
use tokio::sync::mpsc;

use super::paper::Paper;

/// How long a look at the keyboard waits, and with it the thread that looks when nobody listens any more.
const LOOK: Duration = Duration::from_millis(200);

/// No answer is longer.
const LONGEST: u64 = 16 << 10;

/// What came.
pub(super) enum Said {
    /// A line; any may be a secret.
    Line(Secret),
    /// There will be no more.
    End,
    /// Ctrl-C.
    Stop,
}

/// Where lines come from.
pub(super) struct Input {
    source: Source,
    /// Lines that came before anybody asked.
    held: VecDeque<Secret>,
    ended: bool,
}

enum Source {
    Lines(mpsc::Receiver<Secret>),
    Keys { keys: mpsc::Receiver<Event>, _raw: Raw },
}

impl Input {
    /// Lines of a file or pipe.
    pub(super) fn lines() -> Self {
        let (sender, lines) = mpsc::channel(16);
        std::thread::spawn(move || read_lines(&sender));
        Self::new(Source::Lines(lines))
    }

    /// The keys of a terminal, which from now on shows only what it is told.
    pub(super) fn keys() -> io::Result<Self> {
        let raw = Raw::begin()?;
        let (sender, keys) = mpsc::channel(16);
        std::thread::spawn(move || listen(&sender));
        Ok(Self::new(Source::Keys { keys, _raw: raw }))
    }

    fn new(source: Source) -> Self {
        Self { source, held: VecDeque::new(), ended: false }
    }

    /// Whether a person sits there, who means what is under way and not the next question.
    pub(super) fn is_person(&self) -> bool {
        matches!(self.source, Source::Keys { .. })
    }

    /// Whether lines can still come that nobody has looked at.
    pub(super) fn is_open(&self) -> bool {
        !self.ended && self.held.is_empty()
    }

    /// Keeps a line for the next question.
    pub(super) fn hold(&mut self, line: Secret) {
        self.held.push_back(line);
    }

    /// The next line. Nothing is lost when nobody waits for it to the end.
    pub(super) async fn next<W: Write>(&mut self, paper: &mut Paper<W>) -> io::Result<Said> {
        if let Some(line) = self.held.pop_front() {
            return Ok(Said::Line(line));
        }
        if self.ended {
            return Ok(Said::End);
        }
        loop {
            let said = match &mut self.source {
                Source::Lines(lines) => {
                    lines.recv().await.map_or(Some(Said::End), |line| Some(Said::Line(line)))
                }
                Source::Keys { keys, .. } => match keys.recv().await {
                    Some(event) => key(&event, paper)?,
                    None => Some(Said::End),
                },
            };
            if let Some(said) = said {
                self.ended |= matches!(said, Said::End);
                return Ok(said);
            }
        }
    }
}

fn key<W: Write>(event: &Event, paper: &mut Paper<W>) -> io::Result<Option<Said>> {
    let Event::Key(KeyEvent { code, modifiers, kind: KeyEventKind::Press | KeyEventKind::Repeat, .. }) =
        event
    else {
        return Ok(None);
    };
    let control = modifiers.contains(KeyModifiers::CONTROL);
    match code {
        KeyCode::Char('c') if control => return Ok(Some(Said::Stop)),
        KeyCode::Char('d') if control && paper.is_blank() => return Ok(Some(Said::End)),
        KeyCode::Char('u') if control => paper.rub(true)?,
        KeyCode::Char('h') if control => paper.rub(false)?,
        KeyCode::Char('j' | 'm') if control => return Ok(Some(Said::Line(Secret::new(paper.enter()?)))),
        KeyCode::Enter => return Ok(Some(Said::Line(Secret::new(paper.enter()?)))),
        KeyCode::Backspace => paper.rub(false)?,
        // AltGr is control and alt on some systems, and makes letters.
        KeyCode::Char(letter) if !control || modifiers.contains(KeyModifiers::ALT) => {
            paper.letter(*letter)?;
        }
        _ => {}
    }
    Ok(None)
}

/// The keyboard has no waiting that can be cancelled, so it is looked at from a thread until nobody listens.
fn listen(sender: &mpsc::Sender<Event>) {
    while !sender.is_closed() {
        match poll(LOOK) {
            Ok(true) => match read() {
                Ok(event) => {
                    if sender.blocking_send(event).is_err() {
                        return;
                    }
                }
                Err(_) => return,
            },
            Ok(false) => {}
            Err(_) => return,
        }
    }
}

fn read_lines(sender: &mpsc::Sender<Secret>) {
    let mut stdin = io::stdin().lock();
    loop {
        let mut line = Vec::new();
        match stdin.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
        if sender.blocking_send(Secret::new(text)).is_err() {
            return;
        }
    }
}

/// The terminal while its keys are read one by one; dropped, it is as it was before.
struct Raw;

impl Raw {
    fn begin() -> io::Result<Self> {
        // A panic must not leave the terminal unusable.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let _ = disable_raw_mode();
            hook(info);
        }));
        enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // Nothing more can be done for a terminal that is gone.
        let _ = disable_raw_mode();
    }
}

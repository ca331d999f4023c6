//! `watch` on a terminal: a live table, who is free first, by colour and by shape.

mod draw;

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use crossterm::{cursor, execute};
use presence::clock::pause;
use presence::driver::Handle;
use presence::engine::event::Intent;
use tokio::sync::mpsc;

use super::{Start, ended, unwritable};
use crate::Outcome;

/// Ages go on although nothing happens.
const REDRAW: Duration = Duration::from_secs(1);

/// How long a look at the keyboard waits, and with it the thread that looks when the table is gone.
const LOOK: Duration = Duration::from_millis(200);

pub(super) async fn run(handle: &Handle) -> Outcome {
    let screen = match Screen::open() {
        Ok(screen) => screen,
        Err(error) => return unwritable(&error),
    };
    let (sender, mut keys) = mpsc::channel(16);
    std::thread::spawn(move || listen(&sender));
    let outcome = show(handle, &mut keys).await;
    drop(screen);
    outcome
}

async fn show(handle: &Handle, keys: &mut mpsc::Receiver<Event>) -> Outcome {
    let mut snapshots = handle.snapshots();
    let mut start = Start::default();
    let mut first = 0;
    loop {
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        start.sign_in(handle, &snapshot);
        let (columns, rows) = size().unwrap_or((80, 24));
        let (text, most) = draw::frame(&snapshot, handle.now(), columns.into(), rows.into(), first);
        first = first.min(most);
        let mut out = io::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            return unwritable(&error);
        }
        drop(out);
        tokio::select! {
            changed = snapshots.changed() => if changed.is_err() { return Err(ended()) },
            () = pause(REDRAW) => {}
            Some(event) = keys.recv() => {
                let page = usize::from(rows).saturating_sub(6);
                match key(&event) {
                    Key::Quit => return Ok(ExitCode::SUCCESS),
                    Key::SignIn => handle.send(Intent::SignIn),
                    Key::SyncNow => handle.send(Intent::SyncNow),
                    Key::Up => first = first.saturating_sub(1),
                    Key::Down => first += 1,
                    Key::PageUp => first = first.saturating_sub(page),
                    Key::PageDown => first += page,
                    Key::Home => first = 0,
                    Key::Other => {}
                }
            }
        }
    }
}

enum Key {
    Quit,
    SignIn,
    SyncNow,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    Other,
}

fn key(event: &Event) -> Key {
    let Event::Key(KeyEvent { code, modifiers, kind: KeyEventKind::Press | KeyEventKind::Repeat, .. }) =
        event
    else {
        return Key::Other;
    };
    match code {
        KeyCode::Char('c') if modifiers.contains(KeyModifiers::CONTROL) => Key::Quit,
        KeyCode::Char('q') | KeyCode::Esc => Key::Quit,
        KeyCode::Char('s') => Key::SignIn,
        KeyCode::Char('r') => Key::SyncNow,
        KeyCode::Up | KeyCode::Char('k') => Key::Up,
        KeyCode::Down | KeyCode::Char('j') => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown | KeyCode::Char(' ') => Key::PageDown,
        KeyCode::Home => Key::Home,
        _ => Key::Other,
    }
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

/// The terminal while the table has it; dropped, it is as it was before.
struct Screen;

impl Screen {
    fn open() -> io::Result<Self> {
        // A panic must not leave the terminal unusable.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            close();
            hook(info);
        }));
        enable_raw_mode()?;
        let screen = Self;
        execute!(io::stdout(), EnterAlternateScreen, cursor::Hide)?;
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        close();
    }
}

fn close() {
    // Nothing more can be done for a terminal that is gone.
    let _ = execute!(io::stdout(), cursor::Show, LeaveAlternateScreen);
    let _ = disable_raw_mode();
}

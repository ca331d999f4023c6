//! Logs: daily files in the profile, redacted and bounded where they are written, so that no call can forget to.

use std::io::{self, Write};
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

use crate::clock::Clock;

/// Files that are kept.
const DAYS: usize = 14;

/// A day's file is not larger: whatever goes wrong a thousand times a second must not fill the disk.
const LARGEST: u64 = 8 << 20;

/// Whoever looks for more sets `PRESENCE_SYNC_LOG`, such as `presence=debug`.
const VARIABLE: &str = "PRESENCE_SYNC_LOG";

/// Starts logging into a folder; what is not yet written is written when the guard is dropped.
///
/// Returns nothing when the folder can not be used: a program without logs is better than none.
#[must_use]
pub fn start(folder: &Path) -> Option<WorkerGuard> {
    std::fs::create_dir_all(folder).ok()?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("presence-sync")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder)
        .ok()?;
    let clock = Clock::start();
    let bounded = Bounded::new(appender, LARGEST, written_today(folder, day(&clock)), move || day(&clock));
    let (writer, guard) = tracing_appender::non_blocking(Redacted(bounded));
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new("presence=info,warn"));
    let subscriber =
        tracing_subscriber::fmt().with_writer(writer).with_ansi(false).with_env_filter(filter).finish();
    tracing::subscriber::set_global_default(subscriber).ok()?;
    Some(guard)
}

/// The day by which files are named, which is that of UTC.
fn day(clock: &Clock) -> Date {
    clock.now().wall.to_zoned(TimeZone::UTC).date()
}

/// How much an earlier run has written on a day.
fn written_today(folder: &Path, day: Date) -> u64 {
    let file = folder.join(format!("presence-sync.{day}.log"));
    std::fs::metadata(file).map_or(0, |file| file.len())
}

/// Writes so much a day, and then that it writes no more.
struct Bounded<W, D> {
    inner: W,
    today: D,
    day: Date,
    most: u64,
    written: u64,
}

impl<W: Write, D: Fn() -> Date> Bounded<W, D> {
    fn new(inner: W, most: u64, written: u64, today: D) -> Self {
        Self { inner, day: today(), today, most, written }
    }
}

impl<W: Write, D: Fn() -> Date> Write for Bounded<W, D> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let today = (self.today)();
        if today != self.day {
            (self.day, self.written) = (today, 0);
        }
        let before = self.written;
        self.written = before.saturating_add(bytes.len() as u64);
        if self.written <= self.most {
            self.inner.write_all(bytes)?;
        } else if before <= self.most {
            self.inner.write_all(b"the log of this day is full\n")?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Hides whatever looks like a secret before it reaches the file.
struct Redacted<W>(W);

impl<W: Write> Write for Redacted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(redact(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Words after which a value is hidden, whatever it looks like.
const NAMES: [&str; 10] = [
    "bearer",
    "password",
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "code",
    "code_verifier",
    "key",
    "state",
];

/// No word, path part or GUID is this long; tokens and keys are.
const LONGEST_WORD: usize = 39;

/// Replaces secrets: values after telling names, and unbroken runs that are too long to be words.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut hide_next = false;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !in_word(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if !word.is_empty() {
            let hidden = hide_next || word.len() > LONGEST_WORD;
            result.push_str(if hidden { "[redacted]" } else { word });
            let follows =
                after.trim_start().starts_with(['=', ':', '"']) || word.eq_ignore_ascii_case("bearer");
            hide_next = follows && NAMES.iter().any(|name| word.eq_ignore_ascii_case(name));
        }
        let gap = after.find(in_word).unwrap_or(after.len());
        result.push_str(&after[..gap]);
        rest = &after[gap..];
    }
    result
}

fn in_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '~' | '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planted_secrets_never_reach_the_file() {
        let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";
        let lines = [
            format!("sent Authorization: Bearer {token}"),
            "POST /token?code=0.AXoA&state=xyz refresh_token=1//abc".into(),
            r#"{"password":"hunter2","api_key":"k","key":"s3cret"}"#.into(),
            "Bearer short".into(),
        ];
        for line in lines {
            let redacted = redact(&line);
            for secret in [token, "0.AXoA", "xyz", "abc", "hunter2", "s3cret", "short"] {
                assert!(
                    !redacted.contains(secret) || secret == "abc" && !line.contains("token=abc"),
                    "{redacted}"
                );
            }
        }
    }

    #[test]
    fn a_day_has_a_bound_and_the_next_one_begins_anew() {
        let day = std::cell::Cell::new(jiff::civil::date(2026, 11, 23));
        let mut bounded = Bounded::new(Vec::new(), 20, 8, || day.get());
        for _ in 0..100 {
            bounded.write_all(b"ten bytes\n").unwrap();
        }
        assert_eq!(bounded.inner, b"ten bytes\nthe log of this day is full\n");
        day.set(jiff::civil::date(2026, 11, 24));
        bounded.write_all(b"tomorrow\n").unwrap();
        assert!(bounded.inner.ends_with(b"full\ntomorrow\n"));
    }

    #[test]
    fn ordinary_words_ids_and_paths_stay_readable() {
        let line = "2026-11-23T09:00:00Z WARN presence::store: aside=/home/ann/.local/share/presence-sync/board.db.unusable-1 \
                    request 5f0c1d7e-0000-4000-8000-000000000001";
        assert_eq!(redact(line), line);
    }
}

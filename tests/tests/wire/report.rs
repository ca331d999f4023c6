//! The report as a spreadsheet, in an organisation where somebody wants to do harm by name.
//!
//! `PRESENCE_SYNC_CSV` names a file in which the report is kept, for whoever wants to open it in a spreadsheet.

use presence::setup::integration::Integration;
use presence::view::matches::csv;
use serde_json::json;
use tests::site::{Installer, Site};

/// Names as people could give them to themselves; each has a last word to be found by.
const HOSTILE: [&str; 10] = [
    "=1+1 Sum",
    "+1+1 Plus",
    "-1+1 Minus",
    "@SUM(1,1) At",
    "=HYPERLINK(\"http://127.0.0.1/?\"&A1;\"press\") Link",
    "Ann;=1+1 Half",
    "\u{202e}=1+1 Turned",
    "\u{200b}=1+1 Hidden",
    "＝1＋1 Wide",
    "\"Ann\",\"=1+1\" Quoted",
];

/// The cells of each line, read as RFC 4180 has it; every cell must be quoted.
fn cells(text: &str) -> Vec<Vec<String>> {
    let mut letters = text.strip_prefix('\u{feff}').expect("a byte-order mark").chars().peekable();
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    while letters.peek().is_some() {
        assert_eq!(letters.next(), Some('"'), "a cell begins with a quote");
        let mut cell = String::new();
        loop {
            match letters.next().expect("a quote at the end") {
                '"' if letters.next_if_eq(&'"').is_none() => break,
                letter => cell.push(letter),
            }
        }
        line.push(cell);
        match letters.next() {
            Some(',') => {}
            Some('\r') => {
                assert_eq!(letters.next(), Some('\n'));
                lines.push(std::mem::take(&mut line));
            }
            other => panic!("{other:?} after a cell"),
        }
    }
    lines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_name_of_a_colleague_becomes_a_formula_in_the_spreadsheet() {
    let site = Site::start().await;
    let graph = site.graph().await;
    for (name, number) in HOSTILE.iter().zip(0..) {
        let user = json!({
            "displayName": name,
            "userPrincipalName": format!("hostile.{number}@{}", site.sandbox.domain()),
            "mailNickname": format!("hostile.{number}"),
            "accountEnabled": true,
            "passwordProfile": { "password": "Correct-Horse-9", "forceChangePasswordNextSignIn": false },
        });
        graph.post("users", &user).await;
    }
    let installer = Installer::at(&site);
    installer.follow(&site, Integration::TeamsToEight).await;
    let told = |snapshot: &presence::snapshot::Snapshot| {
        snapshot.matches.unmatched.iter().filter(|line| line.address.starts_with("hostile.")).count()
            == HOSTILE.len()
    };
    let snapshot = installer.until("everybody in the report", told).await;
    let text = csv(&snapshot);
    if let Some(file) = std::env::var_os("PRESENCE_SYNC_CSV") {
        std::fs::write(file, &text).unwrap();
    }
    let lines = cells(&text);
    assert!(lines.iter().all(|line| line.len() == lines[0].len()), "nobody ends a cell early");
    for name in HOSTILE {
        let word = name.rsplit(' ').next().unwrap();
        let cell =
            lines.iter().flatten().find(|cell| cell.ends_with(word)).unwrap_or_else(|| panic!("{word}"));
        for part in cell.split(';') {
            let first = part.trim_start_matches([' ', '\u{200b}', '"']).chars().next().unwrap();
            assert!(!"=+-@＝＋－＠".contains(first), "{cell}");
        }
    }
    installer.handle.stop().await;
}

//! Leaves out of a text whatever is about a person or opens a door.

use std::net::{IpAddr, SocketAddr};

use aho_corasick::{AhoCorasick, MatchKind};

use crate::log::redact;
use crate::settings::Profile;
use crate::snapshot::Snapshot;

/// A part of a name that is shorter would hide half of all words.
const SHORTEST_PART: usize = 4;

/// Knows what is to be left out.
pub(super) struct Scrub {
    known: Option<AhoCorasick>,
    /// What each known text is replaced with, and whether it counts only as a whole word.
    stands: Vec<(&'static str, bool)>,
}

impl Scrub {
    pub(super) fn new(snapshot: Option<&Snapshot>, profile: &Profile) -> Self {
        let mut words: Vec<(String, &'static str, bool)> = Vec::new();
        let mut know = |text: &str, stands: &'static str| {
            if text.chars().count() > 2 {
                words.push((text.into(), stands, false));
            }
        };
        know(profile.name(), "[profile]");
        if let Some(home) = std::env::home_dir() {
            know(&home.display().to_string(), "[home]");
        }
        if let Some(user) = std::env::home_dir().and_then(|home| home.file_name().map(ToOwned::to_owned)) {
            know(&user.to_string_lossy(), "[user]");
        }
        if let Some(snapshot) = snapshot {
            if let Some(organisation) = &snapshot.setup.installation.organisation {
                know(&organisation.tenant, "[tenant]");
                know(organisation.name.as_deref().unwrap_or_default(), "[organisation]");
                know(organisation.initial_domain.as_deref().unwrap_or_default(), "[tenant]");
                know(&organisation.entered, "[tenant]");
            }
            if let Some(account) = snapshot.session.account() {
                know(&account.user_name, "[account]");
                know(&account.name, "[account]");
            }
            for person in snapshot.people.iter() {
                let card = &person.card;
                know(&card.person.name, "[name]");
                know(&card.person.user_name, "[address]");
                let phones = [&card.person.direct, &card.person.mobile];
                phones.into_iter().flatten().for_each(|phone| know(phone, "[number]"));
                if let Some(contact) = &card.contact {
                    know(&contact.name, "[name]");
                }
            }
            let names = snapshot.people.iter().map(|person| person.card.person.name.as_str());
            let agents = snapshot.center.iter().flat_map(|center| &center.agents);
            let names = names.chain(agents.map(|agent| agent.name.as_str()));
            let parts = names.flat_map(|name| name.split(|sign: char| !sign.is_alphanumeric()));
            let parts: std::collections::BTreeSet<String> = parts
                .filter(|part| part.chars().count() >= SHORTEST_PART && part.chars().any(char::is_alphabetic))
                .map(Into::into)
                .collect();
            words.extend(parts.into_iter().map(|part| (part, "[name]", true)));
        }
        let stands = words.iter().map(|(_, stands, whole)| (*stands, *whole)).collect();
        let known = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(words.iter().map(|(text, ..)| text));
        Self { known: known.ok(), stands }
    }

    /// The text without them, and how many there were.
    pub(super) fn text(&self, text: &str) -> (String, usize) {
        let mut hidden = 0;
        let mut known = String::with_capacity(text.len());
        let mut from = 0;
        for found in self.known.iter().flat_map(|known| known.find_iter(text)) {
            let (stands, whole) = self.stands[found.pattern().as_usize()];
            let before = text[..found.start()].chars().next_back();
            let after = text[found.end()..].chars().next();
            let within = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
            if whole && (within(before) || within(after)) {
                continue;
            }
            known.push_str(&text[from..found.start()]);
            known.push_str(stands);
            from = found.end();
            hidden += 1;
        }
        known.push_str(&text[from..]);
        let mut clean = String::with_capacity(known.len());
        for piece in known.split_inclusive(|sign: char| {
            sign.is_whitespace() || matches!(sign, '"' | '<' | '>' | '(' | ')' | ',' | ';')
        }) {
            let end = piece.trim_end_matches(|sign: char| {
                sign.is_whitespace() || matches!(sign, '"' | '<' | '>' | '(' | ')' | ',' | ';')
            });
            let (word, rest) = piece.split_at(end.len());
            match replaced(word) {
                Some(instead) => {
                    hidden += 1;
                    clean.push_str(&instead);
                }
                None => clean.push_str(word),
            }
            clean.push_str(rest);
        }
        let safe = redact(&clean);
        hidden += safe.matches("[redacted]").count().saturating_sub(clean.matches("[redacted]").count());
        (safe, hidden)
    }
}

/// What stands for a word that looks like an address, a number, an id or a link.
fn replaced(word: &str) -> Option<String> {
    if let Some((before, after)) = word.split_once('@')
        && !before.is_empty()
        && after.contains('.')
    {
        // Whatever is written before it, as in `user=ann@…`, stays.
        let kept = before.rfind(['=', ':']).map_or("", |at| &before[..=at]);
        return Some(format!("{kept}[address]"));
    }
    if let Some((link, _)) = word.split_once('?')
        && link.contains("://")
    {
        return Some(format!("{link}?[query]"));
    }
    if bare_address(word) {
        return Some("[ip]".into());
    }
    if word.contains('/') {
        let parts: Vec<String> =
            word.split('/').map(|part| replaced(part).unwrap_or_else(|| part.to_owned())).collect();
        let joined = parts.join("/");
        return (joined != word).then_some(joined);
    }
    let (kept, value) = word.rfind(['=', ':']).map_or(("", word), |at| word.split_at(at + 1));
    let bare = value.trim_matches(|sign: char| !sign.is_ascii_alphanumeric() && sign != '+');
    if uuid::Uuid::try_parse(bare).is_ok() && bare.len() == 36 {
        return Some(format!("{kept}{}-[id]", &bare[..8]));
    }
    if bare_address(bare) {
        return Some(format!("{kept}[ip]"));
    }
    let digits = bare.chars().filter(char::is_ascii_digit).count();
    let number = bare.starts_with('+') && digits >= 6 || digits >= 7 && digits == bare.len();
    number.then(|| format!("{kept}[number]"))
}

/// Whether a word is an address on a network, with a port or without; this computer's own says nothing.
fn bare_address(word: &str) -> bool {
    let bracketless = word.trim_matches(['[', ']']);
    let address =
        word.parse::<SocketAddr>().map(|address| address.ip()).or_else(|_| bracketless.parse::<IpAddr>());
    address.is_ok_and(|address| !address.is_loopback() && !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_somebody_or_something_secret_is_replaced() {
        for (word, expected) in [
            ("ann@x.example", "[address]"),
            ("user=ann@x.example", "user=[address]"),
            ("https://graph/v1.0/users?$filter=ann", "https://graph/v1.0/users?[query]"),
            ("id=5f0c1d7e-0000-4000-8000-000000000001", "id=5f0c1d7e-[id]"),
            ("10.1.2.3", "[ip]"),
            ("10.1.2.3:8080", "[ip]"),
            ("fe80::1:2", "[ip]"),
            ("http://10.1.2.3:8080/x", "http://[ip]/x"),
            ("/users/5f0c1d7e-0000-4000-8000-000000000001/presence", "/users/5f0c1d7e-[id]/presence"),
            ("+41445504021", "[number]"),
            ("0445504021", "[number]"),
        ] {
            assert_eq!(replaced(word).as_deref(), Some(expected), "{word}");
        }
        for word in [
            "127.0.0.1:9400",
            "::1",
            "127.0.0.1",
            "2026-11-23T09:00:00.123456Z",
            "200",
            "presence::http",
            "429",
            "port=9400",
        ] {
            assert_eq!(replaced(word), None, "{word}");
        }
    }
}

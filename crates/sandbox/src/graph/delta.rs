//! The delta query of users.
//!
//! Sources: learn.microsoft.com, "user: delta" and "Use delta query to track changes in Microsoft Graph data".
//! What the pages call rare happens here often: empty pages with a next link, and changes told twice.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use std::sync::atomic::Ordering;

use super::error::GraphError;
use super::user::{Selection, UserBody};
use super::users::{FULL, mark, open_mark, preferred_page_size};
use super::{Visit, ok};
use crate::chance::{Purpose, below, draw};
use crate::directory::Directory;
use crate::directory::account::Account;
use crate::message::Reply;

const DEFAULT_PAGE: u64 = 200;
/// Delta tokens of the directory live seven days.
const LIFE_SECONDS: i64 = 7 * 86_400;

/// Where a round of pages stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Round {
    selection: Selection,
    page_size: u64,
    /// The part of the change log that is told; a first round tells all accounts instead.
    from: u64,
    until: u64,
    first: bool,
    position: u64,
    page: u64,
}

#[derive(Serialize)]
struct Page<'a> {
    #[serde(rename = "@odata.context")]
    context: String,
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(rename = "@odata.deltaLink", skip_serializing_if = "Option::is_none")]
    delta: Option<String>,
    value: Changes<'a>,
}

struct Changes<'a> {
    accounts: Vec<&'a Account>,
    selection: Selection,
}

impl Serialize for Changes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.accounts.len()))?;
        for account in &self.accounts {
            if account.left {
                list.serialize_element(&Removed(account))?;
            } else {
                list.serialize_element(&UserBody { account, selection: self.selection, context: None })?;
            }
        }
        list.end()
    }
}

struct Removed<'a>(&'a Account);

impl Serialize for Removed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Reason {
            reason: &'static str,
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("id", &self.0.id)?;
        // Deleted users can be restored for thirty days, which Graph calls "changed".
        map.serialize_entry("@removed", &Reason { reason: "changed" })?;
        map.end()
    }
}

/// `GET /users/delta`.
pub(crate) fn query(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need(FULL)?;
    let parameters = visit.call.parameters();
    for refused in ["$top", "$skip", "$filter", "$search", "$orderby", "$expand"] {
        if parameters.given(refused).is_some() {
            return Err(GraphError::request(format!("'{refused}' is not supported by this delta query.")));
        }
    }
    let preferred = preferred_page_size(&visit.call.headers);
    let page_size = preferred.unwrap_or(DEFAULT_PAGE);
    let begin = |first, from| -> Result<Round, GraphError> {
        let selection = Selection::parse(parameters.get("$select"), true)?;
        let until = visit.tenant.with_directory(Directory::changes) as u64;
        let from = if first { 0 } else { from };
        Ok(Round { selection, page_size, from: from.min(until), until, first, position: 0, page: 0 })
    };
    let round = match (parameters.given("$skiptoken"), parameters.given("$deltatoken")) {
        (Some(token), _) => {
            let mut round = Round::open(visit, token)?;
            round.page_size = preferred.unwrap_or(round.page_size);
            round
        }
        (None, Some("latest")) => begin(false, u64::MAX)?,
        (None, None | Some("")) => begin(true, 0)?,
        (None, Some(token)) => {
            let earlier = Round::open(visit, token)?;
            let until = visit.tenant.with_directory(Directory::changes) as u64;
            Round { page_size, from: replayed(visit, earlier.until, until), until, first: false, ..earlier }
        }
    };
    let answer = visit.tenant.with_directory(|directory| page(visit, directory, round));
    let answer = answer.header("x-ms-resource-unit", "2");
    Ok(match preferred {
        Some(size) => answer.header("preference-applied", &format!("odata.maxpagesize={size}")),
        None => answer,
    })
}

/// Where to begin: sometimes one change earlier, which is then told twice.
fn replayed(visit: &Visit<'_>, from: u64, until: u64) -> u64 {
    let dice = draw(visit.tenant.organisation.seed, Purpose::Page, from, until);
    if from < until && below(dice, 3) == 0 { from.saturating_sub(1) } else { from }
}

fn page(visit: &Visit<'_>, directory: &Directory, round: Round) -> Reply {
    let mut accounts = Vec::new();
    let mut rest = None;
    // One page in four of a long first round comes empty.
    let empty = round.first && round.page % 4 == 1;
    if empty {
        rest = Some(round.position);
    } else if round.first {
        for (place, account) in directory.accounts().iter().enumerate().skip(round.position as usize) {
            if !account.is_listed() {
                continue;
            }
            if accounts.len() as u64 == round.page_size {
                rest = Some(place as u64);
                break;
            }
            accounts.push(account);
        }
    } else {
        let changed = directory.changed(round.from as usize, round.until as usize);
        let mut places = changed.iter().skip(round.position as usize);
        accounts.extend(
            places.by_ref().take(round.page_size as usize).filter_map(|place| directory.account(*place)),
        );
        rest = places.next().map(|_| round.position + round.page_size);
    }
    let link =
        |name: &str, round: Round| Some(visit.address(&format!("users/delta?${name}={}", round.seal(visit))));
    let (next, delta) = match rest {
        Some(position) => (link("skiptoken", Round { position, page: round.page + 1, ..round }), None),
        None => (None, link("deltatoken", Round { position: 0, page: 0, ..round })),
    };
    let context = visit.context(&format!("users({})", round.selection.names()));
    ok(&Page { context, next, delta, value: Changes { accounts, selection: round.selection } })
}

impl Round {
    fn seal(self, visit: &Visit<'_>) -> String {
        mark(&[
            visit.tenant.clock.opened_at().as_millisecond() as u64,
            visit.tenant.delta_generation.load(Ordering::Relaxed),
            visit.tenant.clock.wall().as_second() as u64,
            self.selection.number(),
            self.page_size,
            self.from,
            self.until,
            u64::from(self.first),
            self.position,
            self.page,
        ])
    }

    /// Opens a token. One of an earlier run, of an earlier generation, or too old leads to a full round.
    fn open(visit: &Visit<'_>, token: &str) -> Result<Self, GraphError> {
        let [run, generation, issued, selection, page_size, from, until, first, position, page] =
            open_mark(token)
                .ok_or_else(|| GraphError::request("The delta or skip token is badly formed."))?;
        let selection = Selection::of_number(selection, true);
        let age = visit.tenant.clock.wall().as_second().saturating_sub(issued as i64);
        let known = run == visit.tenant.clock.opened_at().as_millisecond() as u64
            && generation == visit.tenant.delta_generation.load(Ordering::Relaxed)
            && age <= LIFE_SECONDS
            && !visit.effects.delta_reset;
        if !known {
            let names = selection.names();
            return Err(GraphError::resync(
                visit.address(&format!("users/delta?$deltatoken=&$select={names}")),
            ));
        }
        Ok(Self {
            selection,
            page_size: page_size.clamp(1, 999),
            from,
            until,
            first: first == 1,
            position,
            page,
        })
    }
}

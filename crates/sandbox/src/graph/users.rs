//! The list of users, and single ones (Microsoft Graph: list users, get a user).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::header::HeaderMap;
use serde::Serialize;
use serde::ser::Serializer;

use super::error::GraphError;
use super::user::{Selection, UserBody};
use super::{Visit, ok};
use crate::directory::account::Account;
use crate::message::Reply;

/// Permissions that show whole profiles.
pub(crate) const FULL: &[&str] = &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"];
const BASIC: &[&str] = &["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All"];
const LARGEST_PAGE: u64 = 999;
const DEFAULT_PAGE: u64 = 100;

#[derive(Serialize)]
struct Page<'a> {
    #[serde(rename = "@odata.context")]
    context: String,
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    value: Users<'a>,
}

struct Users<'a> {
    accounts: Vec<&'a Account>,
    selection: Selection,
}

impl Serialize for Users<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let selection = self.selection;
        serializer.collect_seq(self.accounts.iter().map(|account| UserBody {
            account,
            selection,
            context: None,
        }))
    }
}

/// `GET /users`.
pub(crate) fn list(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need(BASIC)?;
    let parameters = visit.call.parameters();
    for refused in ["$skip", "$search", "$orderby", "$expand"] {
        if parameters.given(refused).is_some() {
            return Err(GraphError::request(format!("'{refused}' is not supported here.")));
        }
    }
    let full = visit.has(FULL);
    if let Some(filter) = parameters.given("$filter") {
        let selection = Selection::parse(parameters.get("$select"), full)?;
        return named(visit, filter, selection);
    }
    let (selection, top, from) = match parameters.given("$skiptoken") {
        Some(token) => {
            let [selection, top, from] =
                open_mark(token).ok_or_else(|| GraphError::request("The skip token is malformed."))?;
            (Selection::of_number(selection, full), top, from)
        }
        None => (Selection::parse(parameters.get("$select"), full)?, page_size(parameters.given("$top"))?, 0),
    };
    let answer = visit.tenant.with_directory(|directory| {
        let mut accounts = Vec::with_capacity(top as usize);
        let mut next = None;
        for (place, account) in directory.accounts().iter().enumerate().skip(from as usize) {
            if !account.is_listed() {
                continue;
            }
            if accounts.len() as u64 == top {
                let mark = mark(&[selection.number(), top, place as u64]);
                next = Some(visit.address(&format!("users?$skiptoken={mark}")));
                break;
            }
            accounts.push(account);
        }
        let context = visit.context(&format!("users({})", selection.names()));
        ok(&Page { context, next, value: Users { accounts, selection } })
    });
    // A list costs two resource units, one less with $select, one less for small pages, but at least one.
    let cost = if parameters.get("$select").is_some() || top < 20 { "1" } else { "2" };
    Ok(answer.header("x-ms-resource-unit", cost))
}

/// The list with the one filter that is supported: `userPrincipalName eq '…'`.
fn named(visit: &Visit<'_>, filter: &str, selection: Selection) -> Result<Reply, GraphError> {
    let name = filter.trim().strip_prefix("userPrincipalName eq '").and_then(|rest| rest.strip_suffix('\''));
    let name = name.ok_or_else(|| GraphError::request("Invalid filter clause."))?.replace("''", "'");
    Ok(visit.tenant.with_directory(|directory| {
        let place = directory.place_of_user_name(&name);
        let accounts = place.and_then(|place| directory.account(place)).into_iter().collect();
        let context = visit.context(&format!("users({})", selection.names()));
        ok(&Page { context, next: None, value: Users { accounts, selection } })
    }))
}

/// `GET /users/{id or user name}`.
pub(crate) fn one(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    visit.need(BASIC)?;
    let selection = Selection::parse(visit.call.parameters().get("$select"), visit.has(FULL))?;
    show(visit, id, selection)
}

/// `GET /me`.
pub(crate) fn me(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need_user()?;
    visit.need(&[
        "User.Read",
        "User.ReadBasic.All",
        "User.Read.All",
        "User.ReadWrite.All",
        "Directory.Read.All",
    ])?;
    // One's own profile is shown whole.
    let selection = Selection::parse(visit.call.parameters().get("$select"), true)?;
    show(visit, &visit.access.user.to_string(), selection)
}

fn show(visit: &Visit<'_>, user: &str, selection: Selection) -> Result<Reply, GraphError> {
    visit.tenant.with_directory(|directory| {
        let place = match user.parse() {
            Ok(id) => directory.place_of_id(id),
            Err(_) => directory.place_of_user_name(user),
        };
        let account =
            place.and_then(|place| directory.account(place)).ok_or_else(|| GraphError::no_user(user))?;
        let context = visit.context(&format!("users({})/$entity", selection.names()));
        Ok(ok(&UserBody { account, selection, context: Some(&context) }).header("x-ms-resource-unit", "1"))
    })
}

fn page_size(top: Option<&str>) -> Result<u64, GraphError> {
    let Some(top) = top else { return Ok(DEFAULT_PAGE) };
    top.parse()
        .ok()
        .filter(|top| (1..=LARGEST_PAGE).contains(top))
        .ok_or_else(|| GraphError::request(format!("Invalid page size '{top}': it must be from 1 to 999.")))
}

/// The page size that `Prefer: odata.maxpagesize=` asks for, kept within what Graph gives.
pub(crate) fn preferred_page_size(headers: &HeaderMap) -> Option<u64> {
    let preferences = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    preferences
        .flat_map(|value| value.split([',', ';']))
        .find_map(|preference| preference.trim().strip_prefix("odata.maxpagesize=")?.trim().parse().ok())
        .map(|size: u64| size.clamp(1, LARGEST_PAGE))
}

/// Numbers as an opaque page mark.
pub(crate) fn mark(numbers: &[u64]) -> String {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The numbers of a page mark; none if it is not one of ours.
pub(crate) fn open_mark<const N: usize>(mark: &str) -> Option<[u64; N]> {
    let bytes = URL_SAFE_NO_PAD.decode(mark).ok().filter(|bytes| bytes.len() == N * 8)?;
    let mut numbers = [0; N];
    for (number, bytes) in numbers.iter_mut().zip(bytes.chunks_exact(8)) {
        *number = u64::from_be_bytes(bytes.try_into().ok()?);
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_open_again_and_nonsense_does_not() {
        assert_eq!(open_mark(&mark(&[1, u64::MAX])), Some([1, u64::MAX]));
        assert_eq!(open_mark::<3>(&mark(&[1, 2])), None);
        assert_eq!(open_mark::<1>("!!"), None);
    }

    #[test]
    fn the_preferred_page_size_is_kept_within_bounds() {
        let size = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("prefer", value.parse().unwrap());
            preferred_page_size(&headers)
        };
        assert_eq!(size("return=minimal, odata.maxpagesize=50"), Some(50));
        assert_eq!(size("odata.maxpagesize=5000"), Some(999));
        assert_eq!(size("odata.maxpagesize=0"), Some(1));
        assert_eq!(size("odata.maxpagesize=many"), None);
    }
}

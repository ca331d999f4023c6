//! What admin provisioning answers; every member of an error may be missing.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::center::{RingGroup, RingGroupMember};
use crate::eight::scalar::{Scalar, text};
use crate::person::plain;

/// A page of groups, and where the next one is.
pub(super) struct Page {
    pub(super) groups: Vec<RingGroup>,
    pub(super) set_aside: u64,
    pub(super) next: Option<String>,
}

/// A change under way.
pub(super) struct Operation {
    pub(super) id: String,
    /// As it came; an open list.
    pub(super) status: String,
    /// 8x8's codes, where it failed.
    pub(super) codes: String,
}

/// 8x8's codes of an error; the list of them is open.
pub(super) fn codes(body: &[u8]) -> String {
    #[derive(Default, Deserialize)]
    struct Refusal {
        #[serde(default)]
        errors: Option<Vec<Reason>>,
    }
    #[derive(Deserialize)]
    struct Reason {
        #[serde(default)]
        code: Option<Scalar>,
    }
    let refusal: Refusal = serde_json::from_slice(body).unwrap_or_default();
    let codes = refusal.errors.unwrap_or_default().into_iter().map(|reason| plain(&text(reason.code)));
    codes.collect::<Vec<_>>().join(", ")
}

pub(super) fn operation(body: &[u8]) -> Option<Operation> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire<'a> {
        operation_id: Scalar,
        status: Scalar,
        #[serde(default, borrow)]
        error: Option<&'a RawValue>,
    }
    let wire: Wire<'_> = serde_json::from_slice(body).ok()?;
    Some(Operation {
        id: wire.operation_id.0,
        status: plain(&wire.status.0),
        codes: wire.error.map(|error| codes(error.get().as_bytes())).unwrap_or_default(),
    })
}

pub(super) fn page(body: &[u8]) -> Option<Page> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow)]
        data: Vec<&'a RawValue>,
        #[serde(default)]
        pagination: Option<Pagination>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Pagination {
        #[serde(default)]
        has_more: Option<Scalar>,
        #[serde(default)]
        next_scroll_id: Option<Scalar>,
    }
    let wire: Wire<'_> = serde_json::from_slice(body).ok()?;
    let next = wire.pagination.filter(|page| page.has_more.as_ref().is_none_or(|more| more.0 == "true"));
    let mut page = Page {
        groups: Vec::new(),
        set_aside: 0,
        next: next.map(|page| text(page.next_scroll_id)).filter(|next| !next.is_empty()),
    };
    for raw in wire.data {
        match group(raw) {
            Some((group, set_aside)) => {
                page.groups.push(group);
                page.set_aside += set_aside;
            }
            None => page.set_aside += 1,
        }
    }
    Some(page)
}

/// A group, and how many of its members can not be read.
fn group(raw: &RawValue) -> Option<(RingGroup, u64)> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire<'a> {
        id: Scalar,
        #[serde(default)]
        name: Option<Scalar>,
        /// As the guide has it.
        #[serde(default)]
        extension: Option<Scalar>,
        /// As the specification has it.
        #[serde(default)]
        extension_number: Option<Scalar>,
        #[serde(default)]
        allow_log_in_log_out: Option<Scalar>,
        #[serde(default, borrow)]
        members: Option<Vec<&'a RawValue>>,
    }
    let wire: Wire<'_> = serde_json::from_str(raw.get()).ok()?;
    let members = wire.members.unwrap_or_default();
    let listed = members.len();
    let members: Vec<RingGroupMember> = members.into_iter().filter_map(member).collect();
    let set_aside = u64::try_from(listed - members.len()).unwrap_or(u64::MAX);
    let group = RingGroup {
        id: wire.id.0.into(),
        name: plain(&text(wire.name)),
        extension: plain(&text(wire.extension_number.or(wire.extension))),
        may_log_out: wire.allow_log_in_log_out.is_some_and(|allowed| allowed.0 == "true"),
        members,
    };
    (!group.id.is_empty()).then_some((group, set_aside))
}

fn member(raw: &RawValue) -> Option<RingGroupMember> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        extension_id: Scalar,
        #[serde(default)]
        extension_number: Option<Scalar>,
        #[serde(default)]
        first_name: Option<Scalar>,
        #[serde(default)]
        last_name: Option<Scalar>,
        /// Nobody may be taken for logged in who is not told to be.
        logged_in: Scalar,
    }
    let wire: Wire = serde_json::from_str(raw.get()).ok()?;
    let logged_in = wire.logged_in.0.parse().ok()?;
    (!wire.extension_id.0.is_empty()).then(|| RingGroupMember {
        extension_id: wire.extension_id.0.into(),
        extension: plain(&text(wire.extension_number)),
        name: plain(&format!("{} {}", text(wire.first_name), text(wire.last_name))),
        logged_in,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_members_that_can_not_be_read_harm_no_other() {
        let body = br#"{"data":[
            {"id":"g1","name":"Desk","extensionNumber":"4001","allowLogInLogOut":true,"members":[
                {"userId":"u","extensionId":"x1","extensionNumber":"1001","firstName":"Ann","lastName":"Lee","loggedIn":true},
                {"extensionId":"x2","extensionNumber":1002,"loggedIn":"false"},
                {"extensionId":"x3"},{"loggedIn":true},7]},
            {"id":2,"extension":"4002","members":null},
            {"name":"nameless"},null],
            "pagination":{"pageSize":2,"hasMore":true,"nextScrollId":"s-2"}}"#;
        let page = page(body).unwrap();
        assert_eq!((page.groups.len(), page.set_aside, page.next.as_deref()), (2, 5, Some("s-2")));
        let [first, second] = page.groups.as_slice() else { panic!("two groups") };
        assert_eq!((first.extension.as_str(), first.may_log_out), ("4001", true));
        let members: Vec<_> =
            first.members.iter().map(|it| (&*it.extension_id, it.extension.as_str(), it.logged_in)).collect();
        assert_eq!(members, [("x1", "1001", true), ("x2", "1002", false)]);
        assert_eq!((first.members[0].name.as_str(), first.members[1].name.as_str()), ("Ann Lee", ""));
        assert_eq!((&*second.id, second.extension.as_str(), second.may_log_out), ("2", "4002", false));
    }

    #[test]
    fn the_last_page_leads_nowhere() {
        let next = |body: &str| page(body.as_bytes()).unwrap().next;
        assert_eq!(next(r#"{"data":[]}"#), None);
        assert_eq!(next(r#"{"data":[],"pagination":{"hasMore":false,"nextScrollId":"s"}}"#), None);
        assert_eq!(next(r#"{"data":[],"pagination":{"hasMore":true,"nextScrollId":null}}"#), None);
        assert!(page(b"{}").is_none());
    }

    #[test]
    fn an_operation_says_why_it_failed() {
        let body = br#"{"operationId":"op-1","status":"FAILED","error":{"status":500,"errors":[{"code":"UNKNOWN"},{"code":"CONFLICT"}]}}"#;
        let failed = operation(body).unwrap();
        assert_eq!((failed.id.as_str(), failed.status.as_str()), ("op-1", "FAILED"));
        assert_eq!(failed.codes, "UNKNOWN, CONFLICT");
        let pending = operation(br#"{"operationId":"op-1","status":"PENDING","error":null}"#).unwrap();
        assert_eq!(pending.codes, "");
        assert!(operation(br#"{"status":"PENDING"}"#).is_none());
        assert_eq!(codes(b"<html>"), "");
    }
}

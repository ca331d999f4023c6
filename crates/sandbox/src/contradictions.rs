//! Where the vendors' pages contradict each other or leave a question open, and which reading the sandbox plays.
//!
//! A client has to live with every reading, so each can be chosen. The defaults are what the newest page says, or
//! the reading that asks the most of a client.

use serde::{Deserialize, Serialize};

/// How active calls are paged (developer.8x8.com, "Work Analytics Active Calls" and its OpenAPI file).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// Either form is understood.
    #[default]
    Both,
    /// Only `limit`, `startingAfter`, `latestSortingValue`, `sortingField`, `sortingDirection`; the guide's form
    /// is answered with 400, and so is a request without a limit and a field to sort by.
    Flat,
    /// Only `paging=0,50&sorting=startTime,desc`; the other form is answered with 400.
    Guide,
    /// Whatever is asked for, all calls come.
    Ignored,
}

/// The body of agent activity (developer.8x8.com, "Work Analytics Agent Activity").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityBody {
    /// `agentActivity` and `summary`, as the schema has it.
    #[default]
    Flat,
    /// `queuesAgentActivity`, each with its `agentActivity`, as the older example has it.
    Queues,
}

/// How often agent activity tells `userStatus`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatuses {
    /// For every agent.
    Always,
    /// Not for every fifth agent.
    #[default]
    Sometimes,
    /// For nobody.
    Never,
}

/// With whom a new contact may not share a mail address or a telephone number
/// (developer.8x8.com, "Contact object structure").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unique {
    /// Only with itself.
    WithinContact,
    /// With no other company contact.
    #[default]
    AmongCompany,
    /// With no contact at all, corporate ones included.
    AmongAll,
}

/// The body of an error of the contacts (no page has one).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorBody {
    /// `error`, `status` and `message`.
    #[default]
    Json,
    /// A line of text.
    Text,
    /// None.
    Empty,
}

/// Under which folder the contacts are (developer.8x8.com, "Search contacts", whose paging samples differ).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactsPath {
    /// `/directory-contacts/` and `x-api-key`.
    #[default]
    Hyphen,
    /// `/directoryContacts/` with the key as a bearer token.
    Camel,
    /// Both.
    Both,
}

/// Which part of the address the agent status is below (developer.8x8.com, "Managing agent status").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentHost {
    /// `/8x8/api/v1`, `/8x8/vcc-na12/api/v1` and `/8x8/na12/api/v1` all answer.
    #[default]
    Any,
    /// Not `/8x8/na12/api/v1`.
    Prefixed,
    /// Not `/8x8/vcc-na12/api/v1`.
    Bare,
}

/// The method that changes the status of many agents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkMethod {
    /// Either.
    #[default]
    Both,
    /// PUT, as the guide says; POST is answered with 405.
    Put,
    /// POST, as the OpenAPI file says; PUT is answered with 405.
    Post,
}

/// How scalars are written in events (developer.8x8.com, the release note of August 2026).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventValues {
    /// As in the samples.
    #[default]
    Sample,
    /// Strings that look like a number or a boolean come without quotes.
    Bare,
    /// Numbers and booleans come in quotes.
    Quoted,
}

/// Which field of a chat message has its text (developer.8x8.com, "Getting started with CHAPI").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatField {
    /// `parsed`, as the guide says.
    #[default]
    Parsed,
    /// `messageParsed`, as the OpenAPI example says.
    MessageParsed,
}

/// One reading of every contradiction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contradictions {
    /// How active calls are paged.
    pub active_calls_paging: Paging,
    /// Whether the 8x8 user's level of access includes active calls; if not, 403.
    pub active_calls_allowed: bool,
    /// How old the picture of active calls is, in simulated milliseconds.
    pub active_calls_delay_ms: u64,
    /// How many requests for active calls are served in a minute; no limit if absent.
    pub active_calls_per_minute: Option<usize>,
    /// Whether lists of Work Analytics have `_links` and `page` inside `_embedded`, as one example does.
    pub nested_pages: bool,
    /// The body of agent activity.
    pub activity_body: ActivityBody,
    /// How often agent activity tells `userStatus`.
    pub user_statuses: UserStatuses,
    /// Whether agent activity has people who are in no queue.
    pub activity_of_everybody: bool,
    /// Whether `userId` of agent activity is the `assignedUserId` of the contact, or a name of its own.
    pub activity_user_id_is_contact: bool,
    /// Whether an account under single sign-on gets a token of Work Analytics with its password.
    pub single_sign_on_accounts: bool,
    /// Where the contacts are.
    pub contacts_path: ContactsPath,
    /// With whom a contact may not share an address or a number.
    pub unique: Unique,
    /// The status of an answer to a contact that is not unique.
    pub duplicate_status: u16,
    /// The body of an error of the contacts.
    pub contact_errors: ErrorBody,
    /// The largest page of contacts.
    pub largest_contacts_page: usize,
    /// Whether `pageSize` may stand beside `scrollId` in admin provisioning; if not, 400.
    pub scroll_with_page_size: bool,
    /// The largest page of admin provisioning: 1,000 by the guide, 100 by a sample.
    pub largest_provisioning_page: usize,
    /// Whether `PUT /users/{id}` of admin provisioning exists.
    pub put_users: bool,
    /// Whether admin provisioning insists on its media types, as it does since September 2026.
    pub versioned_media: bool,
    /// Where the agent status is.
    pub agent_host: AgentHost,
    /// The method that changes the status of many agents.
    pub agent_bulk: BulkMethod,
    /// Whether a change of status needs all four fields, as the guide says.
    pub agent_all_fields: bool,
    /// Whether a reader of events has to acknowledge, as Apache and 8x8's samples say.
    pub reader_acknowledges: bool,
    /// How long `earliest` reaches back, in simulated milliseconds; for ever if absent.
    pub retention_ms: Option<u64>,
    /// How scalars are written in events.
    pub event_values: EventValues,
    /// Which field of a chat message has its text.
    pub chat_field: ChatField,
    /// Whether the newest chat message comes first.
    pub chat_newest_first: bool,
    /// Whether `ts` of the chat asks for messages after it, or before it.
    pub chat_after: bool,
    /// Whether a session's call reads back from Graph as `Busy`/`Busy` instead of `Busy`/`InACall`.
    pub call_reads_busy: bool,
    /// Whether writing presence is answered with 204, as Graph's metadata says, instead of 200.
    pub presence_no_content: bool,
}

impl Default for Contradictions {
    fn default() -> Self {
        Self {
            active_calls_paging: Paging::default(),
            active_calls_allowed: true,
            active_calls_delay_ms: 0,
            active_calls_per_minute: None,
            nested_pages: false,
            activity_body: ActivityBody::default(),
            user_statuses: UserStatuses::default(),
            activity_of_everybody: false,
            activity_user_id_is_contact: true,
            single_sign_on_accounts: false,
            contacts_path: ContactsPath::default(),
            unique: Unique::default(),
            duplicate_status: 400,
            contact_errors: ErrorBody::default(),
            largest_contacts_page: 1_000,
            scroll_with_page_size: false,
            largest_provisioning_page: 1_000,
            put_users: false,
            versioned_media: true,
            agent_host: AgentHost::default(),
            agent_bulk: BulkMethod::default(),
            agent_all_fields: false,
            reader_acknowledges: true,
            retention_ms: None,
            event_values: EventValues::default(),
            chat_field: ChatField::default(),
            chat_newest_first: true,
            chat_after: true,
            call_reads_busy: false,
            presence_no_content: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_keeps_its_default() {
        let read: Contradictions =
            serde_json::from_str(r#"{"active_calls_paging":"guide","retention_ms":5}"#).unwrap();
        let expected = Contradictions {
            active_calls_paging: Paging::Guide,
            retention_ms: Some(5),
            ..Contradictions::default()
        };
        assert_eq!(read, expected);
        assert!(serde_json::from_str::<Contradictions>(r#"{"paging":"guide"}"#).is_err());
    }
}

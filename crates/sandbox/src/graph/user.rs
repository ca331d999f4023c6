//! A user as Graph shows it, and which properties a request selects.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::error::GraphError;
use crate::directory::account::{Account, Kind, local_part};

/// A property of a user (Microsoft Graph: user).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Property {
    BusinessPhones,
    DisplayName,
    GivenName,
    JobTitle,
    Mail,
    MobilePhone,
    OfficeLocation,
    PreferredLanguage,
    Surname,
    UserPrincipalName,
    Id,
    AccountEnabled,
    Department,
    ProxyAddresses,
    UserType,
    MailNickname,
    PasswordPolicies,
    UsageLocation,
    CreatedDateTime,
}

const PROPERTIES: &[(Property, &str)] = &[
    (Property::BusinessPhones, "businessPhones"),
    (Property::DisplayName, "displayName"),
    (Property::GivenName, "givenName"),
    (Property::JobTitle, "jobTitle"),
    (Property::Mail, "mail"),
    (Property::MobilePhone, "mobilePhone"),
    (Property::OfficeLocation, "officeLocation"),
    (Property::PreferredLanguage, "preferredLanguage"),
    (Property::Surname, "surname"),
    (Property::UserPrincipalName, "userPrincipalName"),
    (Property::Id, "id"),
    (Property::AccountEnabled, "accountEnabled"),
    (Property::Department, "department"),
    (Property::ProxyAddresses, "proxyAddresses"),
    (Property::UserType, "userType"),
    (Property::MailNickname, "mailNickname"),
    (Property::PasswordPolicies, "passwordPolicies"),
    (Property::UsageLocation, "usageLocation"),
    (Property::CreatedDateTime, "createdDateTime"),
];

/// Properties that come without `$select`: the first eleven.
const BY_DEFAULT: u32 = (1 << 11) - 1;

/// What User.ReadBasic.All lets one see.
const BASIC: &[Property] = &[
    Property::DisplayName,
    Property::GivenName,
    Property::Id,
    Property::Mail,
    Property::Surname,
    Property::UserPrincipalName,
];

/// The selected properties, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Selection {
    bits: u32,
    /// Whether the others' values may be shown, and not only those of the basic profile.
    full: bool,
}

impl Selection {
    /// Reads `$select`. `full` tells whether the token may see more than basic profiles; selecting more
    /// without that is refused.
    pub(crate) fn parse(select: Option<&str>, full: bool) -> Result<Self, GraphError> {
        let Some(select) = select else {
            return Ok(Self { bits: BY_DEFAULT, full });
        };
        let mut bits = 0;
        for name in select.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let place = PROPERTIES
                .iter()
                .position(|(_, known)| known.eq_ignore_ascii_case(name))
                .ok_or_else(|| {
                    GraphError::request(format!("The type 'microsoft.graph.user' has no property '{name}'."))
                })?;
            if !full && !BASIC.contains(&PROPERTIES[place].0) {
                return Err(GraphError::denied());
            }
            bits |= 1 << place;
        }
        Ok(Self { bits, full })
    }

    /// The selection as a number, for page marks.
    pub(crate) fn number(self) -> u64 {
        u64::from(self.bits) << 1 | u64::from(self.full)
    }

    /// The selection of a page mark; `full` only if the token still allows it.
    pub(crate) fn of_number(number: u64, full: bool) -> Self {
        Self { bits: (number >> 1) as u32, full: full && number & 1 == 1 }
    }

    /// The names for `@odata.context` and for starting over.
    pub(crate) fn names(self) -> String {
        let names: Vec<&str> = self.properties().map(|(_, name)| *name).collect();
        names.join(",")
    }

    fn properties(self) -> impl Iterator<Item = &'static (Property, &'static str)> {
        PROPERTIES.iter().enumerate().filter(move |(place, _)| self.bits >> place & 1 == 1).map(|(_, p)| p)
    }
}

/// A user to be written.
pub(crate) struct UserBody<'a> {
    pub(crate) account: &'a Account,
    pub(crate) selection: Selection,
    pub(crate) context: Option<&'a str>,
}

impl Serialize for UserBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let account = self.account;
        let mut map = serializer.serialize_map(None)?;
        if let Some(context) = self.context {
            map.serialize_entry("@odata.context", context)?;
        }
        for (property, name) in self.selection.properties() {
            let visible = self.selection.full || BASIC.contains(property);
            match property {
                Property::Id => map.serialize_entry(name, &account.id)?,
                Property::DisplayName => map.serialize_entry(name, &account.display_name)?,
                Property::GivenName => map.serialize_entry(name, &filled(&account.given_name))?,
                Property::Surname => map.serialize_entry(name, &filled(&account.surname))?,
                Property::UserPrincipalName => map.serialize_entry(name, &account.user_principal_name)?,
                Property::Mail => map.serialize_entry(name, &account.mail)?,
                Property::BusinessPhones => {
                    let direct = account.phones().filter(|_| visible).map(|[direct, _]| direct);
                    map.serialize_entry(name, &direct.iter().collect::<Vec<_>>())?;
                }
                Property::MobilePhone => {
                    map.serialize_entry(
                        name,
                        &account.phones().filter(|_| visible).map(|[_, mobile]| mobile),
                    )?;
                }
                Property::OfficeLocation => {
                    map.serialize_entry(name, &filled(account.site).filter(|_| visible))?;
                }
                Property::PreferredLanguage => map.serialize_entry(name, &None::<&str>)?,
                Property::JobTitle => {
                    map.serialize_entry(name, &filled(account.job_title).filter(|_| visible))?;
                }
                Property::Department => map.serialize_entry(name, &filled(account.department))?,
                Property::AccountEnabled => map.serialize_entry(name, &account.enabled())?,
                Property::UserType => map.serialize_entry(name, account.user_type())?,
                Property::MailNickname => {
                    map.serialize_entry(name, local_part(&account.user_principal_name))?;
                }
                Property::PasswordPolicies => map.serialize_entry(name, &account.password_policies)?,
                Property::UsageLocation => map.serialize_entry(name, &account.usage_location)?,
                Property::CreatedDateTime => map.serialize_entry(name, &account.created)?,
                Property::ProxyAddresses => map.serialize_entry(name, &proxy_addresses(account))?,
            }
        }
        map.end()
    }
}

fn filled(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The primary address is written `SMTP:`, others `smtp:`.
fn proxy_addresses(account: &Account) -> Vec<String> {
    let mut addresses: Vec<String> = account.mail.iter().map(|mail| format!("SMTP:{mail}")).collect();
    addresses.extend(account.aliases.iter().map(|alias| format!("smtp:{alias}")));
    if account.kind == Kind::Person {
        addresses.push(format!("SIP:{}", account.user_principal_name));
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_survives_the_journey_through_a_page_mark() {
        let selection = Selection::parse(Some("id, Mail,userType"), true).unwrap();
        assert_eq!(Selection::of_number(selection.number(), true), selection);
        assert_eq!(selection.names(), "mail,id,userType");
        assert!(Selection::parse(Some("userType"), false).is_err());
        assert!(Selection::parse(Some("shoeSize"), true).is_err());
    }

    #[test]
    fn without_select_there_are_eleven_properties_and_basic_rights_see_six() {
        let account = Account::person(7, 3, 50, |_| false);
        let shown = |full| {
            let selection = Selection::parse(None, full).unwrap();
            serde_json::to_value(UserBody { account: &account, selection, context: None }).unwrap()
        };
        assert_eq!(shown(true).as_object().unwrap().len(), 11);
        assert!(shown(true)["jobTitle"].is_string());
        assert!(shown(false)["jobTitle"].is_null());
    }
}

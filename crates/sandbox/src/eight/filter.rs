//! The filter language of contacts: the part of FIQL that directory clients use.
//!
//! `field==value` and `field!=value`, joined by `;`; a `*` at either end of a value stands for anything.

use super::contact::Contact;

/// Conditions that must all hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    conditions: Vec<Condition>,
}

#[derive(Debug, PartialEq, Eq)]
struct Condition {
    field: &'static str,
    equal: bool,
    value: String,
}

const FIELDS: &[&str] = &[
    "assignedUserId",
    "companyName",
    "contactType",
    "customerId",
    "department",
    "email.email",
    "extension.extension",
    "extension.fqExtension",
    "extension.pbxId",
    "firstName",
    "id",
    "lastName",
    "name",
    "pbxId",
    "pbxName",
    "phone.phone",
    "subscriptionType",
    "tag.name",
    "tag.value",
];

impl Filter {
    /// Reads a filter; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let conditions = text.split(';').filter(|part| !part.trim().is_empty()).map(condition);
        Ok(Self { conditions: conditions.collect::<Result<_, _>>()? })
    }

    /// Whether a contact passes.
    pub(super) fn passes(&self, contact: &Contact<'_>) -> bool {
        self.conditions.iter().all(|condition| {
            let found = values(contact, condition.field).iter().any(|value| matches(&condition.value, value));
            found == condition.equal
        })
    }
}

fn condition(text: &str) -> Result<Condition, String> {
    let (field, equal, value) = if let Some((field, value)) = text.split_once("==") {
        (field, true, value)
    } else if let Some((field, value)) = text.split_once("!=") {
        (field, false, value)
    } else {
        return Err(format!("The filter '{text}' is not understood; use '==', '!=' and ';'."));
    };
    let field = field.trim();
    let known = FIELDS
        .iter()
        .find(|known| **known == field)
        .ok_or_else(|| format!("The field '{field}' is not known; known are {}.", FIELDS.join(", ")))?;
    let value = value.trim();
    let value = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).unwrap_or(value);
    Ok(Condition { field: known, equal, value: value.to_owned() })
}

fn values<'c>(contact: &'c Contact<'_>, field: &str) -> Vec<&'c str> {
    let extensions = contact.extensions.iter().flatten();
    match field {
        "assignedUserId" => contact.assigned_user_id.as_deref().into_iter().collect(),
        "companyName" => contact.company_name.into_iter().collect(),
        "contactType" => vec![contact.contact_type],
        "customerId" => vec![contact.customer_id],
        "department" => contact.department.into_iter().collect(),
        "email.email" => contact.emails.iter().flatten().map(|email| email.email.as_ref()).collect(),
        "extension.extension" => extensions.map(|extension| extension.extension.as_str()).collect(),
        "extension.fqExtension" => extensions.map(|extension| extension.fq_extension.as_str()).collect(),
        "extension.pbxId" => extensions.map(|extension| extension.pbx_id).collect(),
        "firstName" => contact.first_name.as_deref().into_iter().collect(),
        "id" => vec![&contact.id],
        "lastName" => contact.last_name.as_deref().into_iter().collect(),
        "name" => vec![&contact.name],
        "pbxId" => contact.pbx_id.into_iter().collect(),
        "pbxName" => contact.pbx_name.into_iter().collect(),
        "phone.phone" => contact.phones.iter().flatten().map(|phone| phone.phone.as_ref()).collect(),
        "tag.name" => contact.tags.iter().flatten().map(|tag| tag.name).collect(),
        "tag.value" => contact.tags.iter().flatten().filter_map(|tag| tag.value).collect(),
        _ => contact.subscription_type.into_iter().collect(),
    }
}

fn matches(pattern: &str, value: &str) -> bool {
    let (pattern, value) = (pattern.to_lowercase(), value.to_lowercase());
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(rest), Some(_)) => value.contains(rest.strip_suffix('*').unwrap_or(rest)),
        (Some(end), None) => value.ends_with(end),
        (None, Some(start)) => value.starts_with(start),
        (None, None) => value == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Directory;
    use crate::eight::book::Book;
    use crate::eight::contacts::Contacts;

    #[test]
    fn conditions_are_joined_and_negated() {
        let directory = Directory::new(7, 50, true);
        let book = Book::default();
        let contacts = Contacts {
            seed: 7,
            people: 50,
            systems: 1,
            contact_center: false,
            directory: &directory,
            book: &book,
        };
        let count = |text: &str| {
            let filter = Filter::parse(text).unwrap();
            contacts.numbers().filter_map(|n| contacts.get(n)).filter(|c| filter.passes(c)).count()
        };
        assert_eq!(count("contactType==corporate") + count("contactType!=corporate"), count(""));
        assert_eq!(count("contactType==corporate;email.email=='ADMIN@brightwater.example'"), 1);
        assert_eq!(count("contactType==service;email.email==admin*"), 0);
        assert!(count("email.email==*@brightwater.example") > 40);
        assert_eq!(count("name==*"), count(""));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(Filter::parse("contactType=in=(corporate,service)").is_err());
        assert!(Filter::parse("shoeSize==43").unwrap_err().contains("shoeSize"));
    }
}

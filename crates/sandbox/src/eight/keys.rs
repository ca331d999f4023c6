//! API keys and the products they are for (developer.8x8.com, "How to get API keys").

use std::collections::HashMap;

use hyper::StatusCode;
use serde::{Deserialize, Serialize};

use super::{fault, invalid_key};
use crate::guard::read;
use crate::message::Reply;
use crate::organisation::Organisation;
use crate::tenant::Tenant;

/// An API product, as the Admin Console names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Product {
    /// Reading contacts.
    #[serde(rename = "Contact Search")]
    ContactSearch,
    /// Writing contacts.
    #[serde(rename = "Contact Management")]
    ContactManagement,
    /// Work Analytics.
    #[serde(rename = "analytics product")]
    WorkAnalytics,
    /// The stream of events of the contact centre.
    #[serde(rename = "Pulsar Event Stream")]
    EventStream,
    /// Ring groups of admin provisioning.
    #[serde(rename = "UC Ring Group Admin")]
    RingGroups,
    /// Users of admin provisioning.
    #[serde(rename = "UC & CC User Admin")]
    Users,
    /// Operations of admin provisioning.
    #[serde(rename = "UC & CC Admin Operations")]
    Operations,
    /// The rooms of 8x8 Work.
    #[serde(rename = "Chat")]
    Chat,
}

/// The keys there are at the start, one for each family.
pub(crate) fn first_keys(organisation: &Organisation) -> HashMap<String, Vec<Product>> {
    let provisioning = [Product::RingGroups, Product::Users, Product::Operations];
    [
        (&organisation.key, [Product::ContactSearch].as_slice()),
        (&organisation.management_key, &[Product::ContactManagement]),
        (&organisation.analytics_key, &[Product::WorkAnalytics]),
        (&organisation.events_key, &[Product::EventStream]),
        (&organisation.data_token, &[Product::EventStream]),
        (&organisation.provisioning_key, &provisioning),
        (&organisation.chat_key, &[Product::Chat]),
    ]
    .map(|(key, products)| (key.clone(), products.to_vec()))
    .into()
}

/// Whether a key exists.
pub(super) fn is_known(tenant: &Tenant, key: &str) -> bool {
    read(&tenant.keys).contains_key(key)
}

/// What a key is refused with that does not exist or is for something else.
pub(super) fn refusal(tenant: &Tenant, key: &str, product: Product) -> Option<Reply> {
    match read(&tenant.keys).get(key) {
        None => Some(invalid_key()),
        Some(products) if products.contains(&product) => None,
        Some(_) => Some(wrong_product()),
    }
}

/// The key has other products.
pub(super) fn wrong_product() -> Reply {
    fault(
        StatusCode::FORBIDDEN,
        "The API key has no product for this resource",
        "oauth.v2.InvalidApiKeyForGivenResource",
    )
}

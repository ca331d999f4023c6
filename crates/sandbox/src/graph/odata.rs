//! The part of OData that directory clients use: `$filter` by equality, `$select`, collections.

use serde_json::{Map, Value, json};

use super::error::GraphError;
use super::{Visit, ok};
use crate::message::{Parameters, Reply};

/// The query of a request for directory objects.
pub(super) struct Query {
    filters: Vec<(String, String)>,
    select: Option<Vec<String>>,
    top: usize,
}

impl Query {
    /// Reads a query. `filterable` are the properties a filter may name.
    pub(super) fn read(parameters: &Parameters, filterable: &[&str]) -> Result<Self, GraphError> {
        for name in parameters.names() {
            if !matches!(name, "$filter" | "$select" | "$top" | "$count") {
                return Err(GraphError::request(format!("'{name}' is not supported here.")));
            }
        }
        let filters =
            parameters.get("$filter").map_or_else(|| Ok(Vec::new()), |text| conditions(text, filterable));
        let select = parameters.get("$select").map(|names| {
            names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
        });
        let top = match parameters.get("$top") {
            None => 999,
            Some(top) => top
                .parse()
                .ok()
                .filter(|top| (1..=999).contains(top))
                .ok_or_else(|| GraphError::request(format!("Invalid page size '{top}'.")))?,
        };
        Ok(Self { filters: filters?, select, top })
    }

    /// Whether a property is selected by name.
    pub(super) fn selects(&self, name: &str) -> bool {
        self.select.as_ref().is_some_and(|names| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
    }

    /// Whether an object passes the filter.
    fn passes(&self, object: &Map<String, Value>) -> bool {
        self.filters.iter().all(|(name, value)| {
            let found = object.get(name).and_then(Value::as_str);
            found.is_some_and(|found| found.eq_ignore_ascii_case(value))
        })
    }

    /// The selected part of an object; a name nobody knows is refused.
    fn selected(&self, mut object: Map<String, Value>, kind: &str) -> Result<Map<String, Value>, GraphError> {
        let Some(select) = &self.select else { return Ok(object) };
        let mut part = Map::new();
        for name in select {
            let value = object.remove(name);
            if value.is_none() && !part.contains_key(name) {
                let text =
                    format!("Could not find a property named '{name}' on type 'microsoft.graph.{kind}'.");
                return Err(GraphError::request(text));
            }
            part.extend(value.map(|value| (name.clone(), value)));
        }
        Ok(part)
    }

    /// A collection as a reply.
    pub(super) fn collection(
        &self,
        visit: &Visit<'_>,
        context: &str,
        kind: &str,
        objects: impl Iterator<Item = Value>,
    ) -> Result<Reply, GraphError> {
        let objects = objects.filter_map(into_object).filter(|object| self.passes(object)).take(self.top);
        let value = objects.map(|object| self.selected(object, kind)).collect::<Result<Vec<_>, _>>()?;
        Ok(ok(&json!({ "@odata.context": visit.context(context), "value": value })))
    }

    /// One object as a reply.
    pub(super) fn entity(
        &self,
        visit: &Visit<'_>,
        context: &str,
        kind: &str,
        object: Value,
    ) -> Result<Reply, GraphError> {
        let mut part = self.selected(into_object(object).unwrap_or_default(), kind)?;
        part.insert("@odata.context".to_owned(), visit.context(&format!("{context}/$entity")).into());
        Ok(ok(&part))
    }
}

fn into_object(value: Value) -> Option<Map<String, Value>> {
    if let Value::Object(object) = value { Some(object) } else { None }
}

/// `name eq 'value'`, joined by `and`; a quote inside a value is doubled.
fn conditions(text: &str, filterable: &[&str]) -> Result<Vec<(String, String)>, GraphError> {
    let invalid = || GraphError::request("Invalid filter clause.");
    let mut rest = text.trim();
    let mut found = Vec::new();
    loop {
        let (name, after) = rest.split_once(" eq '").ok_or_else(invalid)?;
        let name = name.trim();
        if !filterable.contains(&name) {
            let text = format!("Unsupported or invalid query filter clause specified for property '{name}'.");
            return Err(GraphError::request(text));
        }
        let mut value = String::new();
        let mut letters = after.char_indices().peekable();
        let end = loop {
            match letters.next().ok_or_else(invalid)? {
                (_, '\'') if letters.peek().is_some_and(|(_, next)| *next == '\'') => {
                    value.push('\'');
                    letters.next();
                }
                (at, '\'') => break at + 1,
                (_, letter) => value.push(letter),
            }
        };
        found.push((name.to_owned(), value));
        rest = after[end..].trim();
        if rest.is_empty() {
            return Ok(found);
        }
        rest = rest.strip_prefix("and ").ok_or_else(invalid)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_by_equality_are_read() {
        let read = |text| conditions(text, &["displayName", "appId"]);
        assert_eq!(
            read("displayName eq 'O''Brien and sons' and appId eq 'x'").unwrap(),
            [("displayName", "O'Brien and sons"), ("appId", "x")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        for text in
            ["", "displayName", "displayName eq 'x", "displayName eq 'x' or appId eq 'y'", "id eq 'x'"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}

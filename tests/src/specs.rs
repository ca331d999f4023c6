//! The vendors' OpenAPI files, as something that recorded exchanges can be held to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use sandbox::Exchange;
use serde_json::{Map, Value, json};

/// Where the specifications are: the folder in `PRESENCE_SYNC_SPECS`, or `../shared/specs` beside the repository.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs");
    let folder = std::env::var_os("PRESENCE_SYNC_SPECS").map_or_else(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// One OpenAPI 3.0 file.
pub struct Spec {
    document: Value,
    /// The path on the server below which the file's paths are.
    base: String,
    validators: BTreeMap<String, Validator>,
    /// Addresses that replies gave out for going on; they may carry parameters that no file names.
    links: BTreeSet<String>,
}

impl Spec {
    /// Reads a file, JSON or YAML; its paths are below `base` on the server.
    ///
    /// # Panics
    /// When it can not be read.
    #[must_use]
    pub fn read(path: &Path, base: &str) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut document: Value = if path.extension().is_some_and(|kind| kind == "json") {
            serde_json::from_str(&text).unwrap()
        } else {
            serde_saphyr::from_str(&text).unwrap()
        };
        assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.0")));
        plain_schema(&mut document);
        Self { document, base: base.into(), validators: BTreeMap::new(), links: BTreeSet::new() }
    }

    /// Holds an exchange to the file; gives the operation's id, or `None` when its path is not below the base.
    ///
    /// # Errors
    /// What is not as the file says.
    pub fn check(&mut self, exchange: &Exchange) -> Result<Option<String>, String> {
        let Some(path) = exchange.request.path.strip_prefix(&self.base).map(str::to_owned) else {
            return Ok(None);
        };
        let method = exchange.request.method.to_lowercase();
        let (template, operation) =
            self.operation(&path, &method).ok_or_else(|| format!("no operation {method} {path}"))?;
        self.check_query(exchange, &template, &operation)?;
        self.check_body(exchange, &operation)?;
        self.check_reply(exchange, &operation)?;
        self.remember_links(exchange);
        let name = operation["operationId"].as_str().unwrap_or(&template);
        Ok(Some(name.to_owned()))
    }

    /// The operation and its template; a template without a variable wins over one with.
    fn operation(&self, path: &str, method: &str) -> Option<(String, Value)> {
        let paths = self.document["paths"].as_object()?;
        let exact = paths.get_key_value(path);
        let fitting = || paths.iter().find(|(template, _)| fits(template, path));
        let (template, item) = exact.or_else(fitting)?;
        Some((template.clone(), item.get(method)?.clone()))
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str().and_then(|link| link.strip_prefix('#')) {
            Some(pointer) => self.document.pointer(pointer).unwrap_or(&Value::Null),
            None => value,
        }
    }

    fn check_query(&mut self, exchange: &Exchange, template: &str, operation: &Value) -> Result<(), String> {
        if self.links.contains(&target(&exchange.request.path, &exchange.query)) {
            return Ok(());
        }
        let own = operation["parameters"].as_array().cloned().unwrap_or_default();
        let shared = self.document["paths"][template]["parameters"].as_array().cloned().unwrap_or_default();
        let parameters: Vec<Value> =
            own.iter().chain(&shared).map(|parameter| self.resolve(parameter).clone()).collect();
        let query = parameters.iter().filter(|parameter| parameter["in"] == "query");
        let known: BTreeMap<&str, &Value> =
            query.filter_map(|parameter| Some((parameter["name"].as_str()?, &parameter["schema"]))).collect();
        let mut given = BTreeSet::new();
        for (name, text) in form_urlencoded::parse(exchange.query.as_bytes()) {
            let Some(schema) = known.get(name.as_ref()) else {
                return Err(format!("the query parameter {name} is not documented"));
            };
            if !given.insert(name.clone().into_owned()) {
                return Err(format!("the query parameter {name} is sent twice"));
            }
            let schema = self.resolve(schema).clone();
            self.validate(&schema, &read(&text, &schema))
                .map_err(|error| format!("query parameter {name}={text}: {error}"))?;
        }
        let needed =
            parameters.iter().filter(|parameter| parameter["in"] == "query" && parameter["required"] == true);
        for name in needed.filter_map(|parameter| parameter["name"].as_str()) {
            if !given.contains(name) {
                return Err(format!("the query parameter {name} is missing"));
            }
        }
        Ok(())
    }

    fn check_body(&mut self, exchange: &Exchange, operation: &Value) -> Result<(), String> {
        let described = self.resolve(&operation["requestBody"]).clone();
        if described.is_null() {
            let empty = exchange.request_body.is_empty();
            return if empty { Ok(()) } else { Err("a body is sent where none is documented".into()) };
        }
        let sent = header(&exchange.request_headers, "content-type").unwrap_or_default();
        let schema = schema_of(&described, sent).ok_or_else(|| format!("the body is sent as “{sent}”"))?;
        let body: Value = serde_json::from_str(&exchange.request_body).map_err(|error| error.to_string())?;
        if let Some(properties) = schema["properties"].as_object() {
            // The schema would let any name pass; the server would not know it.
            let strange =
                body.as_object().into_iter().flat_map(Map::keys).find(|name| !properties.contains_key(*name));
            if let Some(name) = strange {
                return Err(format!("the body's field {name} is not documented"));
            }
        }
        self.validate(&schema, &body).map_err(|error| format!("request body: {error}"))
    }

    fn check_reply(&mut self, exchange: &Exchange, operation: &Value) -> Result<(), String> {
        let status = exchange.request.status;
        // Microsoft's file gives every success a body; its pages say “204 No Content”.
        if status == 0 || (status == 204 && exchange.response_body.is_empty()) {
            return Ok(());
        }
        let kinds = [status.to_string(), format!("{}XX", status / 100), "default".to_owned()];
        let reply = kinds.iter().find_map(|kind| operation["responses"].get(kind));
        let reply = self.resolve(reply.ok_or_else(|| format!("status {status} is not documented"))?).clone();
        if reply["content"].as_object().is_none_or(Map::is_empty) {
            return Ok(());
        }
        let sent = header(&exchange.response_headers, "content-type").unwrap_or_default();
        let schema = schema_of(&reply, sent).ok_or_else(|| format!("the reply comes as “{sent}”"))?;
        let body = serde_json::from_str(&exchange.response_body).map_err(|error| error.to_string())?;
        self.validate(&schema, &body).map_err(|error| format!("reply {status}: {error}"))
    }

    fn remember_links(&mut self, exchange: &Exchange) {
        let Ok(body) = serde_json::from_str::<Value>(&exchange.response_body) else { return };
        for name in ["@odata.nextLink", "@odata.deltaLink"] {
            let address = body[name].as_str().and_then(|link| link.split_once("://"));
            if let Some((_, slash)) = address.and_then(|(_, rest)| rest.split_once('/')) {
                self.links.insert(format!("/{slash}"));
            }
        }
    }

    fn validate(&mut self, schema: &Value, value: &Value) -> Result<(), String> {
        let key = schema.to_string();
        let validator = match self.validators.entry(key) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => {
                let root = json!({
                    "$schema": "http://json-schema.org/draft-07/schema#",
                    "components": self.document["components"],
                    "allOf": [schema],
                });
                let built = jsonschema::options().should_validate_formats(true).build(&root);
                free.insert(built.map_err(|error| format!("the schema itself is broken: {error}"))?)
            }
        };
        let errors: Vec<String> = validator
            .iter_errors(value)
            .take(3)
            .map(|error| format!("{} at {}", short(&error.to_string()), error.instance_path()))
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(errors.join("; ")) }
    }
}

fn short(text: &str) -> String {
    text.chars().take(300).collect()
}

fn target(path: &str, query: &str) -> String {
    format!("{path}?{query}")
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The schema of a body of that media type; 8x8 has types of its own beside `application/json`.
fn schema_of(described: &Value, sent: &str) -> Option<Value> {
    let kind = sent.split(';').next().unwrap_or_default().trim();
    let (_, content) =
        described["content"].as_object()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(kind))?;
    Some(content["schema"].clone())
}

/// Whether a path such as `/users/5/presence` fits a template such as `/users/{user-id}/presence`.
fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(part, given)| part.starts_with('{') || part == given)
}

/// Reads a query parameter as the kind of value that its schema asks for.
fn read(text: &str, schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("array") => text.split(',').map(|part| read(part, &schema["items"])).collect(),
        Some("integer" | "number" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        _ => text.into(),
    }
}

/// Turns the schemas of OpenAPI 3.0 into plain JSON Schema, which has no `nullable`.
fn plain_schema(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(plain_schema),
        Value::Object(object) => {
            object.values_mut().for_each(plain_schema);
            let nullable = object.remove("nullable") == Some(Value::Bool(true));
            if !nullable {
                return;
            }
            let bare = object.len() == 1 && object.get("type") == Some(&json!("object"));
            if bare {
                // Graph writes "this, or null" as one of two schemas; literally, the second would let any object pass.
                object.insert("type".into(), json!("null"));
            } else if let Some(kind) = object.get("type").cloned() {
                object.insert("type".into(), json!([kind, "null"]));
                if let Some(Value::Array(values)) = object.get_mut("enum") {
                    values.push(Value::Null);
                }
            } else {
                let rest = Value::Object(std::mem::take(object));
                object.insert("anyOf".into(), json!([rest, { "type": "null" }]));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use sandbox::Request;

    use super::*;

    fn spec() -> Spec {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.yaml");
        let text = "
openapi: 3.0.3
paths:
  /things/{id}:
    post:
      operationId: make
      parameters:
        - {name: size, in: query, schema: {type: integer, minimum: 1}}
        - {name: parts, in: query, schema: {type: array, items: {type: string, enum: [A, B]}}}
      requestBody: {content: {application/json: {schema: {type: object, properties: {ids: {type: array}}}}}}
      responses:
        2XX: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        4XX: {$ref: '#/components/responses/error'}
components:
  responses:
    error: {content: {application/json: {schema: {type: object, required: [error]}}}}
  schemas:
    Thing:
      type: object
      required: [name]
      properties:
        name: {type: string, nullable: true}
        kind: {type: string, nullable: true, enum: [a]}
        part: {anyOf: [{$ref: '#/components/schemas/Thing'}, {type: object, nullable: true}]}
";
        std::fs::write(&path, text).unwrap();
        Spec::read(&path, "/v1")
    }

    fn exchange(query: &str, body: &str, status: u16, reply: &str) -> Exchange {
        let json = vec![("content-type".to_owned(), "application/json".to_owned())];
        Exchange {
            request: Request {
                at_ms: 0,
                method: "POST".into(),
                path: "/v1/things/5".into(),
                status,
                endpoint: "x".into(),
            },
            query: query.into(),
            request_headers: json.clone(),
            request_body: body.into(),
            response_headers: json,
            response_body: reply.into(),
        }
    }

    #[test]
    fn what_is_documented_passes() {
        let mut spec = spec();
        for (query, status, reply) in [
            ("", 200, r#"{"name":null,"kind":null,"part":null}"#),
            ("size=3&parts=A,B", 201, r#"{"name":"x","kind":"a","part":{"name":"y"},"more":1}"#),
            ("", 404, r#"{"error":{}}"#),
        ] {
            let found = spec.check(&exchange(query, r#"{"ids":[]}"#, status, reply));
            assert_eq!(found, Ok(Some("make".to_owned())), "{query} {status} {reply}");
        }
        let mut elsewhere = exchange("", "", 200, "");
        elsewhere.request.path = "/login".into();
        assert_eq!(spec.check(&elsewhere), Ok(None));
    }

    #[test]
    fn what_is_not_documented_is_named() {
        let mut spec = spec();
        let good = r#"{"name":"x"}"#;
        for (query, body, status, reply, word) in [
            ("speed=1", "{}", 200, good, "speed is not documented"),
            ("size=0", "{}", 200, good, "minimum"),
            ("size=big", "{}", 200, good, "integer"),
            ("size=1&size=2", "{}", 200, good, "twice"),
            ("parts=A,C", "{}", 200, good, "query parameter parts"),
            ("", r#"{"idz":[]}"#, 200, good, "idz is not documented"),
            ("", r#"{"ids":7}"#, 200, good, "request body"),
            ("", "ids", 200, good, "expected"),
            ("", "{}", 302, good, "status 302 is not documented"),
            ("", "{}", 200, "{}", "name"),
            ("", "{}", 200, r#"{"name":5}"#, "reply 200"),
            ("", "{}", 200, r#"{"name":"x","kind":"b"}"#, "reply 200"),
            ("", "{}", 200, r#"{"name":"x","part":{"name":5}}"#, "reply 200"),
            ("", "{}", 404, "{}", "error"),
        ] {
            let error = spec.check(&exchange(query, body, status, reply)).unwrap_err();
            assert!(error.contains(word), "{query} {body} {status} {reply}: {error}");
        }
        let mut elsewhere = exchange("", "{}", 200, good);
        elsewhere.request.path = "/v1/nothing".into();
        assert!(spec.check(&elsewhere).unwrap_err().contains("no operation"));
    }
}

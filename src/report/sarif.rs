//! Findings as SARIF 2.1.0, the form that code scanning and editors read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::diagnostics::Source;
use super::place::Place;
use super::text::{plain, plain_lines};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::model::codes;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run with every finding; a run without findings is a document too, which says that all is well.
#[must_use]
pub fn document(found: &[Diagnostic], source: &Source) -> Value {
    let mut rules: BTreeMap<&str, usize> = found.iter().map(|one| (one.code, 0)).collect();
    rules.values_mut().enumerate().for_each(|(index, rule)| *rule = index);
    let results: Vec<Value> = found.iter().map(|one| result(one, rules[one.code], source)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.keys().map(|code| rule(code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: &str) -> Value {
    match codes::find(code) {
        Some(entry) => json!({
            "id": code,
            "shortDescription": { "text": entry.title },
            "fullDescription": { "text": entry.text },
            "help": { "text": format!("{} More: `{} explain {code}`.", entry.text, env!("CARGO_PKG_NAME")) },
        }),
        None => json!({ "id": code }),
    }
}

fn result(diagnostic: &Diagnostic, rule_index: usize, source: &Source) -> Value {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut text = plain_lines(&diagnostic.message);
    text.extend(diagnostic.help.iter().map(|help| format!("; fix: {}", plain_lines(help))));
    let mut value = json!({
        "ruleId": diagnostic.code,
        "ruleIndex": rule_index,
        "level": level,
        "message": { "text": text },
        "locations": match diagnostic.labels.first() {
            Some(label) => vec![json!({ "physicalLocation": physical(label, source) })],
            None => vec![json!({ "physicalLocation": { "artifactLocation": { "uri": uri(&source.path) } } })],
        },
    });
    let others: Vec<Value> = diagnostic
        .labels
        .iter()
        .enumerate()
        .skip(1)
        .map(|(id, label)| {
            let text = if label.text.is_empty() { "see also" } else { &label.text };
            json!({ "id": id, "message": { "text": plain(text) }, "physicalLocation": physical(label, source) })
        })
        .collect();
    if !others.is_empty() {
        value["relatedLocations"] = json!(others);
    }
    value
}

fn physical(label: &Label, source: &Source) -> Value {
    let place = Place::of(label, source);
    json!({
        "artifactLocation": { "uri": uri(&place.path) },
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    })
}

/// A relative or absolute path as a URI reference: `/` stays, what a URI cannot hold is percent-encoded.
fn uri(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    if path.starts_with('/') { format!("file://{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Span;

    const TEXT: &str = "a: 1\nb: \u{e9}\u{e9}\n";

    fn source(path: &str) -> Source {
        Source { path: path.to_string(), text: TEXT.to_string(), files: BTreeMap::new() }
    }

    #[test]
    fn a_finding_has_its_rule_its_place_and_the_other_places() {
        let found = [
            Diagnostic::warning("SF306", "both").at(Span::of(TEXT, 8, 12), "this").at(Span::of(TEXT, 3, 4), "and this"),
            Diagnostic::error("SF006", "unknown").at(Span::of(TEXT, 0, 1), "").help("delete it"),
        ];
        let document = document(&found, &source("a b/pipeline.yaml"));
        let run = &document["runs"][0];
        assert_eq!(document["version"], "2.1.0");
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "SF006");
        let first = &run["results"][0];
        assert_eq!(
            (&first["ruleId"], &first["ruleIndex"], &first["level"]),
            (&json!("SF306"), &json!(1), &json!("warning"))
        );
        let place = &first["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b/pipeline.yaml");
        assert_eq!(place["region"], json!({ "startLine": 2, "startColumn": 4, "endLine": 2, "endColumn": 6 }));
        assert_eq!(first["relatedLocations"][0]["message"]["text"], "and this");
        assert_eq!(run["results"][1]["message"]["text"], "unknown; fix: delete it");
    }

    /// The essentials of the published schema: what is required, and of which kind.
    #[test]
    fn the_document_keeps_to_the_published_schema() {
        let schema = json!({
            "type": "object", "required": ["version", "runs"], "additionalProperties": false,
            "properties": {
                "$schema": { "type": "string" }, "version": { "enum": ["2.1.0"] },
                "runs": { "type": "array", "items": {
                    "type": "object", "required": ["tool"],
                    "properties": {
                        "columnKind": { "enum": ["utf16CodeUnits", "unicodeCodePoints"] },
                        "tool": { "type": "object", "required": ["driver"], "properties": { "driver": {
                            "type": "object", "required": ["name"], "properties": { "rules": { "type": "array", "uniqueItems": true,
                                "items": { "type": "object", "required": ["id"], "properties": {
                                    "shortDescription": { "$ref": "#/$defs/text" }, "fullDescription": { "$ref": "#/$defs/text" },
                                    "help": { "$ref": "#/$defs/text" } } } } } } } },
                        "results": { "type": "array", "items": {
                            "type": "object", "required": ["message", "ruleId", "level"], "properties": {
                                "message": { "$ref": "#/$defs/text" }, "level": { "enum": ["none", "note", "warning", "error"] },
                                "ruleIndex": { "type": "integer", "minimum": 0 },
                                "locations": { "type": "array", "items": { "$ref": "#/$defs/location" } },
                                "relatedLocations": { "type": "array", "uniqueItems": true, "items": { "$ref": "#/$defs/location" } } } } } } } } },
            "$defs": {
                "text": { "type": "object", "required": ["text"], "properties": { "text": { "type": "string", "minLength": 1 } } },
                "location": { "type": "object", "properties": {
                    "id": { "type": "integer", "minimum": 0 },
                    "physicalLocation": { "type": "object", "required": ["artifactLocation"], "properties": {
                        "artifactLocation": { "type": "object", "required": ["uri"], "properties": { "uri": { "type": "string", "pattern": "^[^ ]+$" } } },
                        "region": { "type": "object", "required": ["startLine"], "properties": {
                            "startLine": { "type": "integer", "minimum": 1 }, "startColumn": { "type": "integer", "minimum": 1 },
                            "endLine": { "type": "integer", "minimum": 1 }, "endColumn": { "type": "integer", "minimum": 1 } } } } } } } },
        });
        let found = [
            Diagnostic::note("SF106", "nobody reads").at(Span::of(TEXT, 0, 1), "this"),
            Diagnostic::error("SF999", "nowhere"),
            Diagnostic::error("SF306", "both")
                .at(Span { start: 900, end: 950, line: 40, column: 7 }, "far")
                .at(Span::of(TEXT, 0, 1), "near"),
        ];
        let validator = jsonschema::validator_for(&schema).unwrap();
        for document in [document(&found, &source("pipeline.yaml")), document(&[], &source("/a/pipeline.yaml"))] {
            let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert_eq!(errors, [""; 0], "{document:#}");
        }
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a b/\u{e9}.yaml"), "a%20b/%C3%A9.yaml");
        assert_eq!(uri("/x/p.yaml"), "file:///x/p.yaml");
    }
}

//! SF201 to SF206, SF703, SF704: from the source's record to the topic's schema.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::field_type::{Fit, fit};
use crate::model::near;
use crate::model::pipeline::{FieldType, Generated, Projection};
use crate::spec::suggest;

/// SF201: a map fills fields that the schema has.
pub(super) fn mapped_fields_exist(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, source) in &facts.pipeline.sources {
        let Some(schema) = facts.topic_schema(&source.to) else {
            continue;
        };
        let known: Vec<&str> = schema.fields.iter().map(|field| field.name.as_str()).collect();
        let map = facts.scope.root.get("sources").and_then(|sources| sources.get(name)?.get("map"));
        for entry in map.map_or(&[][..], |map| map.entries()) {
            if schema.field(&entry.key.text).is_none() {
                let message = format!("the topic `{}` has no field `{}`", source.to, entry.key.text);
                let mut diagnostic = Diagnostic::error("SF201", message).at(entry.key.span, "mapped here");
                if let Some(meant) = near::nearest(&entry.key.text, known.iter().copied())
                    && let Some(field) = schema.field(meant)
                    && !source.map.iter().any(|(mapped, _)| mapped == meant)
                {
                    diagnostic = diagnostic.at(field.span, "and this one would be null in every record");
                }
                found.push(diagnostic.help(suggest::help(&entry.key.text, "fields", &known)));
            }
        }
    }
}

/// SF202: without it every record would be refused.
pub(super) fn required_fields_are_mapped(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, source) in &facts.pipeline.sources {
        let Some(schema) = facts.topic_schema(&source.to) else {
            continue;
        };
        for field in schema.fields.iter().filter(|field| field.required) {
            if !source.map.iter().any(|(mapped, _)| *mapped == field.name) {
                let message = format!("the source `{name}` does not fill the required field `{}`", field.name);
                found.push(
                    Diagnostic::error("SF202", message)
                        .at(facts.place(&["sources", name, "map"]), "not mapped here")
                        .at(field.span, "required here")
                        .help(format!("add `{0}: $.{0}`, or the path it has in the source", field.name)),
                );
            }
        }
    }
}

/// SF203: a field that no map fills is null in every record.
pub(super) fn other_fields_are_mapped(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, source) in &facts.pipeline.sources {
        let Some(schema) = facts.topic_schema(&source.to) else {
            continue;
        };
        for field in schema.fields.iter().filter(|field| !field.required) {
            if !source.map.is_empty() && !source.map.iter().any(|(mapped, _)| *mapped == field.name) {
                let message =
                    format!("the source `{name}` never fills the field `{}`: it is null in every record", field.name);
                found.push(
                    Diagnostic::note("SF203", message)
                        .at(facts.place(&["sources", name, "map"]), "not mapped here")
                        .at(field.span, "declared here"),
                );
            }
        }
    }
}

/// SF204: `$.a.b` and `$.a[0]`, the part of RFC 9535 that names one value.
pub(super) fn paths(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, source) in &facts.pipeline.sources {
        let records = facts.place(&["sources", name, "http", "records"]);
        let schema = facts.topic_schema(&source.to);
        let mut all = vec![(records, source.http.records.as_str(), Names::Any)];
        for (field, projection) in &source.map {
            let place = facts.place(&["sources", name, "map", field, key_of(projection)]);
            let kind = schema.and_then(|schema| schema.field(field)).map(|field| &field.kind);
            let names = if matches!(kind, Some(FieldType::List(_))) { Names::Any } else { Names::One };
            all.extend(paths_of(projection).into_iter().map(|path| (place, path, names)));
        }
        for (place, path, names) in all {
            if let Some(reason) = path_problem(path, names) {
                found.push(
                    Diagnostic::error("SF204", format!("`{path}` is no path: {reason}"))
                        .at(place, "this path")
                        .help("paths look like `$.name.first` or `$.items[0].id`"),
                );
            }
        }
    }
}

fn paths_of(projection: &Projection) -> Vec<&str> {
    match projection {
        Projection::Path { path, .. } => vec![path],
        Projection::Join { paths, .. } | Projection::Hash(paths) => paths.iter().map(String::as_str).collect(),
        Projection::Const(_) | Projection::Generate(_) => Vec::new(),
    }
}

const fn key_of(projection: &Projection) -> &'static str {
    match projection {
        Projection::Path { .. } => "path",
        Projection::Join { .. } => "join",
        Projection::Hash(_) => "hash",
        Projection::Const(_) => "const",
        Projection::Generate(_) => "generate",
    }
}

/// How many values a path may name: the list of records, and a field that is a list, take any number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    One,
    Any,
}

fn path_problem(path: &str, names: Names) -> Option<String> {
    if !path.starts_with('$') {
        return Some("it must start with `$`".to_owned());
    }
    match serde_json_path::JsonPath::parse(path) {
        Err(error) => Some(error.message().to_owned()),
        Ok(_) if names == Names::Any => None,
        Ok(_) => {
            let several = path.contains("..") || path.contains(['*', '?', ',']) || sliced(path);
            several.then(|| "it may name more than one value, and the field takes one".to_owned())
        }
    }
}

fn sliced(path: &str) -> bool {
    path.split('[')
        .skip(1)
        .any(|part| !part.starts_with(['"', '\'']) && part.split(']').next().is_some_and(|inside| inside.contains(':')))
}

/// SF205: what a projection makes must fit the field.
pub(super) fn values_fit(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, source) in &facts.pipeline.sources {
        let Some(schema) = facts.topic_schema(&source.to) else {
            continue;
        };
        for (field_name, projection) in &source.map {
            let Some(field) = schema.field(field_name) else {
                continue;
            };
            let made = match projection {
                Projection::Join { .. } => FieldType::String,
                Projection::Hash(_) | Projection::Generate(Generated::Uuid) => FieldType::Uuid,
                Projection::Generate(Generated::Now) => FieldType::Timestamp,
                Projection::Const(value) => match constant_problem(value, &field.kind) {
                    Some(()) => FieldType::Map(Box::new(FieldType::String), Box::new(FieldType::String)),
                    None => continue,
                },
                Projection::Path { .. } => continue,
            };
            if fit(&made, &field.kind) > Fit::Cast {
                let what = if matches!(projection, Projection::Const(_)) {
                    "this constant".to_owned()
                } else {
                    format!("a {made}")
                };
                let message = format!("{what} does not fit the field `{field_name}`, which is {}", field.kind);
                found.push(
                    Diagnostic::error("SF205", message)
                        .at(facts.place(&["sources", name, "map", field_name, key_of(projection)]), "made here")
                        .at(field.span, "declared here"),
                );
            }
        }
    }
}

fn constant_problem(value: &serde_json::Value, kind: &FieldType) -> Option<()> {
    (!constant_fits(value, kind)).then_some(())
}

fn constant_fits(value: &serde_json::Value, kind: &FieldType) -> bool {
    match kind {
        FieldType::Int => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        FieldType::Bigint => value.is_i64(),
        FieldType::Double | FieldType::Decimal { .. } => value.is_number(),
        FieldType::Boolean => value.is_boolean(),
        FieldType::Uuid => value.as_str().is_some_and(|text| uuid::Uuid::parse_str(text).is_ok()),
        FieldType::String => !value.is_null(),
        FieldType::Timestamp => value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
        FieldType::Date => value.as_str().is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok()),
        FieldType::List(_) | FieldType::Map(..) => false,
        FieldType::AnyOf(kinds) => kinds.iter().any(|one| constant_fits(value, one)),
    }
}

/// SF206: a cast makes the type the field has.
pub(super) fn casts_fit(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, source) in &facts.pipeline.sources {
        let Some(schema) = facts.topic_schema(&source.to) else {
            continue;
        };
        for (field_name, projection) in &source.map {
            let (Projection::Path { cast: Some(cast), .. }, Some(field)) = (projection, schema.field(field_name))
            else {
                continue;
            };
            if *cast != field.kind {
                let message = format!("the cast makes {cast}, and the field `{field_name}` is {}", field.kind);
                found.push(
                    Diagnostic::error("SF206", message)
                        .at(facts.place(&["sources", name, "map", field_name, "cast"]), "cast here")
                        .at(field.span, "declared here")
                        .help(format!("write `cast: {}`", field.kind)),
                );
            }
        }
    }
}

/// SF703, SF704: http or https, and no password in the address.
pub(super) fn addresses(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, source) in &facts.pipeline.sources {
        let url = source.http.url.as_str();
        let place = facts.place(&["sources", name, "http", "url"]);
        if facts.scope.root.get("sources").and_then(|sources| sources.get(name)?.get("http")).is_none()
            || url.is_empty()
        {
            continue;
        }
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let authority = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        match authority {
            Some(authority) if authority.contains('@') => {
                found.push(
                    Diagnostic::error("SF703", "the address holds a name and password")
                        .at(place, "in this address")
                        .help("a secret in an address reaches logs and plans: leave it out"),
                );
            }
            Some(authority) if !authority.is_empty() && !url.contains(char::is_whitespace) => {}
            _ => found.push(
                Diagnostic::error("SF704", format!("`{url}` is no http or https address"))
                    .at(place, "this address")
                    .help("write it whole: `https://host/path`"),
            ),
        }
    }
}

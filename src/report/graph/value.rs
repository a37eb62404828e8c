//! The graph as JSON: nodes, edges between things, columns with what they are made of.

use serde_json::{Value, json};

use super::picture::{Mark, Picture, RowLink};
use crate::report::diagnostics;

pub(super) fn of(picture: &Picture<'_>) -> Value {
    let nodes: Vec<Value> = picture
        .things
        .iter()
        .map(|thing| {
            json!({
                "id": thing.node.to_string(),
                "kind": thing.node.word(),
                "name": thing.node.name(),
                "about": thing.about,
                "started_by": thing.starts,
                "findings": codes(thing.mark.as_ref()),
            })
        })
        .collect();
    let edges: Vec<Value> = picture
        .links
        .iter()
        .map(|link| {
            json!({
                "from": picture.things[link.from].node.to_string(),
                "to": picture.things[link.to].node.to_string(),
                "evidence": link.evidence.word(),
            })
        })
        .collect();
    let mut columns: Vec<Value> = Vec::new();
    for (thing_index, thing) in picture.things.iter().enumerate() {
        for (row_index, row) in thing.rows.iter().enumerate() {
            let into = picture.row_links.iter().filter(|link| link.to == (thing_index, Some(row_index)));
            columns.push(json!({
                "id": row.node.to_string(),
                "of": thing.node.to_string(),
                "kind": row.node.word(),
                "name": row.node.name(),
                "type": (!row.kind.is_empty()).then_some(&row.kind),
                "from": into.map(|link| origin(picture, link)).collect::<Vec<_>>(),
                "findings": codes(row.mark.as_ref()),
            }));
        }
    }
    let conditions: Vec<Value> = picture
        .row_links
        .iter()
        .filter(|link| link.to.1.is_none())
        .map(|link| json!({ "of": picture.things[link.to.0].node.to_string(), "from": origin(picture, link) }))
        .collect();
    let mut value = json!({
        "pipeline": picture.name,
        "nodes": nodes,
        "edges": edges,
        "columns": columns,
        "conditions": conditions,
    });
    value["findings"] = diagnostics::as_value(picture.findings, picture.path)["findings"].take();
    value
}

fn origin(picture: &Picture<'_>, link: &RowLink) -> Value {
    json!({
        "id": picture.things[link.from.0].rows[link.from.1].node.to_string(),
        "flow": link.flow.word(),
        "evidence": link.evidence.word(),
    })
}

fn codes(mark: Option<&Mark>) -> Vec<&'static str> {
    mark.map(|mark| mark.codes.iter().copied().collect()).unwrap_or_default()
}

//! The graph as a Mermaid flowchart, for pages that draw one from its text.

use super::Detail;
use super::picture::{Picture, Thing};
use super::text::severity;
use crate::model::lineage::{Evidence, Flow, Node};

pub(super) fn render(picture: &Picture<'_>, detail: Detail) -> String {
    let mut lines = vec!["flowchart LR".to_owned(), "  accTitle: data flow of ".to_owned() + picture.name];
    for (index, thing) in picture.things.iter().enumerate() {
        if detail == Detail::Columns && !thing.rows.is_empty() {
            lines.push(format!("  subgraph t{index}[\"{}\"]", label(thing)));
            lines.push("    direction LR".to_owned());
            for (row_index, row) in thing.rows.iter().enumerate() {
                let kind = if row.kind.is_empty() { String::new() } else { format!(": {}", row.kind) };
                let text = escaped(&format!("{}{kind}", row.node.name()));
                let class = row.mark.as_ref().map_or(String::new(), |mark| format!(":::{}", severity(mark.severity)));
                lines.push(format!("    t{index}r{row_index}[\"{text}\"]{class}"));
            }
            lines.push("  end".to_owned());
        } else {
            let (open, close) = shape(&thing.node);
            lines.push(format!("  t{index}{open}\"{}\"{close}", label(thing)));
        }
        let class = thing.mark.as_ref().map_or_else(|| thing.node.word(), |mark| severity(mark.severity));
        lines.push(format!("  class t{index} {class}"));
    }
    if detail == Detail::Columns {
        lines.extend(picture.row_links.iter().map(|link| {
            let to = link.to.1.map_or_else(|| format!("t{}", link.to.0), |row| format!("t{}r{row}", link.to.0));
            format!("  t{}r{} {} {to}", link.from.0, link.from.1, arrow(link.evidence, link.flow))
        }));
    }
    let shown = picture.links.iter().filter(|link| {
        // What its rows show need not be shown twice.
        detail == Detail::Things || !picture.row_links.iter().any(|row| row.from.0 == link.from && row.to.0 == link.to)
    });
    lines.extend(shown.map(|link| format!("  t{} {} t{}", link.from, arrow(link.evidence, Flow::Data), link.to)));
    lines.extend(CLASSES.iter().map(|class| format!("  classDef {class}")));
    lines.join("\n")
}

/// Colours that can be read on light and on dark pages.
const CLASSES: [&str; 7] = [
    "source fill:#e6f4ea,stroke:#2e7d4f,color:#12301f",
    "topic fill:#e8eefb,stroke:#3a62b5,color:#14264d",
    "job fill:#fdf1e0,stroke:#b26a12,color:#40260a",
    "sink fill:#f1e9f8,stroke:#7a48a8,color:#2d1843",
    "error fill:#fde7e7,stroke:#c62828,stroke-width:3px,color:#4a0d0d",
    "warning fill:#fff4d6,stroke:#b07a00,stroke-width:3px,color:#402c00",
    "note fill:#eef1f4,stroke:#5b6b7b,stroke-width:2px,color:#1e2a36",
];

/// Dotted: read from a text, or only a condition.
fn arrow(evidence: Evidence, flow: Flow) -> &'static str {
    if evidence == Evidence::Inferred || flow == Flow::Condition { "-.->" } else { "-->" }
}

const fn shape(node: &Node) -> (&'static str, &'static str) {
    match node {
        Node::Source(_) => ("([", "])"),
        Node::Topic(_) => ("[[", "]]"),
        Node::Sink(_) => ("[(", ")]"),
        _ => ("[", "]"),
    }
}

fn label(thing: &Thing) -> String {
    let mut lines = vec![format!("{} {}", thing.node.word(), thing.node.name())];
    lines.extend((!thing.about.is_empty()).then(|| thing.about.clone()));
    lines.extend(thing.starts.iter().map(|start| format!("@ {start}")));
    lines.extend(thing.mark.as_ref().map(|mark| {
        format!("{}: {}", severity(mark.severity), mark.codes.iter().copied().collect::<Vec<_>>().join(", "))
    }));
    lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br/>")
}

/// Text that cannot end the label it stands in: Mermaid knows characters by number.
fn escaped(text: &str) -> String {
    let one = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '_' | '.' | '/' | ':' | ',' | '-' | '=' | '$' | '*' | '@' => {
            character.to_string()
        }
        control if control.is_control() => " ".to_owned(),
        other => format!("#{};", u32::from(other)),
    };
    text.chars().map(one).collect()
}

//! One thing as a card: how large it is, where its rows stand, and its SVG.

use std::fmt::Write;

use super::Detail;
use super::layout::{Size, Spot};
use super::picture::{Mark, Row, Thing};
use super::text::severity;
use crate::model::lineage::Node;

/// Width of a letter: the widest of the usual fixed-width fonts at these sizes, so that nothing is cut off.
const LETTER: f64 = 0.615;
const NAME_SIZE: f64 = 14.0;
const SMALL_SIZE: f64 = 11.5;
const PADDING: f64 = 14.0;
const HEAD: f64 = 46.0;
const LINE: f64 = 17.0;
pub(super) const ROW: f64 = 20.0;
const BADGE: f64 = 22.0;
/// Longer texts end in an ellipsis; the whole is in the title.
const LONGEST: usize = 44;
/// Rows of a very long table are not all worth a picture's height.
const MOST_ROWS: usize = 60;

/// What is shown of a thing, measured.
pub(super) struct Card<'a> {
    thing: &'a Thing,
    rows: &'a [Row],
    pub size: Size,
}

impl<'a> Card<'a> {
    pub(super) fn of(thing: &'a Thing, detail: Detail) -> Self {
        let rows = if detail == Detail::Columns { thing.rows.as_slice() } else { &[] };
        let rows = &rows[..rows.len().min(MOST_ROWS)];
        let name = width(thing.node.name(), NAME_SIZE) + 26.0;
        let kind = width(thing.node.word(), SMALL_SIZE) + 40.0;
        let badge = |start: &String| width(start, SMALL_SIZE) + 24.0;
        let row = |row: &Row| width(row.node.name(), SMALL_SIZE) + width(&row.kind, SMALL_SIZE) + 34.0;
        let widths = [name, kind, width(&thing.about, SMALL_SIZE)].into_iter();
        let widest = widths.chain(thing.starts.iter().map(badge)).chain(rows.iter().map(row)).fold(120.0, f64::max);
        let mut card = Self {
            thing,
            rows,
            size: Size { width: widest + 2.0 * PADDING, height: 0.0, least_layer: layer(&thing.node) },
        };
        card.size.height = card.rows_top() + count(rows.len()) * ROW + if rows.is_empty() { 0.0 } else { 8.0 };
        card
    }

    fn rows_top(&self) -> f64 {
        let about = if self.thing.about.is_empty() { 0.0 } else { LINE };
        let badges = count(self.thing.starts.len()) * BADGE;
        HEAD + about + badges + if self.rows.is_empty() { 2.0 } else { 12.0 }
    }

    /// Where an arrow from or to a row touches; that of the whole card where the row is not shown.
    pub(super) fn port(&self, row: Option<usize>) -> f64 {
        match row.filter(|row| *row < self.rows.len()) {
            Some(row) => self.rows_top() + count(row) * ROW + ROW / 2.0,
            None => (HEAD / 2.0).min(self.size.height / 2.0),
        }
    }

    pub(super) fn draw(&self, at: Spot, svg: &mut String) {
        let thing = self.thing;
        let mark = thing.mark.as_ref();
        let class = mark.map_or(String::new(), |mark| format!(" {}", severity(mark.severity)));
        let _ = write!(
            svg,
            r#"<g class="card {}{class}" transform="translate({:.1} {:.1})">"#,
            thing.node.word(),
            at.x,
            at.y
        );
        let _ = write!(svg, "<title>{}</title>", escaped(&self.title()));
        let Size { width, height, .. } = self.size;
        let _ = write!(svg, r#"<rect class="box" width="{width:.1}" height="{height:.1}" rx="8"/>"#);
        let _ = write!(
            svg,
            r#"<path class="bar" d="M8 0h-0a8 8 0 0 0 -8 8v{:.1}a8 8 0 0 0 8 8h-2v-{height:.1}z"/>"#,
            height - 16.0
        );
        let _ = write!(svg, r#"<text class="kind" x="{PADDING}" y="17">{}</text>"#, thing.node.word());
        let _ = write!(svg, r#"<text class="name" x="{PADDING}" y="37">{}</text>"#, escaped(&short(thing.node.name())));
        let mut y = HEAD + 9.0;
        if !thing.about.is_empty() {
            let _ =
                write!(svg, r#"<text class="small" x="{PADDING}" y="{y:.1}">{}</text>"#, escaped(&short(&thing.about)));
            y += LINE;
        }
        for start in &thing.starts {
            badge(start, y, svg);
            y += BADGE;
        }
        if let Some(mark) = mark {
            dot(mark, width - 17.0, 16.0, 7.0, svg);
        }
        self.draw_rows(svg);
        svg.push_str("</g>\n");
    }

    fn draw_rows(&self, svg: &mut String) {
        let top = self.rows_top();
        if !self.rows.is_empty() {
            let _ = write!(
                svg,
                r#"<path class="rule" d="M{PADDING} {:.1}h{:.1}"/>"#,
                top - 4.0,
                self.size.width - 2.0 * PADDING
            );
        }
        for (index, row) in self.rows.iter().enumerate() {
            let y = top + count(index) * ROW + 14.0;
            let class = row.mark.as_ref().map_or("", |mark| severity(mark.severity));
            let _ = write!(
                svg,
                r#"<text class="row {class}" x="{PADDING}" y="{y:.1}">{}</text><text class="type" x="{:.1}" y="{y:.1}">{}</text>"#,
                escaped(&short(row.node.name())),
                self.size.width - PADDING,
                escaped(&short(&row.kind)),
            );
            if let Some(mark) = &row.mark {
                dot(mark, 7.5, y - 4.0, 3.5, svg);
            }
        }
    }

    fn title(&self) -> String {
        let mut lines = vec![format!("{} {}", self.thing.node.word(), self.thing.node.name())];
        lines.extend((!self.thing.about.is_empty()).then(|| self.thing.about.clone()));
        lines.extend(self.thing.starts.iter().map(|start| format!("started by {start}")));
        lines.extend(self.thing.mark.iter().flat_map(|mark| mark.texts.iter().cloned()));
        lines.join("\n")
    }
}

/// Things of one kind stand under each other where the data lets them.
const fn layer(node: &Node) -> usize {
    match node {
        Node::Topic(_) => 1,
        Node::Job(_) => 2,
        Node::Sink(_) => 3,
        _ => 0,
    }
}

/// A clock and the schedule's name.
fn badge(start: &str, y: f64, svg: &mut String) {
    let middle = y + 1.0;
    let _ = write!(
        svg,
        r#"<g class="badge"><circle cx="{:.1}" cy="{middle:.1}" r="5.5"/><path d="M{:.1} {:.1}v3.5h2.5"/><text x="{:.1}" y="{:.1}">{}</text></g>"#,
        PADDING + 6.0,
        PADDING + 6.0,
        middle - 3.5,
        PADDING + 17.0,
        middle + 4.0,
        escaped(&short(start)),
    );
}

fn dot(mark: &Mark, x: f64, y: f64, radius: f64, svg: &mut String) {
    let _ = write!(
        svg,
        r#"<circle class="dot {}" cx="{x:.1}" cy="{y:.1}" r="{radius}"><title>{}</title></circle>"#,
        severity(mark.severity),
        escaped(&mark.texts.join("\n")),
    );
    if radius > 5.0 {
        let sign = if mark.severity == crate::diagnostic::Severity::Note { "i" } else { "!" };
        let _ = write!(svg, r#"<text class="sign" x="{x:.1}" y="{:.1}">{sign}</text>"#, y + 4.0);
    }
}

/// Letters beyond Latin may be twice as wide.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let letters = short(text).chars().fold(0.0, |sum, letter| sum + if u32::from(letter) < 0x1100 { 1.0 } else { 2.0 });
    letters * size * LETTER
}

fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// Text that can stand in XML: markup is spelled out, and what XML has no place for is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push('\n'),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}

#[expect(clippy::cast_precision_loss, reason = "rows of a picture")]
pub(super) const fn count(number: usize) -> f64 {
    number as f64
}

//! The graph as a picture: cards from left to right, arrows between them, the findings below.

use std::fmt::Write;

use super::Detail;
use super::card::{Card, count, escaped, width};
use super::layout::{Layout, Spot, layout};
use super::picture::Picture;
use super::text::severity;
use crate::diagnostic::Diagnostic;
use crate::model::lineage::{Evidence, Flow};

const MARGIN: f64 = 28.0;
const HEADING: f64 = 58.0;
const FINDING: f64 = 20.0;
/// Of more findings the rest is counted.
const FINDINGS_SHOWN: usize = 20;
const LETTERS_PER_FINDING: usize = 150;

/// Colours follow the reader's light or dark; nothing is fetched from anywhere.
const STYLE: &str = "
.graph{--ground:#fbfaf8;--ink:#1d2329;--quiet:#5d6873;--box:#fff;--line:#cfd4d9;--arrow:#8a949e;
--source:#2e7d4f;--topic:#3a62b5;--job:#b26a12;--sink:#7a48a8;--error:#c62828;--warning:#b07a00;--note:#5b6b7b}
@media (prefers-color-scheme:dark){.graph{--ground:#14181c;--ink:#e7ebef;--quiet:#9aa6b1;--box:#1d2329;--line:#39424b;--arrow:#73808c;
--source:#6fc394;--topic:#86a9f2;--job:#e5a655;--sink:#bf93e6;--error:#ff7b72;--warning:#e3b341;--note:#9fb0c0}}
.ground{fill:var(--ground)}
text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;fill:var(--ink)}
.heading{font-size:18px;font-weight:600}.counts,.small,.type,.legend{font-size:11.5px;fill:var(--quiet)}
.name{font-size:14px;font-weight:600}.kind{font-size:10.5px;letter-spacing:.06em}.row{font-size:11.5px}.type{text-anchor:end}
.box{fill:var(--box);stroke:var(--line)}.rule{stroke:var(--line);fill:none}
.source .bar{fill:var(--source)}.topic .bar{fill:var(--topic)}.job .bar{fill:var(--job)}.sink .bar{fill:var(--sink)}
.source .kind{fill:var(--source)}.topic .kind{fill:var(--topic)}.job .kind{fill:var(--job)}.sink .kind{fill:var(--sink)}
.card.error .box{stroke:var(--error);stroke-width:2}.card.warning .box{stroke:var(--warning);stroke-width:2}
.dot.error{fill:var(--error)}.dot.warning{fill:var(--warning)}.dot.note{fill:var(--note)}
.sign{font-size:11px;font-weight:700;text-anchor:middle;fill:var(--box)}
.row.error{fill:var(--error);font-weight:600}.row.warning{fill:var(--warning);font-weight:600}
.badge circle,.badge path{fill:none;stroke:var(--quiet);stroke-width:1.2}.badge text{font-size:11.5px;fill:var(--quiet)}
.arrow{fill:none;stroke:var(--arrow);stroke-width:1.6}.arrow.inferred{stroke-dasharray:5 4}.arrow.condition{stroke-dasharray:1.5 4;stroke-linecap:round}
.fine{stroke-width:1.1}.head{fill:var(--arrow)}
.finding{font-size:11.5px}";

pub(super) fn render(picture: &Picture<'_>, detail: Detail) -> String {
    let cards: Vec<Card<'_>> = picture.things.iter().map(|thing| Card::of(thing, detail)).collect();
    let sizes: Vec<_> = cards.iter().map(|card| card.size).collect();
    let arrows: Vec<(usize, usize)> = picture.links.iter().map(|link| (link.from, link.to)).collect();
    let made = layout(&sizes, &arrows);
    let shown = picture.findings.len().min(FINDINGS_SHOWN);
    let texts: Vec<String> = picture.findings.iter().take(shown).map(finding_text).collect();
    let counts = counts(picture);
    let text_width = texts.iter().map(|text| text.chars().count() + 4).max().unwrap_or(0).max(counts.len());
    let wide = made.width.max(count(text_width) * 11.5 * 0.615).max(width(picture.name, 18.0)) + 2.0 * MARGIN;
    let below = if shown == 0 { 0.0 } else { count(shown + 2) * FINDING };
    let high = HEADING + made.height + below + 56.0 + MARGIN;
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="graph" width="{wide:.0}" height="{high:.0}" viewBox="0 0 {wide:.0} {high:.0}" role="img" aria-labelledby="title desc">"#
    );
    let _ = writeln!(svg, r#"<title id="title">Data flow of {}</title>"#, escaped(picture.name));
    let _ = writeln!(svg, r#"<desc id="desc">{}</desc>"#, escaped(&description(picture, &counts)));
    let _ = writeln!(svg, "<style>{STYLE}\n</style>");
    svg.push_str(r#"<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="head" d="M0 .8 7.2 4 0 7.2z"/></marker></defs>"#);
    let _ = writeln!(svg, r#"<rect class="ground" width="{wide:.0}" height="{high:.0}"/>"#);
    let _ = writeln!(svg, r#"<text class="heading" x="{MARGIN}" y="32">{}</text>"#, escaped(picture.name));
    let _ = writeln!(svg, r#"<text class="counts" x="{MARGIN}" y="50">{}</text>"#, escaped(&counts));
    let _ = writeln!(svg, r#"<g transform="translate({MARGIN} {:.1})">"#, HEADING + 12.0);
    draw_arrows(picture, detail, &cards, &made, &mut svg);
    for (card, spot) in cards.iter().zip(&made.spots) {
        card.draw(*spot, &mut svg);
    }
    svg.push_str("</g>\n");
    let mut y = HEADING + made.height + 44.0;
    legend(picture, detail, y, &mut svg);
    y += FINDING + 8.0;
    for (finding, text) in picture.findings.iter().zip(&texts) {
        draw_finding(finding, text, y, &mut svg);
        y += FINDING;
    }
    if picture.findings.len() > shown {
        let _ = writeln!(
            svg,
            r#"<text class="finding" x="{MARGIN}" y="{y:.1}">and {} more</text>"#,
            picture.findings.len() - shown
        );
    }
    svg.push_str("</svg>");
    svg
}

/// Between rows where both ends show theirs; between cards otherwise.
fn draw_arrows(picture: &Picture<'_>, detail: Detail, cards: &[Card<'_>], made: &Layout, svg: &mut String) {
    for (link, bends) in picture.links.iter().zip(&made.bends) {
        let rows: Vec<_> = match detail {
            Detail::Things => Vec::new(),
            Detail::Columns => {
                picture.row_links.iter().filter(|row| row.from.0 == link.from && row.to.0 == link.to).collect()
            }
        };
        let (from, to) = (&cards[link.from], &cards[link.to]);
        let start = |row: Option<usize>| Spot {
            x: made.spots[link.from].x + from.size.width,
            y: made.spots[link.from].y + from.port(row),
        };
        let end = |row: Option<usize>| Spot { x: made.spots[link.to].x, y: made.spots[link.to].y + to.port(row) };
        if rows.is_empty() {
            let class = if link.evidence == Evidence::Inferred { " inferred" } else { "" };
            draw_arrow(start(None), bends, end(None), class, svg);
        }
        for row in rows {
            let class = match (row.flow, row.evidence) {
                (Flow::Condition, _) => " fine condition",
                (_, Evidence::Inferred) => " fine inferred",
                _ => " fine",
            };
            draw_arrow(start(Some(row.from.1)), bends, end(row.to.1), class, svg);
        }
    }
}

/// A curve that leaves and arrives level, and passes the layers between on a level too.
fn draw_arrow(start: Spot, bends: &[Spot], end: Spot, class: &str, svg: &mut String) {
    let _ = write!(svg, r#"<path class="arrow{class}" marker-end="url(#head)" d="M{:.1} {:.1}"#, start.x, start.y);
    let mut last = start;
    for next in bends.iter().copied().chain([Spot { x: end.x - 2.0, y: end.y }]) {
        let turn = (next.x - last.x) / 2.0;
        let _ = write!(
            svg,
            "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            last.x + turn,
            last.y,
            next.x - turn,
            next.y,
            next.x,
            next.y
        );
        last = next;
    }
    svg.push_str("\"/>\n");
}

fn legend(picture: &Picture<'_>, detail: Detail, y: f64, svg: &mut String) {
    let inferred = picture.links.iter().any(|link| link.evidence == Evidence::Inferred);
    let conditions = detail == Detail::Columns && picture.row_links.iter().any(|link| link.flow == Flow::Condition);
    let mut x = MARGIN;
    for (class, text) in [("inferred", "read from the query's text"), ("condition", "only decides which rows")] {
        if (class == "inferred" && !inferred) || (class == "condition" && !conditions) {
            continue;
        }
        let _ = write!(
            svg,
            r#"<path class="arrow {class}" d="M{x:.1} {:.1}h28"/><text class="legend" x="{:.1}" y="{y:.1}">{text}</text>"#,
            y - 4.0,
            x + 36.0
        );
        x += 60.0 + width(text, 11.5);
    }
    svg.push('\n');
}

fn draw_finding(finding: &Diagnostic, text: &str, y: f64, svg: &mut String) {
    let class = severity(finding.severity);
    let _ = writeln!(
        svg,
        r#"<circle class="dot {class}" cx="{:.1}" cy="{:.1}" r="5"/><text class="finding" x="{:.1}" y="{y:.1}">{}</text>"#,
        MARGIN + 5.0,
        y - 4.0,
        MARGIN + 18.0,
        escaped(text),
    );
}

fn finding_text(finding: &Diagnostic) -> String {
    let text = format!("{} {}: {}", severity(finding.severity), finding.code, finding.message);
    if text.chars().count() <= LETTERS_PER_FINDING {
        return text;
    }
    text.chars().take(LETTERS_PER_FINDING - 1).chain(['…']).collect()
}

fn counts(picture: &Picture<'_>) -> String {
    let words = ["source", "topic", "job", "sink"].map(|word| {
        let number = picture.things.iter().filter(|thing| thing.node.word() == word).count();
        (number, word)
    });
    let shown = words.iter().filter(|(number, _)| *number > 0);
    let shown = shown.map(|(number, word)| format!("{number} {word}{}", if *number == 1 { "" } else { "s" }));
    shown.collect::<Vec<_>>().join(", ")
}

/// What the picture shows, in sentences: for those who hear it.
fn description(picture: &Picture<'_>, counts: &str) -> String {
    const MOST: usize = 200;
    let name = |index: usize| format!("{} {}", picture.things[index].node.word(), picture.things[index].node.name());
    let links = picture.links.iter().take(MOST).map(|link| format!("{} leads to {}", name(link.from), name(link.to)));
    let more = picture.links.len().saturating_sub(MOST);
    let rest = (more > 0).then(|| format!("and {more} more"));
    format!("{counts}. {}.", links.chain(rest).collect::<Vec<_>>().join("; "))
}

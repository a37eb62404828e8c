//! A proof as Markdown, for the summary page of a build: the verdict, what failed with its evidence and the way out, and
//! all stages folded away.

use std::fmt::Write as _;

use super::checks;
use super::text::plain;
use crate::verify::stage::{Proof, Stage, State};

/// The page; `project` is what was verified.
#[must_use]
pub fn page(proof: &Proof, project: &str) -> String {
    let mut text = format!("## {} `sparkflow verify`: {}\n\n{}.\n", mark(proof), cell(project), checks::summary(proof));
    let failed: Vec<&Stage> = proof.failed().collect();
    if !failed.is_empty() {
        text.push_str("\n| failing stage | seen | next |\n|---|---|---|\n");
        for stage in failed {
            let next = stage.next.as_deref().unwrap_or("-");
            let _ = writeln!(text, "| **{}** | {} | {} |", cell(&stage.name), cell(&stage.seen), cell(next));
        }
    }
    let count = proof.stages.len();
    let _ = write!(text, "\n<details>\n<summary>All {count} stages</summary>\n\n");
    text.push_str("| check | stage | state | seconds | seen |\n|---|---|---|--:|---|\n");
    for stage in &proof.stages {
        let (kind, state, name) = (stage.kind.word(), stage.state.words(), cell(&stage.name));
        let _ = writeln!(text, "| {kind} | {name} | {state} | {:.2} | {} |", stage.seconds, cell(&stage.seen));
    }
    text.push_str("\n</details>\n");
    text
}

fn mark(proof: &Proof) -> &'static str {
    match (proof.count(State::Failed), proof.stopped) {
        (0, None) => ":white_check_mark:",
        (0, Some(_)) => ":warning:",
        _ => ":x:",
    }
}

/// Text that stays text, in one cell of a table.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.trim().lines().enumerate() {
        if index > 0 {
            out.push_str("<br>");
        }
        for character in plain(line).chars() {
            match character {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '\\' | '|' | '*' | '_' | '[' | ']' | '`' | '#' | '~' | '@' => {
                    out.push('\\');
                    out.push(character);
                }
                other => out.push(other),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::checks::fixture;

    #[test]
    fn the_page_starts_with_the_verdict_and_what_failed() {
        let text = page(&fixture(), "shop");
        let expected = "\
## :x: `sparkflow verify`: shop

1 ok, 1 failed, 1 not proven in 1.5 s.

| failing stage | seen | next |
|---|---|---|
| **job/a** | no row &lt;1> &amp; \"b\" | look |

<details>
<summary>All 3 stages</summary>

| check | stage | state | seconds | seen |
|---|---|---|--:|---|
| ready | container/kafka | ok | 0.25 | ready |
| trace | job/a | failed | 0.25 | no row &lt;1> &amp; \"b\" |
| trace | job/b | not proven | 0.25 | no key |

</details>
";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_was_seen_cannot_break_the_table() {
        assert_eq!(cell("a|b\n`c`_d_\n"), "a\\|b<br>\\`c\\`\\_d\\_");
    }
}

//! `JUnit`'s XML, which build servers read: suites of cases, each passed, failed or skipped.

use std::fmt::Write as _;

/// Cases of one kind or one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    pub name: String,
    pub cases: Vec<Case>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub name: String,
    pub class: String,
    pub seconds: f64,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// And what was seen.
    Passed(String),
    Failed {
        message: String,
        detail: String,
    },
    /// And why.
    Skipped(String),
}

/// The whole document.
#[must_use]
pub fn document(name: &str, suites: &[Suite], seconds: f64) -> String {
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts = counts(all());
    let _ = writeln!(text, "<testsuites name=\"{}\" {counts} time=\"{seconds:.3}\">", escaped(name));
    for suite in suites {
        let _ = writeln!(text, "  <testsuite name=\"{}\" {}>", escaped(&suite.name), self::counts(suite.cases.iter()));
        for case in &suite.cases {
            write_case(&mut text, case);
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn counts<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for case in cases {
        tests += 1;
        match case.outcome {
            Outcome::Passed(_) => {}
            Outcome::Failed { .. } => failures += 1,
            Outcome::Skipped(_) => skipped += 1,
        }
    }
    format!("tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\"")
}

fn write_case(text: &mut String, case: &Case) {
    let (name, class) = (escaped(&case.name), escaped(&case.class));
    let _ = writeln!(text, "    <testcase name=\"{name}\" classname=\"{class}\" time=\"{:.3}\">", case.seconds);
    let _ = match &case.outcome {
        Outcome::Passed(seen) if seen.is_empty() => Ok(()),
        Outcome::Passed(seen) => writeln!(text, "      <system-out>{}</system-out>", escaped(seen)),
        Outcome::Failed { message, detail } => {
            writeln!(text, "      <failure message=\"{}\">{}</failure>", escaped(message), escaped(detail))
        }
        Outcome::Skipped(why) => writeln!(text, "      <skipped message=\"{}\"/>", escaped(why)),
    };
    text.push_str("    </testcase>\n");
}

/// Text as XML takes it. What XML 1.0 cannot hold at all is shown as a question mark.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_does_not_break_it() {
        let failed =
            Outcome::Failed { message: "no row <1> & \"b\"\u{1b}".to_owned(), detail: "look\nagain".to_owned() };
        let case = |outcome| Case { name: "a".to_owned(), class: "p.a".to_owned(), seconds: 0.25, outcome };
        let suite =
            Suite { name: "s".to_owned(), cases: vec![case(failed), case(Outcome::Skipped("not yet".to_owned()))] };
        let text = document("p", &[suite], 1.5);
        assert!(
            text.contains("<testsuites name=\"p\" tests=\"2\" failures=\"1\" skipped=\"1\" time=\"1.500\">"),
            "{text}"
        );
        let failure = "<failure message=\"no row &lt;1&gt; &amp; &quot;b&quot;?\">look&#10;again</failure>";
        assert!(text.contains(failure), "{text}");
        assert!(roxmltree::Document::parse(&text).is_ok(), "{text}");
    }
}

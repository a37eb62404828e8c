//! The deepest cause that a program's own output names, where no signature knows better.

/// Java's last `Caused by`, else Python's or Spark's last error line; what our own programs say comes first.
#[must_use]
pub fn deepest(lines: &[String]) -> Option<String> {
    let starts = |line: &&String, word: &str| line.trim_start().starts_with(word);
    let ours = lines.iter().rev().find(|line| starts(line, "error: "));
    let java = lines.iter().rev().find(|line| starts(line, "Caused by:"));
    let python = lines.iter().rev().find(|line| is_named_error(line));
    ours.or(java).or(python).map(|line| line.trim().to_string())
}

/// `package.NameError: what`, as Python and Java end a trace.
fn is_named_error(line: &str) -> bool {
    let first = line.split(':').next().unwrap_or_default();
    !first.contains(' ') && (first.ends_with("Error") || first.ends_with("Exception"))
}

/// The lines that say most: complaints, else the last ones; frames of a stack are left out.
#[must_use]
pub fn telling<'a>(lines: impl DoubleEndedIterator<Item = &'a str> + Clone, count: usize) -> Vec<&'a str> {
    const COMPLAINTS: [&str; 8] =
        ["ERROR", "FATAL", "Exception", "Error:", "error:", "Caused by", "Traceback", "CRITICAL"];
    let speaks = |line: &&str| !line.trim().is_empty() && !line.starts_with(char::is_whitespace);
    let complains = |line: &&str| COMPLAINTS.iter().any(|word| line.contains(word));
    let mut told: Vec<&str> = lines.clone().rev().filter(speaks).filter(complains).take(count).collect();
    if told.is_empty() {
        told = lines.rev().filter(speaks).take(count).collect();
    }
    told.reverse();
    told
}

#[cfg(test)]
mod tests {
    use super::{deepest, telling};

    #[test]
    fn the_deepest_java_cause_wins_over_the_wrapper() {
        let lines: Vec<String> =
            ["Exception in thread", "Caused by: a", "Caused by: b", "more"].map(String::from).into();
        assert_eq!(deepest(&lines).as_deref(), Some("Caused by: b"));
    }

    #[test]
    fn a_python_error_line_is_found() {
        let lines: Vec<String> =
            ["Traceback", "pyspark.errors.AnalysisException: no such column", "done"].map(String::from).into();
        assert_eq!(deepest(&lines).as_deref(), Some("pyspark.errors.AnalysisException: no such column"));
    }

    #[test]
    fn complaints_tell_more_than_what_came_after_them() {
        let lines = ["start", "ERROR no disk", "\tat a.b", "stopping"];
        assert_eq!(telling(lines.iter().copied(), 2), ["ERROR no disk"]);
        assert_eq!(telling(["a", "", "b", "c"].iter().copied(), 2), ["b", "c"]);
    }
}

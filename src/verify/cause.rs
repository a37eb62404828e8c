//! The deepest cause in the output of a driver or a task. Pure.

/// Java's last `Caused by`, else Python's or Spark's last error line; before both, what our own code says.
#[must_use]
pub fn deepest(lines: &[String]) -> Option<String> {
    let has = |line: &&String, words: &[&str]| words.iter().any(|word| line.trim_start().starts_with(word));
    let java = lines.iter().rev().find(|line| has(line, &["Caused by:"]));
    let ours = lines.iter().rev().find(|line| has(line, &["error: "]));
    let python = lines.iter().rev().find(|line| {
        let first = line.split(':').next().unwrap_or_default();
        !first.contains(' ') && (first.ends_with("Error") || first.ends_with("Exception"))
    });
    ours.or(java).or(python).map(|line| line.trim().to_string())
}

#[cfg(test)]
mod tests {
    use super::deepest;

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
}

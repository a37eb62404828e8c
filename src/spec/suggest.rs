//! "Did you mean": the known name nearest to the one that was written.

/// Names further apart than this are not the same name mistyped.
const NEAR: f64 = 0.8;

/// The candidate nearest to `written`, if any is near.
pub fn nearest<'name>(written: &str, candidates: impl IntoIterator<Item = &'name str>) -> Option<&'name str> {
    let folded = written.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(score, candidate)| *score >= NEAR || strsim::damerau_levenshtein(&folded, candidate) <= 1)
        .max_by(|left, right| left.0.total_cmp(&right.0).then_with(|| right.1.cmp(left.1)))
        .map(|(_, candidate)| candidate)
}

/// Help for a name that is not known: the nearest one, and what there is.
#[must_use]
pub fn help(written: &str, what: &str, known: &[&str]) -> String {
    let all = list(known);
    match (nearest(written, known.iter().copied()), known.is_empty()) {
        (_, true) => format!("there are no {what} in the file"),
        (Some(name), false) if known.len() > 1 => format!("did you mean `{name}`? {what}: {all}"),
        (Some(name), false) => format!("did you mean `{name}`?"),
        (None, false) => format!("{what}: {all}"),
    }
}

/// Names in backticks, the first twenty.
#[must_use]
pub fn list(names: &[&str]) -> String {
    const LIMIT: usize = 20;
    let shown: Vec<String> = names.iter().take(LIMIT).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(LIMIT);
    if rest > 0 { format!("{} and {rest} more", shown.join(", ")) } else { shown.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_finds_its_neighbour() {
        assert_eq!(nearest("user_craeted", ["users", "user_created"]), Some("user_created"));
        assert_eq!(nearest("postcode", ["post_code", "phone"]), Some("post_code"));
    }

    #[test]
    fn an_unlike_name_finds_nothing() {
        assert_eq!(nearest("kafka", ["email", "picture"]), None);
    }
}

//! Names that were probably meant to be one: they differ by case, by `_`, or by one letter.

use std::collections::{BTreeMap, BTreeSet};

/// Shorter names differ by a letter because they are different: `id`, `ip`.
const SHORTEST: usize = 4;

/// Whether two different names are probably one name written in two ways.
#[must_use]
pub fn near(left: &str, right: &str) -> bool {
    left != right && folded_near(&folded(left), &folded(right))
}

/// The one of `candidates` that was probably meant.
pub fn nearest<'name>(name: &str, candidates: impl IntoIterator<Item = &'name str>) -> Option<&'name str> {
    let own = folded(name);
    let near = candidates.into_iter().filter(|other| *other != name && folded_near(&own, &folded(other)));
    near.min_by_key(|other| (folded(other) != own, *other))
}

/// Every pair of near names, each once, in order. Names that share no neighbour are never compared.
#[must_use]
pub fn pairs<'name>(names: &[&'name str]) -> Vec<(&'name str, &'name str)> {
    let folds: Vec<String> = names.iter().map(|name| folded(name)).collect();
    let mut buckets: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, fold) in folds.iter().enumerate() {
        for neighbour in neighbours(fold) {
            buckets.entry(neighbour).or_default().push(index);
        }
    }
    let mut found = BTreeSet::new();
    for bucket in buckets.values() {
        for (position, left) in bucket.iter().enumerate() {
            for right in &bucket[position + 1..] {
                if names[*left] != names[*right] && folded_near(&folds[*left], &folds[*right]) {
                    let pair = (names[*left], names[*right]);
                    found.insert(if pair.0 < pair.1 { pair } else { (pair.1, pair.0) });
                }
            }
        }
    }
    found.into_iter().collect()
}

/// The letters of a name, which is what is left of it when spellings are forgotten.
#[must_use]
pub fn folded(name: &str) -> String {
    let kept = name.chars().filter(|character| !matches!(character, '_' | '-' | '.'));
    kept.flat_map(char::to_lowercase).collect()
}

fn folded_near(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    let long = left.chars().count().min(right.chars().count()) >= SHORTEST;
    long && letters(left) != letters(right) && strsim::osa_distance(left, right) == 1
}

/// `line_1` and `line_2` are a series, not a slip.
fn letters(fold: &str) -> String {
    fold.chars().filter(|character| !character.is_ascii_digit()).collect()
}

/// The name itself, and the name without each of its letters: two names that differ by one share one of these.
fn neighbours(fold: &str) -> BTreeSet<String> {
    let without = fold.char_indices().map(|(at, letter)| {
        let mut shorter = fold[..at].to_owned();
        shorter.push_str(&fold[at + letter.len_utf8()..]);
        shorter
    });
    without.chain([fold.to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_in_two_spellings_is_near() {
        for (left, right) in [
            ("postcode", "post_code"),
            ("firstName", "first_name"),
            ("user_created", "users_created"),
            ("adress", "address"),
            ("recieved", "received"),
        ] {
            assert!(near(left, right) && near(right, left), "{left} {right}");
        }
    }

    #[test]
    fn different_names_are_not_near() {
        for (left, right) in
            [("id", "ip"), ("lat", "lon"), ("line_1", "line_2"), ("orders", "users"), ("same", "same"), ("x", "y")]
        {
            assert!(!near(left, right), "{left} {right}");
        }
    }

    #[test]
    fn pairs_are_those_that_comparing_all_would_find() {
        let names: Vec<String> = ["created", "creted", "craeted", "update", "updated", "up_dated", "order1", "order2"]
            .map(str::to_owned)
            .into_iter()
            .chain((0..60).map(|number| format!("topic_{number}")))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut all = BTreeSet::new();
        for left in &names {
            all.extend(names.iter().filter(|right| left < *right && near(left, right)).map(|right| (*left, *right)));
        }
        assert_eq!(pairs(&names), all.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn the_same_letters_win_over_one_letter_more() {
        assert_eq!(nearest("postcode", ["postcodes", "post_code"]), Some("post_code"));
        assert_eq!(nearest("email", ["phone"]), None);
    }
}

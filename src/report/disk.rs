//! The disk that making a stack takes, against what is free where the engine keeps its data.

use crate::report::capacity::size;
use crate::report::table::Table;
use crate::topology::disk::Demand;

/// What to do where it does not fit.
pub const WAY_OUT: &str = "`docker system df` says what takes the space; `docker image prune` and `docker builder prune` free what nobody uses";

/// The whole message, without the way out.
#[must_use]
pub fn table(demand: &Demand, free: u64) -> String {
    let mut table = Table::new(&["to make", "takes about"]);
    for (name, bytes) in &demand.shares {
        table.row(&[name.clone(), size(*bytes)]);
    }
    format!(
        "what is to be made takes about {} of disk, and the engine has {} free:\n{table}",
        size(demand.bytes()),
        size(free)
    )
}

/// One line for a plan; nothing where nothing is made.
#[must_use]
pub fn note(demand: &Demand, free: Option<u64>) -> Option<String> {
    if demand.is_nothing() {
        return None;
    }
    let there = match free {
        Some(free) => format!("the engine has {} free", size(free)),
        None => "what is free cannot be seen here, the engine keeps its data on another machine".to_string(),
    };
    let uncounted = if demand.unknown.is_empty() {
        String::new()
    } else {
        format!(", besides {}, whose size is not known", demand.unknown.join(", "))
    };
    Some(format!("note: making this takes about {} of disk{uncounted}; {there}", size(demand.bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::disk::Data;

    #[test]
    fn a_disk_that_cannot_be_seen_is_said_and_not_guessed() {
        let demand = Demand::of(["kafka", "grafana/grafana:11"], Data::Kept);
        let text = note(&demand, None).unwrap();
        assert!(text.contains("besides image/grafana/grafana:11, whose size is not known"), "{text}");
        assert!(text.contains("cannot be seen here"), "{text}");
    }

    #[test]
    fn nothing_is_said_where_nothing_is_made() {
        assert_eq!(note(&Demand::default(), Some(1)), None);
    }
}

//! Which names each kind of thing may have. One closed pattern per kind: names end up in CQL, paths, URLs and Python.

/// What a name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Pipeline,
    Service,
    Topic,
    /// Keyspace, table or column.
    Cql,
    /// Schema, source, job, sink.
    Thing,
    /// DAG or task.
    Airflow,
    Connection,
}

/// Words CQL keeps for itself.
const CQL_RESERVED: [&str; 51] = [
    "add",
    "allow",
    "alter",
    "and",
    "apply",
    "asc",
    "authorize",
    "batch",
    "begin",
    "by",
    "columnfamily",
    "create",
    "default",
    "delete",
    "desc",
    "describe",
    "drop",
    "entries",
    "execute",
    "from",
    "full",
    "grant",
    "if",
    "in",
    "index",
    "infinity",
    "insert",
    "into",
    "is",
    "keyspace",
    "limit",
    "materialized",
    "modify",
    "nan",
    "norecursive",
    "not",
    "null",
    "of",
    "on",
    "or",
    "order",
    "primary",
    "rename",
    "replace",
    "revoke",
    "schema",
    "select",
    "set",
    "table",
    "to",
    "token",
];
const CQL_RESERVED_TOO: [&str; 9] =
    ["truncate", "unlogged", "unset", "update", "use", "using", "view", "where", "with"];

/// Why a name does not do, and what would.
#[must_use]
pub fn problem(kind: Kind, name: &str) -> Option<&'static str> {
    let (others, longest): (&str, usize) = match kind {
        Kind::Topic => return topic_problem(name),
        Kind::Pipeline | Kind::Service => ("-", 40),
        Kind::Cql | Kind::Thing => ("_", 48),
        Kind::Airflow => ("_", 100),
        Kind::Connection => ("_-", 100),
    };
    let first = name.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    let closed = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || others.contains(c));
    if !first || !closed || name.len() > longest {
        return Some(match kind {
            Kind::Pipeline | Kind::Service => "lower-case letters, digits and `-`, starting with a letter, at most 40",
            Kind::Cql | Kind::Thing => "lower-case letters, digits and `_`, starting with a letter, at most 48",
            Kind::Connection => "lower-case letters, digits, `_` and `-`, starting with a letter, at most 100",
            _ => "lower-case letters, digits and `_`, starting with a letter, at most 100",
        });
    }
    let reserved = kind == Kind::Cql && (CQL_RESERVED.contains(&name) || CQL_RESERVED_TOO.contains(&name));
    reserved.then_some("any name that CQL does not keep for itself")
}

fn topic_problem(name: &str) -> Option<&'static str> {
    let closed = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    let sound = closed && !name.is_empty() && name.len() <= 249 && name != "." && name != "..";
    (!sound).then_some("letters, digits, `.`, `_` and `-`, at most 249")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_names_pass() {
        for (kind, name) in [
            (Kind::Pipeline, "random-user"),
            (Kind::Topic, "a.b_C-1"),
            (Kind::Cql, "post_code"),
            (Kind::Thing, "users"),
            (Kind::Connection, "spark-conn"),
        ] {
            assert_eq!(problem(kind, name), None, "{name}");
        }
    }

    #[test]
    fn names_that_could_break_out_are_refused() {
        for (kind, name) in [
            (Kind::Pipeline, "Random"),
            (Kind::Pipeline, ""),
            (Kind::Topic, ".."),
            (Kind::Topic, "a b"),
            (Kind::Cql, "a\"; DROP"),
            (Kind::Cql, "select"),
            (Kind::Cql, "Users"),
            (Kind::Thing, "9lives"),
            (Kind::Airflow, "a-b"),
            (Kind::Service, "../x"),
        ] {
            assert!(problem(kind, name).is_some(), "{name}");
        }
    }
}

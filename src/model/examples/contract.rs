//! References and the path of the data: each rule fires on a mistake. The sound files keep all of them silent.

use crate::model::fixture::{codes_after, flagship_after};

#[test]
fn mistakes_in_a_small_file_are_found() {
    let to = "to: people_created";
    for (from, to, expected) in [
        (to, "to: people_craeted", &["SF101"][..]),
        ("schema: person, key: id", "schema: persons, key: id", &["SF101"]),
        ("writes: people", "writes: persons", &["SF101"]),
        ("key: id }\n", "key: idd }\n", &["SF207"]),
        ("key: id }\n", "key: name }\n", &["SF208"]),
        ("key: [id]", "key: [id, nam]", &["SF210"]),
        ("key: [id]", "key: [id, id]", &["SF210"]),
        ("key: [id] }, schema: person", "key: [id] }, columns: { id: uuid, name: string }", &["SF213"]),
        (
            "key: [id] }, schema: person",
            "key: [id] }, columns: { id: uuid, name: string, city: string, age: int }",
            &["SF214"],
        ),
        (
            "key: [id] }, schema: person",
            "key: [id, n] }, columns: { id: uuid, name: string, city: string, n: int }",
            &["SF214"],
        ),
        ("key: [id] }, schema: person", "key: [id] }, columns: { id: uuid, name: uuid, city: string }", &["SF215"]),
        ("key: [id] }, schema: person", "key: [id] }, columns: { id: int, name: string, city: string }", &["SF215"]),
        (
            "key: [id] }, schema: person",
            "key: [city] }, columns: { id: uuid, name: string, city: list<string> }",
            &["SF211", "SF215", "SF221"],
        ),
        ("SELECT * FROM people_created", "SELECT * FROM people_crated", &["SF108"]),
        ("SELECT * FROM people_created", "'SELECT id, nam AS name, city FROM people_created'", &["SF212"]),
        ("SELECT * FROM people_created", "'SELECT id, name, city AS town FROM people_created'", &["SF214", "SF213"]),
        ("topics:\n", "topics:\n  people_created.dlq: { schema: person }\n", &["SF104"]),
        ("topics:\n", "topics:\n  people.created: { schema: person }\n", &["SF106", "SF103"]),
        ("topics:\n", "topics:\n  people: { schema: person }\n", &["SF106"]),
        (
            "sinks:\n",
            "sinks:\n  again: { cassandra: { table: people.people, key: [id] }, schema: person }\n",
            &["SF105"],
        ),
    ] {
        let mut found = codes_after(from, to);
        let mut expected = expected.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{to}");
    }
}

#[test]
fn a_name_of_a_topic_and_a_sink_is_ambiguous_only_where_it_is_read() {
    let renamed = crate::model::fixture::TWENTY_LINES.replace("people_created", "people");
    let (_, found) = crate::model::fixture::resolve(&renamed, &[], &[]);
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), ["SF102"]);
}

#[test]
fn mistakes_in_a_map_are_found() {
    for (from, to, expected) in [
        ("      phone:         $.phone\n", "      phon:         $.phone\n", &["SF201"][..]),
        ("      id:            $.login.uuid\n", "", &["SF202"]),
        ("$.login.uuid", "$.login[*]", &["SF204"]),
        ("$.login.uuid", "login.uuid", &["SF204"]),
        ("records: $.results", "records: \"$.pages[*].results[*]\"", &[]),
        ("records: $.results", "records: results", &["SF204"]),
        ("$.login.uuid", "$.a..b", &["SF204"]),
        ("$.login.uuid", "$.a[0:2]", &["SF204"]),
        ("$.login.uuid", "$.a[0]['b:c']", &[]),
        ("$.login.uuid", "{ generate: uuid }", &["SF209"]),
        ("$.login.uuid", "{ hash: [$.login.uuid] }", &[]),
        ("$.registered.date", "{ generate: uuid }", &["SF205"]),
        ("$.registered.date", "{ const: tomorrow }", &["SF205"]),
        ("$.registered.date", "{ const: 2026-01-01T00:00:00Z }", &[]),
        ("cast: string }", "cast: int }", &["SF206"]),
        ("https://randomuser.me", "ftp://randomuser.me", &["SF704"]),
        ("https://randomuser.me", "https://me:secret@randomuser.me", &["SF703"]),
        ("max_null_rate: { post_code: 0 }", "max_null_rate: { postcode: 0 }", &["SF216"]),
    ] {
        let mut found = flagship_after(from, to);
        let mut expected = expected.to_vec();
        found.retain(|code| *code != "SF302");
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{to}");
    }
}

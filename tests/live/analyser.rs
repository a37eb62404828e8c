//! Spark's own word on queries: a matrix of good and bad ones through the program, each with the verdict and the place that
//! Spark gives, in one short container; and no container at all where the answer is known.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::engine;
use crate::stack::Stack;

/// A query, the code of the finding it must get, and what its place must read. Nothing: it must be silent.
type Case = (&'static str, Option<(&'static str, &'static str)>);

const MATRIX: [Case; 20] = [
    ("SELECT id, name, price FROM orders", None),
    ("SELECT * FROM orders", None),
    ("WITH good AS (SELECT * FROM orders WHERE price > 0) SELECT id, upper(name) AS name, price FROM good", None),
    ("SELECT o.id, c.name, o.price FROM orders o JOIN customers c ON o.name = c.name", None),
    ("SELECT id, name, CAST(sum(price) OVER (PARTITION BY name) AS DECIMAL(10,2)) AS price FROM orders", None),
    ("SELECT id, max(name) AS name, CAST(avg(price) AS DECIMAL(10,2)) AS price FROM orders GROUP BY id", None),
    ("SELECT uuid() AS id, name, price FROM orders UNION ALL SELECT id, name, price FROM orders", None),
    ("SELECT id, name, price FROM orders LATERAL VIEW explode(array(1, 2)) numbers AS n WHERE n = 1", None),
    ("SELECT id, name, frobnicate(price) AS price FROM orders", Some(("SF240", "frobnicate(price)"))),
    ("SELECT id, substring(name) AS name, price FROM orders", Some(("SF240", "substring(name)"))),
    ("SELECT id, name, price FROM orders WHERE tags > 3", Some(("SF240", "tags > 3"))),
    ("SELECT id, name, price FROM orders WHERE price", Some(("SF240", ""))),
    ("SELECT id, CAST(CAST(tags AS INT) AS STRING) AS name, price FROM orders", Some(("SF240", "CAST(tags AS INT)"))),
    ("SELECT id, name, CAST(sum(price) AS DECIMAL(10,2)) AS price FROM orders GROUP BY id", Some(("SF240", ""))),
    ("SELECT id, name, price FROM orders WHERE max(price) > 1", Some(("SF240", ""))),
    ("SELECT id, name, CAST(row_number() AS DECIMAL(10,2)) AS price FROM orders", Some(("SF240", ""))),
    ("SELECT id, name, price FROM orders UNION SELECT id, name FROM orders", Some(("SF240", ""))),
    ("SELECT id, name, make_interval(1) AS price FROM orders", Some(("SF241", ""))),
    ("SELECT id, name, named_struct('a', price) AS price FROM orders", Some(("SF241", ""))),
    ("SELECT id, name, (SELECT max(price) FROM orders) AS price FROM orders", None),
];

#[test]
fn queries_are_judged_by_spark_itself() {
    let text = pipeline(&MATRIX);
    let cache = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("live/analyser-cache-{}", std::process::id()));
    let stack = Stack::of_text("analyser", &text).with_cache(&cache);
    stack.run(&["build"]).exits(0);

    let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("the clock is past 1970");
    let asked = stack.run(&["plan", "-o", "json"]).exits(3);
    eprintln!("    {} queries judged in {:.1?}", MATRIX.len(), asked.took);
    let found = findings(&asked.stdout);
    for (index, (query, expected)) in MATRIX.iter().enumerate() {
        let of_query: Vec<&Value> = found
            .iter()
            .filter(|one| one["message"].as_str().is_some_and(|text| text.contains(&format!("`q{index}`"))))
            .collect();
        let errors: Vec<&&Value> = of_query.iter().filter(|one| one["severity"] == "error").collect();
        match expected {
            None => assert!(errors.is_empty(), "{query}\nis sound, and got {errors:#?}"),
            Some((code, place)) => {
                assert!(
                    errors.len() == 1 && errors[0]["code"] == *code,
                    "{query}\nwants {code}, and got {of_query:#?}"
                );
                assert!(marked(errors[0], &text).contains(place), "{query}\nis not marked at `{place}`: {errors:#?}");
            }
        }
    }
    assert_eq!(engine::containers(&stack.project), [""; 0], "the container is gone");
    assert_eq!(containers_made(&stack, started.as_secs()), 1, "one for all queries");

    // An answer that is known costs no container.
    let known = stack.run(&["plan", "-o", "json"]).exits(3);
    assert_eq!(findings(&known.stdout), found);
    assert_eq!(containers_made(&stack, started.as_secs()), 1, "Spark was asked again");
    eprintln!("    known answers judged in {:.1?}", known.took);
    // And without Spark nothing is refused that Spark alone refuses.
    let inferred = findings(&stack.run(&["plan", "--static", "-o", "json"]).stdout);
    assert!(!inferred.iter().any(|one| one["code"] == "SF240" || one["code"] == "SF241"), "{inferred:#?}");
    std::fs::remove_dir_all(cache).expect("the cache can be removed");
    stack.remove();
}

/// By the engine's own record, from a moment on.
fn containers_made(stack: &Stack, since: u64) -> usize {
    let label = format!("label=io.sparkflow.project={}", stack.project);
    let since = format!("{since}");
    let arguments = ["events", "--since", &since, "--until", "0s", "--filter", "event=create", "--filter", &label];
    engine::docker(&arguments).expect("the engine remembers").lines().count()
}

/// One job and one table per query, all in files.
fn pipeline(matrix: &[Case]) -> String {
    let mut text = String::from(
        "name: judged\nports: auto\nschemas:\n  order:\n    id: { type: uuid, required: true }\n    name: string\n    \
         price: \"decimal(10,2)\"\n    tags: list<string>\nsources:\n  orders:\n    http: \"http://orders.invalid/\"\n    \
         to: orders\n    map: { id: $.id, name: $.name, price: $.price, tags: $.tags }\ntopics:\n  orders: { schema: order, key: id }\njobs:\n",
    );
    for (index, (query, _)) in matrix.iter().enumerate() {
        writeln!(text, "  q{index}: {{ sql: {query:?}, writes: t{index} }}").expect("a String takes every write");
    }
    text.push_str(
        "sinks:\n  customers: { cassandra: { table: shop.customers, key: [name] }, columns: { name: string } }\n",
    );
    for (index, (query, _)) in matrix.iter().enumerate() {
        let tags = if query.starts_with("SELECT *") { ", tags: list<string>" } else { "" };
        let columns = format!("{{ id: uuid, name: string, price: \"decimal(10,2)\"{tags} }}");
        writeln!(text, "  t{index}: {{ cassandra: {{ table: shop.t{index}, key: [id] }}, columns: {columns} }}")
            .expect("a String takes every write");
    }
    text
}

fn findings(stdout: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"));
    document["findings"].as_array().cloned().unwrap_or_default()
}

/// The part of the file that a finding points at.
fn marked<'a>(finding: &Value, text: &'a str) -> &'a str {
    let span = &finding["labels"][0]["span"];
    let offset = |name: &str| span[name].as_u64().and_then(|offset| usize::try_from(offset).ok()).unwrap_or(0);
    text.get(offset("start")..offset("end")).unwrap_or_default()
}

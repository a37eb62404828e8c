//! Jobs on small given data: the flagship's own tests, and a pipeline in which cases differ, fail and never end.

use std::time::Duration;

use serde_json::Value;

use crate::engine;
use crate::stack::{Stack, repository};

/// A cold container, Spark, and all cases of the flagship. Twice what a quiet machine of two cores needs.
const BOUND: Duration = Duration::from_secs(40);

#[test]
fn the_flagships_jobs_do_what_their_tests_say() {
    let stack = Stack::of("trials", &repository().join("pipeline.yaml"));
    stack.run(&["build"]).exits(0);
    let outcome = stack.run(&["test", "-o", "json"]).exits(0);
    let said: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}\n{outcome}"));
    assert_eq!(said["passed"], true, "{outcome}");
    let jobs: Vec<&str> = cases(&said).iter().filter_map(|case| case["job"].as_str()).collect();
    for job in ["store_users", "users_by_country", "adult_users", "python_job"] {
        assert!(jobs.contains(&job), "no case of `{job}`: {jobs:?}");
    }
    eprintln!("    {} cases in {:.1?}", jobs.len(), outcome.took);
    assert!(outcome.took < BOUND, "{outcome}");
    assert_eq!(engine::containers(&stack.project), [""; 0], "the container is gone");
    stack.remove();
}

const PIPELINE: &str = "\
name: tried
ports: auto
services: { spark: { workers: 2 } }
schemas:
  order: { id: { type: int, required: true }, price: \"decimal(8,2)\", at: timestamp, tags: list<string> }
sources:
  shop: { http: \"http://shop.invalid/\", to: orders }
topics:
  orders: { schema: order, key: id }
jobs:
  keep:   { sql: \"SELECT * FROM orders\", stream: { every: 2s }, writes: kept }
  total:  { sql: \"SELECT CAST(1 AS INT) AS id, CAST(sum(price) AS DECIMAL(8,2)) AS price FROM kept\", writes: totals }
  own:    { file: own.py, args: [x], reads: [orders, kept], writes: totals }
  stream: { file: stream.py, reads: orders, writes: totals, stream: { every: 2s } }
sinks:
  kept:   { cassandra: { table: shop.kept, key: [id] }, schema: order }
  totals: { cassandra: { table: shop.totals, key: [id] }, columns: { id: int, price: \"decimal(8,2)\" } }
";

const OWN: &str = "\
import sys
import time

import sparkflow_pipeline as pipeline

rows = pipeline.read('orders').union(pipeline.read_table('kept')).select('id', 'price')
ids = sorted(row['id'] for row in rows.collect())
if ids == [13]:
    raise ValueError('thirteen is no order')
if ids == [14]:
    time.sleep(3600)
print('orders', ids, sys.argv[1:])
pipeline.write(rows, 'totals')
pipeline.session().stop()
";

const STREAM: &str = "\
import sparkflow_pipeline as pipeline

rows = pipeline.read_stream('orders').select('id', 'price')
pipeline.write_stream(rows, 'totals').awaitTermination()
";

const KEEP: &str = "\
job: keep
cases:
  every type arrives:
    topics: { orders: [ { id: 1, price: 2.50, at: 2026-01-31T12:00:00+02:00, tags: [a, b] } ] }
    expect: { tables: { kept: [ { id: 1, price: 2.5, at: 2026-01-31T10:00:00Z, tags: [a, b] } ] } }
  a wrong expectation is shown at its line:
    topics: { orders: [ { id: 1, price: 2.50 }, { id: 2 }, bad ] }
    expect:
      tables:
        kept:
          - { id: 1, price: 2.51 }
          - { id: 3 }
";

const OTHERS: [(&str, &str); 3] = [
    (
        "total.yaml",
        "job: total\ncases:\n  prices are added:\n    tables: { kept: [ { id: 1, price: 0.10 }, { id: 2, price: 0.20 } ] }\n    \
         expect: { tables: { totals: [ { id: 1, price: 0.30 } ] } }\n",
    ),
    (
        "own.yaml",
        "job: own\ncases:\n  topic and table are read:\n    topics: { orders: [ { id: 1, price: 1 } ] }\n    \
         tables: { kept: [ { id: 2, price: 2 } ], totals: [ { id: 2, price: 9 } ] }\n    expect:\n      \
         tables: { totals: [ { id: 1, price: 1 }, { id: 2, price: 2 } ] }\n      prints: \"orders [1, 2] ['x']\"\n  \
         an error is expected:\n    topics: { orders: [ { id: 13 } ] }\n    expect: { fails: thirteen is no order }\n",
    ),
    (
        "stream.yaml",
        "job: stream\ncases:\n  one batch goes through:\n    topics: { orders: [ { id: 1, price: 1 }, nothing ] }\n    \
         expect: { tables: { totals: [ { id: 1 } ] }, dead_letters: {} }\n",
    ),
];

#[test]
fn differences_errors_and_streams_are_told_apart() {
    let stack = Stack::of_text("cases", PIPELINE);
    stack.write("own.py", OWN);
    stack.write("stream.py", STREAM);
    stack.write("tests/keep.yaml", KEEP);
    for (name, text) in OTHERS {
        stack.write(&format!("tests/{name}"), text);
    }
    stack.run(&["build"]).exits(0);
    let outcome = stack.run(&["test", "-o", "json"]).exits(1);
    let said: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}\n{outcome}"));
    let failed: Vec<&Value> = cases(&said).iter().filter(|case| case["state"] != "ok").collect();
    assert_eq!(failed.len(), 1, "{outcome}");
    let faults: Vec<(u64, &str)> = failed[0]["faults"]
        .as_array()
        .expect("a failed case has faults")
        .iter()
        .map(|fault| (fault["line"].as_u64().unwrap_or(0), fault["said"].as_str().unwrap_or_default()))
        .collect();
    let starts = [
        (11, "`kept`, row id=1: `price` is 2.5, expected 2.51"),
        (12, "`kept` has no row id=3"),
        (10, "`kept` has a row that is not expected: id=2"),
        (6, "a record of `orders` became a dead letter: the value is not one JSON object"),
    ];
    assert_eq!(faults.len(), starts.len(), "{faults:#?}");
    for ((line, said), (expected, start)) in faults.iter().zip(starts) {
        assert!(*line == expected && said.starts_with(start), "{line}: {said}");
    }
    stack.remove();
}

fn cases(said: &Value) -> &Vec<Value> {
    said["cases"].as_array().expect("there are cases")
}

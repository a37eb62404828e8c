//! What the tests of this room share: a pipeline with a stream, a batch, own code and a jar.

use crate::model::fixture::resolve;
use crate::model::pipeline::Pipeline;

const PIPELINE: &str = "\
name: shop
schemas:
  order: { id: { type: int, required: true }, country: string, total: \"decimal(8,2)\", at: timestamp }
sources:
  shop: { http: \"http://localhost/\", to: orders }
topics:
  orders: { schema: order, key: id }
jobs:
  store: { sql: \"SELECT id, total FROM orders\", stream: { every: 2s }, writes: sales }
  count: { sql: \"SELECT total, count(*) AS sales FROM sales WHERE total IS NOT NULL GROUP BY total\", writes: counts }
  own:   { file: jobs/word_count.py }
  jar:   { maven: jobs/java-word-count, class: io.sparkflow.WordCount }
sinks:
  sales:  { cassandra: { table: shop.sales, key: [id] }, columns: { id: int, total: \"decimal(8,2)\" } }
  counts: { cassandra: { table: shop.counts, key: [total] }, columns: { total: \"decimal(8,2)\", sales: bigint } }
";

pub(super) fn pipeline() -> Pipeline {
    let (pipeline, found) = resolve(PIPELINE, &[], &[]);
    pipeline.unwrap_or_else(|| panic!("the fixture is sound: {found:#?}"))
}

//! Queries and what is read from them, one line each. The tables: `people` (a topic) and `towns` (a sink).

use super::read_columns;
use crate::model::pipeline::FieldType;
use crate::model::sql::reading::{Making, Nulls, QueryReading, Tables};

const PIPELINE: &str = "
name: reading
schemas:
  person: { id: { type: uuid, required: true }, name: string, town: string, age: int, born: date, tags: list<string>, extra: 'map<string,int>', mixed: 'any_of<string,int>', paid: 'decimal(10,2)' }
sources: { people: { http: { url: 'https://example.org' }, to: people } }
topics: { people: { schema: person } }
jobs: { all: { sql: SELECT * FROM people } }
sinks:
  towns: { cassandra: { key: [town] }, columns: { town: string, size: bigint, rank: int } }
";

fn read(query: &str) -> QueryReading {
    let (pipeline, _) = crate::model::fixture::draft(PIPELINE);
    read_columns(query, &Tables::of(&pipeline)).unwrap_or_else(|error| panic!("{query}: {error}"))
}

/// `name:type!` for each column, `!` where it is never null, `?` where it may be, `=` in front where it comes unchanged.
fn columns(query: &str) -> String {
    let reading = read(query);
    assert_eq!(reading.missing, [], "{query}");
    let Some(columns) = reading.columns else { return "open".to_owned() };
    let words = columns.iter().map(|column| {
        let kind = column.kind.as_ref().map_or("_".to_owned(), FieldType::to_string);
        let nulls = match column.nulls {
            Nulls::Never => "!",
            Nulls::Unknown => "",
            Nulls::Possible => "?",
        };
        let same = if column.making == Making::Unchanged { "=" } else { "" };
        format!("{same}{}:{kind}{nulls}", column.name.as_deref().unwrap_or("-"))
    });
    words.collect::<Vec<_>>().join(" ")
}

fn missing(query: &str) -> Vec<String> {
    read(query).missing.into_iter().map(|missing| missing.name).collect()
}

fn uses(query: &str) -> String {
    let used = read(query).uses;
    used.iter().map(|one| format!("{}.{}", one.table, one.column)).collect::<Vec<_>>().join(" ")
}

#[test]
fn columns_are_followed_through_aliases_and_subqueries() {
    for (query, expected) in [
        ("SELECT id, name AS n FROM people", "=id:uuid! =n:string?"),
        ("SELECT p.id, P.NAME FROM people p", "=id:uuid! =NAME:string?"),
        ("SELECT * FROM towns", "=town:string! =size:bigint? =rank:int?"),
        (
            "SELECT t.* , p.id FROM people AS p JOIN towns t ON t.town = p.town",
            "=town:string! =size:bigint? =rank:int? =id:uuid!",
        ),
        ("SELECT x.id FROM (SELECT * FROM people) x", "=id:uuid!"),
        ("SELECT i FROM (SELECT id AS i FROM people)", "=i:uuid!"),
        (
            "WITH c AS (SELECT id, age FROM people), d (a, b) AS (SELECT * FROM c) SELECT b, a FROM d",
            "=b:int? =a:uuid!",
        ),
        ("WITH people AS (SELECT 1 AS one) SELECT * FROM people", "one:int!"),
        (
            "SELECT * FROM people p LEFT JOIN towns t USING (town)",
            "town:string? =id:uuid! =name:string? =age:int? =born:date? =tags:list<string>? =extra:map<string,int>? =mixed:any_of<string,int>? =paid:decimal(10,2)? =size:bigint? =rank:int?",
        ),
        ("SELECT p.id FROM people p LEFT SEMI JOIN towns t ON t.town = p.town", "=id:uuid!"),
        ("SELECT p.id FROM towns t LEFT JOIN people p ON t.town = p.town", "=id:uuid?"),
        ("SELECT id FROM people UNION ALL SELECT name FROM people", "id:string?"),
        ("SELECT age FROM people UNION SELECT size FROM towns", "age:bigint?"),
        ("SELECT id, tag FROM people LATERAL VIEW explode(tags) t AS tag", "=id:uuid! tag:string"),
        ("SELECT age AS a, a + 1 AS b FROM people", "=a:int? b:int?"),
        ("SELECT (SELECT max(size) FROM towns t WHERE t.town = p.town) AS m FROM people p", "m:bigint"),
        ("SELECT extra.key AS k, extra['x'] AS v, tags[0] AS first FROM people", "k:_ v:int first:string"),
    ] {
        assert_eq!(columns(query), expected, "{query}");
    }
}

#[test]
fn types_are_those_spark_gives() {
    for (expression, expected) in [
        ("count(*)", "bigint!"),
        ("count(DISTINCT name)", "bigint!"),
        ("sum(age)", "bigint"),
        ("sum(paid)", "decimal(20,2)"),
        ("avg(age)", "double"),
        ("min(born)", "date"),
        ("CAST(age AS BIGINT)", "bigint?"),
        ("CAST(name AS INT)", "int?"),
        ("CAST(mixed AS STRING)", "string?"),
        ("CAST(paid AS DECIMAL(12,4))", "decimal(12,4)?"),
        ("upper(name)", "string?"),
        ("concat(name, '-', town)", "string?"),
        ("name || town", "string?"),
        ("coalesce(name, 'none')", "string!"),
        ("coalesce(age, 0)", "int!"),
        ("nvl(age, 5000000000)", "bigint!"),
        ("age / 2", "double?"),
        ("age * 1.5", "_?"),
        ("age > 18 AND name LIKE 'A%'", "boolean?"),
        ("name IS NULL", "boolean!"),
        ("CASE WHEN age > 18 THEN 1 ELSE 0 END", "int!"),
        ("CASE WHEN age > 18 THEN 1 END", "int?"),
        ("year(born)", "int"),
        ("EXTRACT(MONTH FROM born)", "int?"),
        ("current_date()", "date!"),
        ("current_timestamp", "timestamp!"),
        ("row_number() OVER (PARTITION BY town ORDER BY age)", "int!"),
        ("collect_list(age)", "list<int>!"),
        ("my_function(name)", "_"),
        ("transform(tags, tag -> upper(tag))", "_"),
        ("datediff(DAY, born, current_date())", "int"),
        ("\"text\"", "string!"),
        ("DATE '2026-01-01'", "date"),
        ("1.50", "decimal(3,2)!"),
    ] {
        assert_eq!(columns(&format!("SELECT {expression} AS x FROM people")), format!("x:{expected}"), "{expression}");
    }
}

#[test]
fn a_condition_that_refuses_nulls_makes_a_column_sure() {
    for (query, expected) in [
        ("SELECT town FROM people WHERE town IS NOT NULL", "=town:string!"),
        ("SELECT town FROM people WHERE (age > 3 AND upper(town) = 'A')", "=town:string!"),
        ("SELECT town FROM people WHERE town = 'A' OR age > 3", "=town:string?"),
        ("SELECT p.town FROM people p JOIN towns t ON p.town = t.town", "=town:string!"),
        ("SELECT p.town FROM people p LEFT JOIN towns t ON p.town = t.town", "=town:string?"),
    ] {
        assert_eq!(columns(query), expected, "{query}");
    }
}

#[test]
fn a_name_nothing_has_is_missing_wherever_it_stands() {
    for (query, expected) in [
        ("SELECT postcode FROM people", &["postcode"][..]),
        ("SELECT p.postcode FROM people p", &["postcode"]),
        ("SELECT q.name FROM people p", &["q"]),
        ("SELECT id FROM people WHERE aeg > 3", &["aeg"]),
        ("SELECT id FROM people ORDER BY aeg", &["aeg"]),
        ("SELECT town, count(*) AS n FROM people GROUP BY twon HAVING n > 1", &["twon"]),
        ("SELECT a.id FROM people a JOIN towns b ON a.town = b.city", &["city"]),
        ("WITH c AS (SELECT nam FROM people) SELECT * FROM c", &["nam"]),
        ("SELECT x.age FROM (SELECT id FROM people) x", &["age"]),
        ("SELECT id FROM people p WHERE EXISTS (SELECT 1 FROM towns t WHERE t.town = p.twon)", &["twon"]),
        ("SELECT id FROM people UNION ALL SELECT idd FROM people", &["idd"]),
    ] {
        assert_eq!(missing(query), expected, "{query}");
    }
}

#[test]
fn what_could_be_there_is_never_missing() {
    for query in [
        "SELECT anything FROM elsewhere",
        "SELECT anything FROM people, elsewhere",
        "SELECT e.x, people.id FROM people JOIN range(10) e",
        "SELECT id FROM people ORDER BY name, 1",
        "SELECT town AS t, count(*) AS n FROM people GROUP BY t ORDER BY n",
        "SELECT current_date, current_user FROM people",
        "SELECT id FROM people p WHERE EXISTS (SELECT 1 FROM towns WHERE town = p.town AND age > 3)",
        "SELECT explode(tags) FROM people",
        "SELECT aggregate(tags, '', (all, one) -> concat(all, one)) AS x FROM people",
        "SELECT posexplode(tags) AS (at, tag) FROM people",
        "SELECT v.a FROM VALUES (1) AS v(a)",
        "SELECT * EXCEPT (age) FROM people",
        "SELECT extra.whatever, people.extra.whatever FROM people",
        "SELECT timestampdiff(HOUR, born, born) AS x FROM people",
        "SELECT name FROM people TABLESAMPLE (10 PERCENT)",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n, m FROM r",
        "SELECT town, size FROM people NATURAL JOIN towns",
        "SELECT a FROM people UNPIVOT (a FOR b IN (age))",
    ] {
        let Ok(_) = crate::model::sql::read(query) else { continue };
        assert_eq!(missing(query), [""; 0], "{query}");
    }
}

#[test]
fn what_a_result_depends_on_is_told() {
    for (query, expected) in [
        ("SELECT count(*) AS n FROM people", ""),
        ("SELECT id FROM people WHERE age > 3", "people.age people.id"),
        ("WITH c AS (SELECT * FROM people) SELECT c.id FROM c", "people.id"),
        (
            "SELECT id FROM people WHERE town IN (SELECT town FROM towns WHERE size > 3)",
            "people.id people.town towns.size towns.town",
        ),
        (
            "SELECT sum(age) OVER (PARTITION BY town ORDER BY born) AS s FROM people",
            "people.age people.born people.town",
        ),
        ("SELECT a.id FROM people a JOIN towns b USING (town)", "people.id people.town towns.town"),
    ] {
        assert_eq!(uses(query), expected, "{query}");
    }
}

#[test]
fn a_long_chain_of_operators_is_walked_not_descended() {
    let chain = vec!["age > 3"; 1_500].join(" AND ");
    assert_eq!(columns(&format!("SELECT id FROM people WHERE {chain}")), "=id:uuid!");
    let longer = vec!["1"; 20_000].join(" + ");
    assert!(read_columns(&format!("SELECT {longer} AS x"), &Tables::default()).is_err());
}

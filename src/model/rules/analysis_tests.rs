//! Spark's words made into findings: the right place, and nothing said twice.

use super::*;
use crate::model::analysis::Analysis;
use crate::model::fixture::{TWENTY_LINES, resolve_with};
use crate::model::{Evidence, pipeline::FieldType};

const QUERY: &str = "SELECT * FROM people_created";

fn found(text: &str, job: &str, verdict: Verdict) -> Vec<Diagnostic> {
    let analysis = Analysis { spark: "3.5.7".into(), answers: [(job.to_owned(), verdict)].into() };
    resolve_with(text, &Evidence { analysis, ..Evidence::default() }).1
}

fn codes(found: &[Diagnostic]) -> Vec<&str> {
    found.iter().map(|one| one.code).collect()
}

fn refusal(line: usize, column: usize) -> Verdict {
    let (line, column) = (Some(line), Some(column));
    Verdict::Refused {
        error: Objection {
            class: "X".into(),
            message: "no `nam`. Did you mean `name`?\nMore.".into(),
            line,
            column,
            length: Some(3),
        },
    }
}

fn yielded(name: &str, kind: &str) -> Yielded {
    let direct = Some(("people_created".to_owned(), name.to_owned()));
    let inputs = direct.iter().cloned().collect();
    Yielded {
        name: name.into(),
        kind: kind.into(),
        nullable: name != "id",
        direct,
        inputs,
        fits: [("people".into(), None)].into(),
    }
}

fn sound() -> Sound {
    let columns = ["id", "name", "city"].map(|name| yielded(name, "string")).into();
    Sound { columns, tables: vec!["people_created".into()], gathers: Vec::new() }
}

#[test]
fn what_spark_takes_is_silent() {
    assert_eq!(codes(&found(TWENTY_LINES, "store_people", Verdict::Sound(sound()))), [""; 0]);
}

#[test]
fn an_objection_stands_at_the_place_that_spark_names() {
    let text = TWENTY_LINES.replace(QUERY, "'SELECT id, nam, city FROM people_created'");
    let found = found(&text, "store_people", refusal(1, 11));
    assert_eq!(codes(&found), ["SF240"], "the inferred finding about the same is gone");
    let place = found[0].labels[0].span;
    assert_eq!(&text[place.start..place.end], "nam");
    assert_eq!(found[0].help.as_deref(), Some("More."));
}

#[test]
fn a_place_that_the_text_does_not_have_is_the_whole_query() {
    let found = found(TWENTY_LINES, "store_people", refusal(70, 1));
    let place = found[0].labels[0].span;
    assert_eq!(&TWENTY_LINES[place.start..place.end], QUERY);
}

#[test]
fn places_are_counted_in_characters() {
    let of = |line, column, length| {
        let error = Objection { class: String::new(), message: String::new(), line, column, length };
        let text = "SELECT größe,\n  prise AS total\nFROM orders\n";
        range_of(&error, text).map(|range| &text[range])
    };
    assert_eq!(of(Some(2), Some(2), Some(5)), Some("prise"));
    assert_eq!(of(Some(1), Some(7), None), Some("größe"));
    assert_eq!(of(Some(3), Some(5), Some(100)), Some("orders\n"));
    assert_eq!(of(Some(9), Some(0), None), None);
    assert_eq!(of(None, Some(0), None), None);
}

#[test]
fn a_column_of_sparks_takes_its_type_from_the_field_it_copies() {
    let sound = sound();
    let (pipeline, _) = resolve_with(TWENTY_LINES, &Evidence::default());
    let reading = Verdict::Sound(sound).reading(&pipeline.unwrap(), None);
    let kinds: Vec<_> = reading.columns.unwrap().into_iter().map(|column| column.kind).collect();
    assert_eq!(kinds[0], Some(FieldType::Uuid));
}

#[test]
fn a_stream_that_gathers_is_told_that_it_sees_one_batch() {
    let gathering = Sound { gathers: vec!["Aggregate".into()], ..sound() };
    assert_eq!(codes(&found(TWENTY_LINES, "store_people", Verdict::Sound(gathering))), ["SF244"]);
}

#[test]
fn a_type_that_no_column_has_and_a_name_that_comes_twice_are_errors() {
    let mut sound = sound();
    sound.columns[2] = Yielded {
        direct: None,
        fits: [("people".into(), Some("string".into()))].into(),
        ..yielded("city", "interval")
    };
    sound.columns.push(yielded("name", "string"));
    assert_eq!(codes(&found(TWENTY_LINES, "store_people", Verdict::Sound(sound))), ["SF241", "SF242"]);
}

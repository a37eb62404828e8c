//! The published JSON Schema says the same as the checker.

use serde_json::Value;

use crate::model::fixture::{FLAGSHIP, TWENTY_LINES, services};
use crate::spec::schema::json_schema;

fn problems(text: &str) -> Vec<String> {
    let validator = jsonschema::validator_for(&json_schema(&services())).unwrap();
    let value: Value = serde_yaml::from_str(text).unwrap();
    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn sound_files_validate() {
    assert_eq!(problems(FLAGSHIP), [""; 0]);
    assert_eq!(problems(TWENTY_LINES), [""; 0]);
}

#[test]
fn sound_files_validate_against_the_schema_that_is_shipped() {
    let schema: Value = serde_json::from_str(include_str!("../../../pipeline.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for text in [FLAGSHIP, TWENTY_LINES] {
        let value: Value = serde_yaml::from_str(text).unwrap();
        assert!(validator.is_valid(&value), "{text}");
    }
}

#[test]
fn variables_may_stand_for_numbers() {
    let text = TWENTY_LINES.replace("key: id }\n", "key: id, partitions: \"${N}\" }\n");
    assert_eq!(problems(&text), [""; 0]);
}

#[test]
fn mistakes_do_not_validate() {
    for (from, to) in [
        ("name: people", "nam: people"),
        ("key: [id]", "kei: [id]"),
        ("stream: {}", "stream: 3"),
        ("topics:", "topics: 5\nx:"),
    ] {
        assert_ne!(problems(&TWENTY_LINES.replace(from, to)), [""; 0], "{to}");
    }
}

//! Results for programs: one JSON document on stdout, with the version of its form.
//!
//! Within one `format_version` keys are only added.

use serde::Serialize;
use serde_json::{Map, Value};

use super::text::out;

/// The form of every JSON document this program prints.
pub const FORMAT_VERSION: u32 = 1;

/// Prints the value as one JSON document. See [`document`].
///
/// # Errors
/// Where the value cannot be said in JSON (a map whose keys are not text).
pub fn print_json<T: Serialize>(value: &T) -> Result<(), serde_json::Error> {
    out(serde_json::to_string_pretty(&document(value)?)?);
    Ok(())
}

/// The value with `format_version` in front; what is not an object goes under `result`.
///
/// # Errors
/// Where the value cannot be said in JSON (a map whose keys are not text).
pub fn document<T: Serialize>(value: &T) -> Result<Value, serde_json::Error> {
    let mut document = Map::new();
    document.insert("format_version".to_owned(), FORMAT_VERSION.into());
    match serde_json::to_value(value)? {
        Value::Object(fields) => document.extend(fields),
        other => {
            document.insert("result".to_owned(), other);
        }
    }
    Ok(Value::Object(document))
}

#[cfg(test)]
mod tests {
    use super::document;
    use serde_json::json;

    #[test]
    fn an_object_keeps_its_keys_beside_the_version() {
        let shown = document(&json!({ "services": [] })).unwrap();
        assert_eq!(shown, json!({ "format_version": 1, "services": [] }));
    }

    #[test]
    fn a_list_goes_under_result() {
        let shown = document(&[1, 2]).unwrap();
        assert_eq!(shown, json!({ "format_version": 1, "result": [1, 2] }));
    }
}

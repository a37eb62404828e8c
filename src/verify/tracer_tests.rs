//! A tracer must be what the ingest could have written, and what generated readers know as a tracer.

use super::*;
use crate::diagnostic::Span;
use crate::ingest::cast::{self, Reading};
use crate::model::pipeline::Field;
use crate::topology::tracing::is_reservable;

const NONCE: Uuid = Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_cdef);

fn kinds() -> Vec<FieldType> {
    let scalars = [
        FieldType::String,
        FieldType::Int,
        FieldType::Bigint,
        FieldType::Double,
        FieldType::Boolean,
        FieldType::Uuid,
        FieldType::Timestamp,
        FieldType::Date,
        FieldType::Decimal { precision: 10, scale: 2 },
        FieldType::Decimal { precision: 38, scale: 38 },
        FieldType::Decimal { precision: 1, scale: 0 },
    ];
    let lists = scalars.iter().map(|item| FieldType::List(Box::new(item.clone())));
    let maps = scalars.iter().map(|key| {
        let values = FieldType::List(Box::new(FieldType::Decimal { precision: 4, scale: 1 }));
        FieldType::Map(Box::new(key.clone()), Box::new(values))
    });
    scalars.iter().cloned().chain(lists).chain(maps).collect()
}

fn schema(kinds: &[FieldType]) -> Schema {
    let fields = kinds.iter().enumerate().map(|(index, kind)| Field {
        name: format!("field_{index}"),
        kind: kind.clone(),
        required: true,
        span: Span::default(),
    });
    Schema { fields: fields.collect() }
}

#[test]
fn every_value_is_one_the_ingest_would_write() {
    for kind in kinds() {
        for number in [1, 40, 1000] {
            let value = telling(&kind, "field", number);
            assert_eq!(cast::read(&value, &kind, Reading::Exact), Ok(value), "{kind}");
        }
    }
}

#[test]
fn every_reserved_key_is_known_as_one_and_fits_its_type() {
    for kind in kinds().into_iter().filter(is_reservable) {
        for nonce in [NONCE, Uuid::nil(), Uuid::max()] {
            let value = reserved_key(&kind, nonce).unwrap();
            assert!(is_reserved(&kind, &plain_text(&value)), "{kind} {value}");
            assert_eq!(cast::read(&value, &kind, Reading::Exact), Ok(value), "{kind}");
        }
    }
}

#[test]
fn keys_of_people_are_not_reserved() {
    assert!(!is_reserved(&FieldType::Uuid, "6f2c3a4e-58d1-4f6b-9a1e-0c7d5b2e9f10"));
    assert!(!is_reserved(&FieldType::Bigint, "-9000000000000000"));
    assert!(!is_reserved(&FieldType::Int, "-2000000000"));
    assert!(!is_reserved(&FieldType::String, "sparkflow"));
    assert!(!is_reserved(&FieldType::Boolean, "true"));
}

#[test]
fn the_record_has_every_field_and_the_topic_s_key() {
    let schema = schema(&kinds());
    let record = record(&schema, "field_5", &BTreeSet::from(["field_5"]), NONCE, None, &Values::new());
    assert_eq!(record.value.len(), schema.fields.len());
    assert_eq!(record.key.as_deref(), Some("5f10f10e-89ab-4def-8123-456789abcdef"));
    assert!(record.value.iter().all(|(_, value)| !value.is_null()));
}

#[test]
fn no_two_text_fields_hold_the_same() {
    let record =
        record(&schema(&[FieldType::String, FieldType::String]), "", &BTreeSet::new(), NONCE, None, &Values::new());
    assert_ne!(record.value[0].1, record.value[1].1);
    assert_eq!(record.key, None);
}

#[test]
fn a_real_record_lends_its_values_but_not_its_key_nor_its_nulls() {
    let schema = schema(&[FieldType::Uuid, FieldType::String, FieldType::Int, FieldType::Boolean]);
    let fields = ["field_0", "field_1", "field_2", "field_3"].map(Arc::from);
    let real =
        [Value::from("7ace0000-0000-4000-8000-000000000001"), Value::from("Ada"), Value::Null, Value::from(true)];
    let model = MappedRecord { key: None, value: fields.into_iter().zip(real).collect() };
    let asked = Values::from([("field_3".to_string(), Value::from(false))]);
    let record = record(&schema, "field_0", &BTreeSet::from(["field_0"]), NONCE, Some(&model), &asked);
    assert!(is_reserved(&FieldType::Uuid, &record.key.clone().unwrap()));
    assert_eq!(record.get("field_1"), Some(&Value::from("Ada")));
    assert!(record.get("field_2").is_some_and(Value::is_number));
    assert_eq!(record.get("field_3"), Some(&Value::from(false)));
}

//! Every key of a file of tests (`tests/*.yaml`), in the vocabulary of `shape`. What they mean is `trial`'s business.

use super::shape::{Key, Object, Shape};

const ROWS: Shape = Shape::Map(&Shape::List(&Shape::Map(&Shape::Any)));

pub static TRIALS: Object = Object {
    title: "a file of tests",
    keys: &[
        Key::new("job", Shape::Text, "The job that is tried.").required(),
        Key::new("cases", Shape::Map(&Shape::Object(&CASE)), "Cases, each under a sentence that says what is so.")
            .required(),
    ],
    exactly_one: &[],
};

pub static CASE: Object = Object {
    title: "a case",
    keys: &[
        Key::new(
            "topics",
            Shape::Map(&Shape::List(&Shape::Any)),
            "Records by topic: a map of fields, or text that is the record as it is.",
        ),
        Key::new("tables", ROWS, "Rows that are there before, by sink. Columns left out are null."),
        Key::new("expect", Shape::Object(&EXPECTATION), "What must come of it.").required(),
    ],
    exactly_one: &[],
};

pub static EXPECTATION: Object = Object {
    title: "what a case expects",
    keys: &[
        Key::new(
            "tables",
            ROWS,
            "Rows that are there afterwards, by sink, in any order. Columns left out may be anything.",
        ),
        Key::new(
            "dead_letters",
            Shape::Map(&Shape::List(&Shape::Short("reason", &LETTER))),
            "Dead letters by the topic of the record. Where none are named, none may come.",
        ),
        Key::new("prints", Shape::OneOrMany(&Shape::Text), "Text that the job prints."),
        Key::new("fails", Shape::Text, "Text of the error that the job must end with."),
    ],
    exactly_one: &[],
};

pub static LETTER: Object = Object {
    title: "a dead letter",
    keys: &[
        Key::new("reason", Shape::Text, "Text that stands in its reason.").required(),
        Key::new("value", Shape::Text, "The record, as it was."),
    ],
    exactly_one: &[],
};

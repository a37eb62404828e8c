//! Each finding of a sample fires on its own cause, and a sound sample is silent.

use crate::model::Evidence;
use crate::model::fixture::{TWENTY_LINES, resolve_with};
use crate::model::survey::{FieldSurvey, PathSurvey, Seen, Survey};

fn field(name: &str) -> FieldSurvey {
    FieldSurvey { field: name.into(), paths: vec![path(&["text"])], ..FieldSurvey::default() }
}

fn path(kinds: &[&str]) -> PathSurvey {
    let seen = Seen { count: 5, example: Some("number 7".into()) };
    let kinds = kinds.iter().map(|kind| ((*kind).to_owned(), seen.clone())).collect();
    PathSurvey { path: "$.city".into(), empty: 0, kinds }
}

fn findings(survey: Survey) -> Vec<String> {
    let survey = Survey { source: "people".into(), ..survey };
    let (_, found) = resolve_with(TWENTY_LINES, &Evidence { surveys: vec![survey], ..Evidence::default() });
    found.iter().map(|one| format!("{} {:?} {}", one.code, one.severity, one.message).to_lowercase()).collect()
}

fn of_field(field: FieldSurvey) -> Vec<String> {
    findings(Survey { count: 10, fields: vec![field], ..Survey::default() })
}

#[test]
fn a_sound_sample_is_silent() {
    assert_eq!(of_field(field("city")), [""; 0]);
    assert_eq!(of_field(FieldSurvey { empty: 9, ..field("city") }), [""; 0]);
    // A cast takes both.
    assert_eq!(of_field(FieldSurvey { paths: vec![path(&["text", "a number"])], ..field("city") }), [""; 0]);
}

#[test]
fn several_types_that_the_field_does_not_take_are_an_error() {
    let union = FieldSurvey { paths: vec![path(&["text", "a number"])], failing: 5, ..field("city") };
    assert_eq!(
        of_field(union),
        [
            "sf250 error `$.city` gives a number 5 times (number 7) and text 5 times (number 7): 5 of 10 records of the sample would be dead letters"
        ]
    );
}

#[test]
fn what_some_records_lack_is_a_warning_and_what_all_lack_an_error() {
    let reason = |text: &str| Some(text.to_owned());
    for (failing, reason, expected) in [
        (3, reason("expected int, found text \"x\""), "sf251 warning"),
        (10, reason("expected int, found text \"x\""), "sf251 error"),
        (3, reason("required, but `$.city` is missing or null"), "sf252 warning"),
        (10, reason("required, but `$.city` is missing or null"), "sf252 error"),
    ] {
        let found = of_field(FieldSurvey { failing, reason, ..field("city") });
        assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
    }
}

#[test]
fn a_field_that_is_never_there_is_a_warning() {
    let found = of_field(FieldSurvey { empty: 10, ..field("city") });
    assert_eq!(found, ["sf253 warning `city` is empty in all 10 records of the sample"]);
}

#[test]
fn what_nothing_maps_is_one_note_however_much_it_is() {
    let unmapped = (0..30).map(|number| format!("$.x{number}")).collect();
    let found = findings(Survey { count: 10, unmapped, ..Survey::default() });
    assert!(found.len() == 1 && found[0].starts_with("sf254 note") && found[0].ends_with("and 18 more"), "{found:?}");
}

#[test]
fn repeated_keys_and_a_short_sample_are_said() {
    let found = findings(Survey { count: 10, repeated_keys: 2, ..Survey::default() });
    assert_eq!(found, ["sf255 warning 2 of 10 records of the sample have a `id` that came before"]);
    let short = |count| findings(Survey { count, shortfall: Some("it ended".into()), ..Survey::default() });
    assert_eq!(short(3), ["sf256 note 3 records of `people` were looked at: it ended"]);
    assert_eq!(short(0), ["sf256 warning `people` could not be looked at: it ended"]);
}

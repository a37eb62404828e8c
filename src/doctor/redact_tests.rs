//! Random secrets, in every form, never stay.

use std::collections::BTreeMap;
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::json;

use super::redact::{MARK, Redactor};
use crate::doctor::archive::pack;

fn redactor(values: &[&str]) -> Redactor {
    let secrets: Vec<SecretString> = values.iter().map(|value| SecretString::from((*value).to_string())).collect();
    Redactor::new(&secrets)
}

/// A bundle's members as a reader gets them back.
fn unpacked(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    let mut members = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        members.insert(path, text);
    }
    members
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_random_secret_is_in_no_member_of_a_bundle(secret in "[ -~äß€🙂]{8,40}", user in "[a-z]{0,7}", before in "[a-z ]{0,9}") {
        prop_assume!(secret.trim().len() >= 8);
        let redactor = redactor(&[&secret]);
        let secret = secret.trim();
        let pair = format!("{user}:{secret}");
        let forms = [
            secret.to_string(),
            STANDARD.encode(secret),
            STANDARD.encode(&pair),
            URL_SAFE.encode(format!("{before}{secret}{user}")),
            serde_json::to_string(secret).unwrap(),
        ];
        let lines: Vec<String> = forms.iter().map(|form| format!("{before}{form} end")).collect();
        let document = redactor.value(json!({ "env": [secret], secret: { "pair": &pair }, "lines": lines }));
        let members = BTreeMap::from([
            ("log".to_string(), redactor.text(&lines.join("\n"))),
            ("live.json".to_string(), serde_json::to_string_pretty(&document).unwrap()),
        ]);
        for (path, text) in unpacked(&pack("x", &members).unwrap()) {
            prop_assert!(!text.contains(secret), "{path}: {text}");
            let escaped = serde_json::to_string(secret).unwrap();
            prop_assert!(!text.contains(escaped.trim_matches('"')), "{path}: {text}");
            for form in &forms[1..4] {
                // The edges of a text in base64 belong to its neighbours as well.
                let core = &form.trim_end_matches('=');
                prop_assert!(!text.contains(core), "{path}: {form} in {text}");
            }
            prop_assert!(text.contains(MARK));
        }
    }

    #[test]
    fn text_without_secrets_is_left_alone(text in "[a-z0-9 :/.]{0,80}") {
        let address = text.contains("://");
        prop_assume!(!address);
        prop_assert_eq!(redactor(&["Tr0ub4dor&3-and-more"]).text(&text), text);
    }
}

#[test]
fn a_secret_is_found_in_an_address_and_in_a_header() {
    let redactor = redactor(&["p@ss w/rd+1"]);
    for text in ["http://me:p%40ss%20w%2Frd%2B1@host/", "http://me:p%40ss+w%2Frd%2B1@host/", "p@ss w\\/rd+1"] {
        assert!(!redactor.text(text).contains("rd"), "{}", redactor.text(text));
    }
    let header = STANDARD.encode("admin:p@ss w/rd+1");
    assert!(redactor.text(&format!("Authorization: Basic {header}")).contains(MARK));
}

#[test]
fn a_login_in_an_address_is_hidden_though_nobody_knew_it() {
    assert_eq!(redactor(&[]).text("postgresql://a:b@host/db"), "postgresql://[redacted]@host/db");
}

#[test]
fn ports_and_yes_are_no_secrets_and_short_ones_go_as_words() {
    let redactor = redactor(&["9092", "true", "", "abc1"]);
    assert_eq!(redactor.text("true 127.0.0.1:9092 xabc1 abc1"), "true 127.0.0.1:9092 xabc1 [redacted]");
}

#[test]
fn a_secret_of_several_lines_goes_line_by_line() {
    let redactor = redactor(&["-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n"]);
    assert_eq!(redactor.text("1 MIIEvQIBADANBg\n2 kqhkiG9w0BAQEF"), "1 [redacted]\n2 [redacted]");
}

//! The file itself: any bytes give located findings, in bounded time.

use crate::diagnostic::Diagnostics;
use crate::model::fixture::{FLAGSHIP, TWENTY_LINES, codes_after, findings, resolve};

#[test]
fn shapes_are_checked_all_at_once() {
    let text = "nam: x\nports: sometimes\ntopics:\n  a: { schema: s, partitions: 0x10, replication: 1e3 }\n  b: { schema: s, partitions: 20000, keey: id }\n  c: 5\n";
    assert_eq!(
        findings(text),
        [
            "SF006 1:1 a pipeline has no key `nam`",
            "SF007 1:1 a pipeline needs the key `name`",
            "SF010 2:8 `sometimes` is none of `fixed`, `auto`",
            "SF101 4:16 there is no schema `s`",
            "SF008 4:31 expected a whole number, found `0x10`",
            "SF008 4:50 expected a whole number, found `1e3`",
            "SF101 5:16 there is no schema `s`",
            "SF009 5:31 20000 is out of range: 1 to 10000",
            "SF006 5:38 a topic has no key `keey`",
            "SF008 6:6 expected a map, found `5`",
        ]
    );
}

#[test]
fn traps_of_yaml_are_told() {
    for (from, to, expected) in [
        ("key: id }\n", "key: id, partitions: 010 }\n", &["SF008"][..]),
        ("key: id }\n", "key: id, partitions: 22:22 }\n", &["SF008"]),
        ("key: id }\n", "key: id, partitions: \"3\" }\n", &["SF008"]),
        ("key: id }\n", "key: id, partitions: 99999999999999999999 }\n", &["SF009"]),
        ("required: true", "required: yes", &["SF008"]),
        ("name: people", "name: people\nversion: 2", &["SF009"]),
        ("name: people", "name: People!", &["SF017"]),
        ("name: people", "name: people\nname: again", &["SF004"]),
        ("city: string", "city: text", &["SF022"]),
        ("city: string", "select: string", &["SF017"]),
        ("writes: people }", "writes: people, memory: 512 }", &["SF008"]),
        ("stream: {}", "stream: { every: 2 }", &["SF008"]),
        ("stream: {}", "stream: { every: 0s }", &["SF009"]),
        ("key: id }\n", "key: id, format: avro }\n", &["SF012"]),
        ("http: \"https://people.example/api\"", "file: a.csv", &["SF012"]),
        ("jobs:\n", "services: { registry: {} }\njobs:\n", &["SF012"]),
        ("jobs:\n", "services: { kafka: { external: true } }\njobs:\n", &["SF012"]),
        ("jobs:\n", "services: { kafak: {} }\njobs:\n", &["SF018"]),
        ("jobs:\n", "services: { kafka: { memori: 1g } }\njobs:\n", &["SF006"]),
        ("jobs:\n", "services: { cassandra: }\njobs:\n", &[]),
    ] {
        assert_eq!(codes_after(from, to), expected, "{to}");
    }
}

#[test]
fn attacks_and_accidents_end_soon_with_one_located_finding() {
    let bomb: String = (1..30).fold("a0: &a0 [x, x]\n".to_owned(), |text, n| {
        format!("{text}a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}]\n", n - 1)
    });
    let chain: String =
        (1..900).fold("a0: &a0 [x]\n".to_owned(), |text, n| format!("{text}a{n}: &a{n} [[[[*a{}]]]]\n", n - 1));
    let many = format!("a: &a 1\nb: [{}]", "*a,".repeat(1_001));
    let deep = format!("a: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (text, code) in [
        (bomb.as_str(), "SF002"),
        (&chain, "SF002"),
        (&many, "SF002"),
        (&deep, "SF002"),
        ("a: &a [*a]", "SF003"),
        ("a: [", "SF003"),
        ("a: 1\n\tb: 2", "SF003"),
        ("a: !!python/object:os.system x", "SF003"),
        ("a: 1\n---\nb: 2", "SF005"),
        ("", "SF005"),
        ("# nothing\n", "SF005"),
        ("- a\n- b", "SF005"),
        ("{a: 1}: 2", "SF003"),
        ("a: *nowhere", "SF003"),
        ("a: \"\\x\"", "SF003"),
    ] {
        let (pipeline, found) = resolve(text, &[], &[]);
        assert!(pipeline.is_none());
        let codes: Vec<&str> = found.iter().map(|d| d.code).collect();
        assert_eq!(codes, [code], "{}", text.chars().take(40).collect::<String>());
        assert!(found[0].labels[0].span.line > 0);
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_fine() {
    let text = format!("\u{feff}{}", TWENTY_LINES.replace('\n', "\r\n"));
    assert_eq!(findings(&text), [""; 0]);
}

#[test]
fn aliases_and_merges_are_expanded() {
    let text = TWENTY_LINES
        .replace("people_created: {", "other: &base { schema: person, key: id }\n  people_created: { <<: *base,")
        .replace("schema: person, key: id }\n\njobs", "partitions: 2 }\n\njobs");
    let (pipeline, found) = resolve(&text, &[], &[]);
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), ["SF106"]);
    let topic = &pipeline.unwrap().topics["people_created"];
    assert_eq!((topic.key.as_deref(), topic.partitions), (Some("id"), 2));
}

#[test]
fn profiles_change_the_file_and_keep_its_places() {
    let (pipeline, found) = resolve(FLAGSHIP, &["ci"], &[]);
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), ["SF302"]);
    assert!(pipeline.is_some());
    let (_, found) = resolve(FLAGSHIP, &["oflline"], &[]);
    assert_eq!(
        (found[0].code, found[0].help.as_deref()),
        ("SF015", Some("did you mean `offline`? profiles: `offline`, `ci`"))
    );
    let (_, found) = resolve(&FLAGSHIP.replace("workers: 1 }", "wrokers: 1 }"), &[], &[]);
    assert_eq!((found[0].code, found[0].labels[0].span.line), ("SF006", FLAGSHIP.lines().count()));
}

#[test]
fn a_missing_variable_is_located_and_only_where_it_is_used() {
    let text = TWENTY_LINES
        .replace("key: id }\n", "key: id, partitions: \"${N}\" }\nprofiles: { big: { name: \"${BIG}\" } }\n");
    let (_, found) = resolve(&text, &[], &[]);
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), ["SF013"]);
    let (pipeline, found) = resolve(&text, &[], &[("N", "4")]);
    assert_eq!((found, pipeline.unwrap().topics["people_created"].partitions), (vec![], 4));
}

#[test]
fn random_edits_never_panic_and_every_finding_has_a_place() {
    let bytes = FLAGSHIP.as_bytes();
    for seed in 0..400_usize {
        let mut edited = bytes.to_vec();
        let position = seed * 7919 % bytes.len();
        match seed % 4 {
            0 => edited.truncate(position),
            1 => edited[position] = b"{}[]:,&*!|>'\"%@`#-\0\xff"[seed % 20],
            2 => drop(edited.drain(position..(position + seed % 97).min(bytes.len()))),
            _ => edited.splice(position..position, bytes[..seed].iter().copied()).for_each(drop),
        }
        let mut found = Diagnostics::default();
        let document = crate::spec::parse(&edited, &mut found);
        let resolved = document.and_then(|document| {
            super::super::resolve(
                &document,
                &crate::model::fixture::services(),
                &crate::model::fixture::files(),
                &mut found,
            )
        });
        assert!(resolved.is_some() || found.has_errors());
        assert!(found.sorted().iter().all(|d| d.labels.first().is_some_and(|label| label.span.line > 0)));
    }
}

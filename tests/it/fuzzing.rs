//! The short run of the fuzz targets: their seeds, every crash that was found, and a fixed number of edits of both.
//!
//! The long run is `make fuzz`; it calls the same functions. Inputs follow from a seed, so that a failure is there again.

use std::fs;
use std::path::Path;

use crate::sources::root;
use crate::{planner, targets};

/// Edited inputs per target: as many as a debug build does in a few seconds.
const EDITS: [(&str, usize); 6] =
    [("file", 1_000), ("interpolation", 4_000), ("pipeline", 150), ("planner", 600), ("answer", 4_000), ("query", 600)];

#[test]
fn files_are_read_or_refused() {
    short_run("file");
}

#[test]
fn values_are_filled_in_or_refused() {
    short_run("interpolation");
}

#[test]
fn pipelines_are_resolved_or_refused() {
    short_run("pipeline");
}

#[test]
fn worlds_are_planned_for_whatever_they_hold() {
    short_run("planner");
}

#[test]
fn answers_become_records_or_faults() {
    short_run("answer");
}

#[test]
fn queries_are_read_or_left_alone() {
    short_run("query");
}

#[test]
fn a_world_as_declared_needs_nothing() {
    for pipeline in 0..3 {
        planner::plan(&[pipeline]);
    }
}

#[test]
fn every_target_has_its_short_run_and_its_binary() {
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("the fuzzer has a manifest");
    for name in targets::NAMES {
        assert!(EDITS.iter().any(|(target, _)| *target == name), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}

fn short_run(target: &str) {
    let seeds = seeds(target);
    assert!(!seeds.is_empty());
    for seed in &seeds {
        targets::run(target, seed);
    }
    let (_, count) = EDITS.iter().find(|(name, _)| *name == target).expect("every target is in the table");
    let mut dice = Dice(0x5eed);
    for _ in 0..*count {
        let mut input = seeds[dice.below(seeds.len())].clone();
        for _ in 0..=dice.below(4) {
            edit(&mut input, &seeds[dice.below(seeds.len())], &mut dice);
        }
        targets::run(target, &input);
    }
}

/// Pipelines and queries of the repository, the target's own seeds, and the inputs that once broke it.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for folder in ["fuzz/seeds", "fuzz/found"] {
        gather(&root().join(folder).join(target), "", &mut seeds);
    }
    match target {
        "file" | "interpolation" | "pipeline" => {
            gather(&root().join("tests/cases/validate"), "yaml", &mut seeds);
            seeds.extend(targets::PIPELINES.iter().map(|(text, _)| text.as_bytes().to_vec()));
        }
        "query" => {
            for folder in ["tests/cases", "jobs", "tests/pipelines"] {
                gather(&root().join(folder), "sql", &mut seeds);
            }
        }
        _ => {}
    }
    seeds
}

/// The files below a folder that end so, in order; nothing where there is no folder.
fn gather(folder: &Path, end: &str, found: &mut Vec<Vec<u8>>) {
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            gather(&path, end, found);
        } else if end.is_empty() || path.extension().is_some_and(|extension| extension == end) {
            found.push(fs::read(&path).expect("a file of the repository can be read"));
        }
    }
}

/// One change: a byte, a piece gone, a piece doubled, a word that means something, a piece of another input.
fn edit(input: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    const WORDS: [&[u8]; 20] = [
        b"*a",
        b"&a ",
        b"<<: ",
        b"---\n",
        b"\t",
        b"\r\n",
        b"\xff",
        b"\0",
        b"\xe2\x80\xae",
        b"${A}",
        b"${A:-x}",
        b"$${",
        b"{",
        b"]",
        b"((((",
        b"\"",
        b"99999999999999999999",
        b"-1",
        b"null",
        b": ",
    ];
    let at = dice.below(input.len() + 1);
    let end = (at + dice.below(40)).min(input.len());
    match dice.below(6) {
        0 if at < input.len() => input[at] = u8::try_from(dice.below(256)).expect("it is below 256"),
        1 => drop(input.drain(at..end)),
        2 => {
            let piece = input[at..end].to_vec();
            input.splice(at..at, piece);
        }
        3 if !other.is_empty() => {
            let from = dice.below(other.len());
            let piece = &other[from..(from + dice.below(200)).min(other.len())];
            input.splice(at..end, piece.iter().copied());
        }
        4 => input.truncate(at),
        _ => drop(input.splice(at..end, WORDS[dice.below(WORDS.len())].iter().copied())),
    }
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).expect("it is below a usize")
    }
}

//! Which rows of a long table one run does, and where their results are kept: a sample in every run, all of them or a shard
//! when a proof is asked for.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

const SEED_VARIABLE: &str = "SPARKFLOW_LIVE_SEED";

/// What was asked for.
pub(crate) enum Which {
    /// Drawn by a seed.
    Sample {
        seed: u64,
    },
    All,
    /// From 1 to the count.
    Shard {
        shard: usize,
        count: usize,
    },
}

impl Which {
    /// The variable holds nothing for a sample, `all`, or a shard of all (`2/3`).
    pub(crate) fn of(variable: &str, seed: u64) -> Self {
        let asked = std::env::var(variable).unwrap_or_default();
        if let Some((shard, count)) = asked.split_once('/') {
            let number = |text: &str| text.parse::<usize>().expect("a shard is written 2/3");
            return Self::Shard { shard: number(shard), count: number(count) };
        }
        if asked == "all" {
            return Self::All;
        }
        let seed = std::env::var(SEED_VARIABLE).ok().and_then(|seed| seed.parse().ok()).unwrap_or(seed);
        eprintln!("    {SEED_VARIABLE}={seed}");
        Self::Sample { seed }
    }

    pub(crate) fn is_sample(&self) -> bool {
        matches!(self, Self::Sample { .. })
    }

    /// In the order of the table.
    pub(crate) fn of_all<T>(&self, mut rows: Vec<T>, sample_count: usize) -> Vec<T> {
        match *self {
            Self::All => rows,
            Self::Shard { shard, count } => {
                let mut index = 0;
                rows.retain(|_| {
                    index += 1;
                    index % count == shard % count
                });
                rows
            }
            Self::Sample { seed } => {
                let mut state = seed;
                while rows.len() > sample_count {
                    // Knuth's linear congruential generator: enough to draw a few.
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    rows.remove(usize::try_from(state >> 33).expect("31 bits fit") % rows.len());
                }
                rows
            }
        }
    }
}

/// Results that outlive the run: one line each, its fields parted by tabs, the row's name first.
pub(crate) struct Log(Option<PathBuf>);

impl Log {
    pub(crate) fn of(variable: &str) -> Self {
        Self(std::env::var_os(variable).map(PathBuf::from))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        let text = self.0.as_ref().and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        text.lines().any(|line| line.split('\t').next() == Some(name))
    }

    pub(crate) fn write(&self, fields: &[&str]) {
        let Some(path) = &self.0 else { return };
        let line = format!("{}\n", fields.join("\t"));
        let file = fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the result can be kept");
    }
}

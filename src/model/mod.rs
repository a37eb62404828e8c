//! The pipeline as it is meant: names resolved, defaults filled in, rules checked. Pure.

pub mod pipeline;

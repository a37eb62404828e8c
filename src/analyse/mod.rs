//! Carries the question about a pipeline's queries to Spark's own analyser and the answer back.
//!
//! `container` asks: one short container of the jobs' image, without a network, for all queries at once. `cache` keeps
//! answers by the content of their question, so that the same file asks once. What an answer means is `model::rules`'
//! business, what is asked `topology::analysis`'.

pub mod cache;
pub mod container;

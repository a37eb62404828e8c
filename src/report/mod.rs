//! Everything a person or a program reads: results on stdout, talk and progress on stderr.
//!
//! The only room that prints. It decides nothing: it is given values and shows them, as text or as JSON.

pub mod text;

pub mod json;

pub mod table;

pub mod diagnostics;

pub mod github;

mod place;

pub mod sarif;

pub mod pages;

pub mod capacity;

pub mod failure;

pub mod progress;

pub mod graph;

pub mod plan;

pub mod checks;

pub mod junit;

pub mod markdown;

pub mod trials;

//! Recorded or generated answers of a source, served the way the source would: the same path and query, no network.
//!
//! `fixture` reads the file and is pure; `service` answers requests. It plays no faults and invents no records: what is
//! in the file is what comes, in order, from the beginning again after the end.

pub mod fixture;
pub mod service;

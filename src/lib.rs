//! sparkflow: one `pipeline.yaml` made true, run, and proven with a real record.
//!
//! Nouns (`spec` to `plan`) are pure: text and data in, data out. Verbs (`observe` to `run`) touch the world.
//! Only `systems` names the clients of the engine, the broker, the database and HTTP; only `report` prints.

pub mod diagnostic;
pub mod model;
pub mod spec;

//! sparkflow: one `pipeline.yaml` made true, run, and proven with a real record.
//!
//! Nouns (`spec` to `plan`) are pure: text and data in, data out. Verbs (`observe` to `run`) touch the world.
//! Only `systems` names the clients of the engine, the broker, the database and HTTP; only `report` prints.

pub mod diagnostic;
pub mod spec;
pub mod model;
pub mod template;
pub mod blueprint;
pub mod topology;
pub mod live;
pub mod plan;
pub mod systems;
pub mod session;
pub mod observe;
pub mod apply;
pub mod ingest;
pub mod replay;
pub mod report;
pub mod cli;

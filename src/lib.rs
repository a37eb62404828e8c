//! sparkflow: one `pipeline.yaml` made true, run, and proven with a real record.
//!
//! Nouns (`spec` to `plan`) are pure: text and data in, data out. Verbs (`observe` to `replay`) touch the world.
//! Only `systems` names the clients of the engine, the broker, the database and HTTP; only `report` prints.

pub mod diagnostic;
pub mod spec;
pub mod model;
pub mod template;
pub mod blueprint;
pub mod embedded;
pub mod topology;
pub mod live;
pub mod plan;
pub mod systems;
pub mod session;
pub mod observe;
pub mod apply;
pub mod verify;
pub mod ingest;
pub mod replay;
pub mod report;
pub mod cli;

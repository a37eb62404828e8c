//! sparkflow: one `pipeline.yaml` made true, run, and proven with a real record.
//!
//! Nouns (`spec` to `plan`) are pure: text and data in, data out. Verbs (`observe` to `replay`) touch the world.
//! Only `systems` names the clients of the engine, the broker, the database and HTTP; only `report` prints.

pub mod analyse;
pub mod apply;
pub mod blueprint;
pub mod cli;
pub mod diagnostic;
pub mod doctor;
pub mod embedded;
pub mod errand;
pub mod ingest;
pub mod live;
pub mod model;
pub mod observe;
pub mod plan;
pub mod replay;
pub mod report;
pub mod session;
pub mod spec;
pub mod systems;
pub mod template;
pub mod topology;
pub mod trial;
pub mod verify;

//! The stack a pipeline asks for: every resource, named and fingerprinted, before anything exists.
//!
//! Pure. `build` turns a pipeline, the blueprints and the templates into a `Topology`; it reads no engine and
//! chooses no port (host ports are an input, because `ports: auto` depends on what is free).

pub mod analysis;
pub mod budget;
pub mod build;
mod containers;
pub mod dags;
pub mod data;
mod declaration;
pub mod facts;
pub mod host;
mod images;
pub mod jobs;
pub mod labels;
pub mod lock;
pub mod place;
mod plain;
pub mod publish;
pub mod published;
pub mod resource;
mod savings;

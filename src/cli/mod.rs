//! Commands: one file each. Glue between the rooms.

pub mod exit;

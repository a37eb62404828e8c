//! The offline suite: what the program says, and the rules of the code that a test can check. Needs no engine and no network.

mod bad_input;
mod blame;
mod blueprints;
mod budget;
mod cases;
mod docs;
mod doctor;
mod faults;
mod fresh;
mod fuzzing;
mod key_order;
mod links;
mod lock;
mod plan_builders;
mod plan_diff;
mod plan_drivers;
mod plan_laws;
mod plan_order;
mod plan_properties;
mod plan_simulate;
mod recording;
mod rooms;
mod sources;
mod stacks;
mod starters;
mod tidy;
mod type_matrix;

#[path = "../../fuzz/planner.rs"]
mod planner;
#[path = "../../fuzz/targets.rs"]
mod targets;

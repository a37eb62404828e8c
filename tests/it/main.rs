//! The offline suite: what the program says, and the rules of the code that a test can check. Needs no engine and no network.

mod blueprints;
mod budget;
mod cases;
mod cases;
mod fresh;
mod fresh;
mod key_order;
mod lock;
mod plan_builders;
mod plan_diff;
mod plan_laws;
mod plan_order;
mod plan_properties;
mod plan_simulate;
mod rooms;
mod sources;
mod tidy;

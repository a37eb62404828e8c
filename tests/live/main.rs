//! The live suite: the program itself against a real engine. Each scenario says what it is for and asserts state, not wording;
//! it takes its own project and its own ports, and leaves nothing behind.
//!
//! `cargo test --test live -- --test-threads=1`: one stack at a time.

#![expect(
    clippy::disallowed_methods,
    reason = "the program under test and the engine's own client are started as processes"
)]
#![expect(clippy::print_stderr, reason = "a run of many minutes says where it is")]
#![expect(clippy::unwrap_used, reason = "a scenario ends where something is not as it should be")]

mod analyser;
mod bad_worlds;
mod broker;
mod by_hand;
mod diagnosis;
mod engine;
mod expected;
mod failing_task;
mod fault;
mod fault_airflow;
mod fault_spark;
mod fault_table;
mod faults;
mod flagship;
mod harbour;
mod healthy;
mod injury;
mod interruptions;
mod job_readers;
mod mutation_table;
mod mutations;
mod read_only;
mod saved_plans;
mod server;
mod shards;
mod stack;
mod systems;
mod trials;
mod waiting;

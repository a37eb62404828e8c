//! libFuzzer's side: each binary of this package runs the target it is named after.
#![no_main]

mod planner;
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run(env!("CARGO_BIN_NAME"), data));

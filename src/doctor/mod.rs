//! Why something does not work: what was gathered about a stack, held against the known ways in which stacks fail.
//!
//! `gather` asks the world, everything else here takes data and gives data. Printing and files are others' business.

pub mod archive;
pub mod cause;
pub mod diagnosis;
pub mod evidence;
pub mod gather;
pub mod redact;
#[cfg(test)]
mod redact_tests;
pub mod scope;
pub mod secrets;
pub mod signatures;
pub mod state;

//! Tests only: mistakes and what is said about them, one line each. The full texts are in tests/cases/validate.

mod contract;
mod inputs;
mod running;
mod schema;

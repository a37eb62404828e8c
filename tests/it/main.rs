//! The offline suite: what the program says, and the rules of the code that a test can check. Needs no engine and no network.

mod cases;
mod generated;
mod rooms;
mod sources;
mod tidy;

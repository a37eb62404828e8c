//! The program: parse, walk the rooms, end with a code.
fn main() {}

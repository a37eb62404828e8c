//! Thin clients of the systems the stack is made of: connect, a handful of verbs in our words, error context, timeouts.
//!
//! The only room that names bollard, rdkafka, scylla and reqwest. Plain data goes in and comes out; nothing here
//! compares, decides, retries by policy or prints.

pub mod airflow;
pub mod cassandra;
pub mod debootstrap;
pub mod docker;
pub mod http;
pub mod kafka;
pub mod spark;

/// Bytes as lower case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

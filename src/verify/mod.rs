//! Proves with data that each stage works.

//! cassandra

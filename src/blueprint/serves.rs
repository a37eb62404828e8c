//! How a container answers the others inside the stack: what `verify` asks it from each container that uses it.

use serde::{Deserialize, Serialize};

/// The protocol a container speaks with the others, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Serves {
    Kafka {
        port: u16,
    },
    Cassandra {
        port: u16,
    },
    Postgres {
        port: u16,
    },
    Zookeeper {
        port: u16,
    },
    /// The port takes connections, and the page on another tells of workers.
    SparkMaster {
        port: u16,
        page: u16,
    },
    Http {
        port: u16,
        path: String,
    },
    /// The driver of an application: its executors call back here.
    SparkDriver {
        port: u16,
    },
}

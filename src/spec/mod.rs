pub mod service_keys;

use serde::{Deserialize, Serialize};
use crate::model::pipeline::{HttpSource, Projection, Schema};
pub const FORMAT_VERSION: u32 = 1;
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IngestTask {
    pub format_version: u32, pub source: String, pub http: HttpSource, pub map: Vec<(String, Projection)>, pub schema: Schema,
    pub key: Option<String>, pub topic: String, pub dead_letter_topic: String, pub bootstrap: String,
}

//! SF919: options that Spark's reader of Kafka does not have. It passes over them without a word.

use super::Program;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::suggest;

/// Options of the reader, from Spark's Structured Streaming and Kafka integration guide (3.5 and 4.0); their case does not matter.
const OPTIONS: [&str; 21] = [
    "assign",
    "endingOffsets",
    "endingOffsetsByTimestamp",
    "endingTimestamp",
    "failOnDataLoss",
    "fetchOffset.numRetries",
    "fetchOffset.retryIntervalMs",
    "groupIdPrefix",
    "includeHeaders",
    "kafkaConsumer.pollTimeoutMs",
    "maxOffsetsPerTrigger",
    "maxRecordsPerPartition",
    "maxTriggerDelay",
    "minOffsetsPerTrigger",
    "minPartitions",
    "startingOffsets",
    "startingOffsetsByTimestamp",
    "startingOffsetsByTimestampStrategy",
    "startingTimestamp",
    "subscribe",
    "subscribePattern",
];
/// What begins so goes to Kafka's own consumer.
const OF_THE_CONSUMER: &str = "kafka.";

pub(super) fn all(program: &Program<'_>, found: &mut Diagnostics) {
    for option in &program.reading.kafka_options {
        let name = option.value.as_str();
        let is_known = name.to_ascii_lowercase().starts_with(OF_THE_CONSUMER)
            || OPTIONS.iter().any(|known| known.eq_ignore_ascii_case(name));
        if is_known {
            continue;
        }
        let help = match suggest::nearest(name, OPTIONS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("delete it; settings of Kafka's consumer begin with `{OF_THE_CONSUMER}`"),
        };
        let message = format!("{} gives Kafka's reader an option `{name}` that it does not have", program.title());
        found.push(
            Diagnostic::warning("SF919", message)
                .in_file(program.path, program.span(&option.at), "nobody reads it")
                .help(help),
        );
    }
}

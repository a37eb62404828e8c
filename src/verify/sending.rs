//! The first hop of a tracer: written to its topic, acknowledged, and read back from where Kafka says it is.
//!
//! Connections are made before the clock starts: what is measured is Kafka, not our way to it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Stand;
use super::stage::{Kind, Stage};
use crate::ingest::mapping::MappedRecord;
use crate::systems::kafka::producer::{Delivered, NewRecord, Producer};
use crate::systems::kafka::reader::Record;
use crate::systems::with_causes;

const LIMIT: Duration = Duration::from_secs(15);

/// A record of ours, and where it is to go.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tracer {
    pub record: MappedRecord,
    /// Chosen by its key when absent.
    pub partition: Option<i32>,
}

/// When Kafka had them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sent {
    pub stage: Stage,
    /// Kafka's own moment of the first record, in milliseconds since 1970.
    pub timestamp_ms: Option<i64>,
}

/// Writes the records one after the other and reads them back.
///
/// # Errors
/// What Kafka said instead, in words.
pub(super) async fn send(stand: &Stand<'_>, topic: &str, tracers: &[Tracer]) -> Result<Sent, String> {
    let session = stand.request.session;
    let bootstrap = session.bootstrap().ok_or("the pipeline has no Kafka")?;
    let kafka = session.kafka().await.map_err(|error| with_causes(&error))?;
    let producer = Producer::prompt(&bootstrap, LIMIT).map_err(|error| with_causes(&error))?;
    let partitions = stand.request.pipeline.topics.get(topic).map_or(1, |topic| topic.partitions);
    let counts = BTreeMap::from([(topic.to_string(), partitions)]);
    let ends = kafka.watermarks(&counts, LIMIT).await.map_err(|error| with_causes(&error))?;
    let ends = ends.get(topic).cloned().unwrap_or_default();
    let opened = tokio::try_join!(kafka.tail(topic, &ends, LIMIT), producer.connect(topic, LIMIT));
    let (tail, ()) = opened.map_err(|error| with_causes(&error))?;
    let mut places: Vec<Delivered> = Vec::new();
    let mut slowest = Duration::ZERO;
    for tracer in tracers {
        let began = Instant::now();
        places.push(producer.send(&new_record(topic, tracer)).await.map_err(|error| with_causes(&error))?);
        slowest = slowest.max(began.elapsed());
    }
    let reading = Instant::now();
    let found = tail.records_at(&places, LIMIT).await.map_err(|error| with_causes(&error))?;
    let read = milliseconds(reading.elapsed());
    compared(tracers, &places, &found)?;
    let acknowledged = milliseconds(slowest);
    let timestamp_ms = found.iter().flatten().find_map(|record| record.timestamp_ms);
    let Delivered { partition, offset } = places[0];
    let seen = format!(
        "{} at partition {partition}, offset {offset}: acknowledged in {acknowledged:.1} ms, read back in {read:.1} ms",
        if tracers.len() == 1 { "tracer".to_string() } else { format!("{} tracers, the first", tracers.len()) }
    );
    let stage = Stage::ok(Kind::Trace, format!("topic/{topic}"), seen);
    let stage = stage
        .figure("acknowledged_ms", acknowledged)
        .figure("read_back_ms", read)
        .figure("kafka_timestamp_ms", timestamp_ms);
    Ok(Sent { stage, timestamp_ms })
}

fn new_record(topic: &str, tracer: &Tracer) -> NewRecord {
    NewRecord {
        topic: topic.to_string(),
        partition: tracer.partition,
        key: tracer.record.key.clone().map(String::into_bytes),
        value: Some(tracer.record.to_json().into_bytes()),
        ..NewRecord::default()
    }
}

fn compared(tracers: &[Tracer], places: &[Delivered], found: &[Option<Record>]) -> Result<(), String> {
    for ((tracer, Delivered { partition, offset }), found) in tracers.iter().zip(places).zip(found) {
        let place = format!("partition {partition}, offset {offset}");
        let sent = new_record("", tracer);
        match found {
            Some(found) if found.key == sent.key && found.value == sent.value => {}
            Some(_) => return Err(format!("another record is at {place}, where Kafka acknowledged the tracer")),
            None => return Err(format!("no record is at {place}, where Kafka acknowledged the tracer")),
        }
    }
    Ok(())
}

/// With one digit after the point.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}

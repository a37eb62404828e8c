//! Every source asked once, its answer mapped as the ingest would: where the data begins, a fault has no other place to show.
//!
//! Nothing is sent to Kafka. One good record of each is handed on, for a tracer to be made of.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::Value;
use uuid::Uuid;

use super::Stand;
use super::stage::{Kind, Stage};
use super::trace::Models;
use crate::ingest::answer;
use crate::ingest::cast::format_timestamp;
use crate::ingest::feed;
use crate::ingest::mapping::{MappedRecord, Mapper};
use crate::ingest::retry::Patience;
use crate::ingest::task::{Addresses, IngestTask};
use crate::model::pipeline::{Generated, Pipeline};

/// A source that is slow once, or asked a moment too early, is asked once more.
const RETRIES: u32 = 1;
const LONGEST_BAN: Duration = Duration::from_secs(5);
/// For everything together, whatever the source's own bounds are.
const LIMIT: Duration = Duration::from_secs(20);

pub(super) struct Asked {
    pub stages: Vec<Stage>,
    pub models: Models,
}

pub(super) async fn run(stand: &Stand<'_>) -> Asked {
    let pipeline = stand.request.pipeline;
    let named = pipeline.sources.iter().filter(|(name, source)| {
        stand.wants([format!("source/{name}").as_str(), format!("topic/{}", source.to).as_str()])
    });
    let asked = named.map(|(name, source)| async move {
        let id = format!("source/{name}");
        let asking = async {
            let (stage, model) = one(stand, name).await;
            Told { stages: vec![stage], model }
        };
        (source.to.clone(), stand.told(&id, &format!("{id}: asking once"), asking).await)
    });
    let mut found = Asked { stages: Vec::new(), models: BTreeMap::new() };
    for (topic, told) in join_all(asked).await {
        found.stages.extend(told.stages);
        if let Some(model) = told.model {
            found.models.entry(topic).or_insert(model);
        }
    }
    found
}

struct Told {
    stages: Vec<Stage>,
    model: Option<MappedRecord>,
}

impl AsRef<[Stage]> for Told {
    fn as_ref(&self) -> &[Stage] {
        &self.stages
    }
}

async fn one(stand: &Stand<'_>, name: &str) -> (Stage, Option<MappedRecord>) {
    let began = Instant::now();
    let id = format!("source/{name}");
    let next = format!("ask it yourself, or see `sparkflow run source {name} --count 1`");
    let fail = |why: String| (Stage::failed(Kind::Trace, &id, why, &next).since(began), None);
    let task = match task(stand, name) {
        Ok(task) => task,
        Err(why) => return fail(why),
    };
    let mapper = match Mapper::compile(&task) {
        Ok(mapper) => mapper,
        Err(error) => return fail(answer::one_line(&error)),
    };
    let asked = stand.request.clock.bound(tokio::time::timeout(LIMIT, records(&task))).await;
    match asked {
        Err(_) => (Stage::not_proven(Kind::Trace, id, "there was no time left to ask it").since(began), None),
        Ok(Err(_)) => fail(format!("no whole answer within {} s", LIMIT.as_secs())),
        Ok(Ok(Err(why))) => fail(why),
        Ok(Ok(Ok(records))) => {
            let fetched = began.elapsed();
            let (stage, model) = judged(&id, &records, &mapper, &task, &next);
            (stage.figure("fetch_ms", u64::try_from(fetched.as_millis()).unwrap_or(u64::MAX)).since(began), model)
        }
    }
}

fn task(stand: &Stand<'_>, name: &str) -> Result<IngestTask, String> {
    let pipeline: &Pipeline = stand.request.pipeline;
    let replay = stand.request.topology.replay_address();
    // Nothing is sent to Kafka.
    let addresses = Addresses { bootstrap: "", replay: &replay };
    IngestTask::from_pipeline(pipeline, name, addresses).map_err(|error| error.to_string())
}

async fn records(task: &IngestTask) -> Result<Vec<Value>, String> {
    let list = feed::list_path(task).map_err(|error| answer::one_line(&error))?;
    let get = answer::asking(&task.http).map_err(|error| answer::one_line(&error))?;
    let patience = Patience { longest_ban: LONGEST_BAN, ..Patience::with_retries(RETRIES.min(task.http.retries)) };
    let asked = answer::records(task, &list, &patience, &get, |_| {}).await;
    asked.map_err(|error| answer::one_line(&error))
}

/// What an answer is worth: the ingest would take nothing from one in which no record can be mapped.
fn judged(
    id: &str,
    records: &[Value],
    mapper: &Mapper,
    task: &IngestTask,
    next: &str,
) -> (Stage, Option<MappedRecord>) {
    let mut generated = |what: Generated| match what {
        Generated::Uuid => Uuid::new_v4().to_string(),
        Generated::Now => format_timestamp(jiff::Timestamp::now()),
    };
    let mapped: Vec<_> = records.iter().map(|record| mapper.project(record, &mut generated)).collect();
    let rejected = mapped.iter().filter(|one| one.is_err()).count();
    let reason = mapped.iter().find_map(|one| one.as_ref().err()).map(ToString::to_string).unwrap_or_default();
    let model = mapped.into_iter().find_map(Result::ok);
    let (count, fields) = (records.len(), task.map.len());
    let stage = match (count, &model) {
        (0, _) => Stage::failed(Kind::Trace, id, "its list of records came empty", next),
        (_, None) => {
            let seen = format!("{count} records, none can be mapped: {reason}");
            Stage::failed(
                Kind::Trace,
                id,
                seen,
                "compare the source's `map` with what it sends: `sparkflow plan --sample 50`",
            )
        }
        (_, Some(_)) if rejected > 0 => {
            let seen = format!("{count} records, {fields} fields mapped; {rejected} would be dead letters: {reason}");
            Stage::ok(Kind::Trace, id, seen)
        }
        (_, Some(_)) => Stage::ok(Kind::Trace, id, format!("{count} records, {fields} fields mapped")),
    };
    (stage.figure("records", count).figure("rejected", rejected).figure("mapped_fields", fields), model)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::stage::State;
    use super::*;
    use crate::ingest::mapping::tests::task;

    fn state(records: &[Value]) -> (State, bool) {
        let task = task();
        let mapper = Mapper::compile(&task).unwrap();
        let (stage, model) = judged("source/s", records, &mapper, &task, "look");
        (stage.state, model.is_some())
    }

    #[test]
    fn an_answer_counts_when_one_of_its_records_can_be_mapped() {
        let good = json!({"login": {"uuid": "7ace0000-0000-4000-8000-000000000001"}, "name": "Ada"});
        assert_eq!(state(&[]), (State::Failed, false));
        assert_eq!(state(&[json!({"error": "none"})]), (State::Failed, false));
        assert_eq!(state(&[json!({"error": "none"}), good]), (State::Ok, true));
    }
}

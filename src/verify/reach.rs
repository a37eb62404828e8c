//! Every service asked in its own protocol from each container that uses it, and Kafka from this machine: an address that
//! works in one place may be another machine, or nothing, in the next.
//!
//! One command per container with all its questions. Whose fault an answer is, `blame` decides.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant, SystemTime};

use futures_util::future::join_all;
use serde::Deserialize;

use super::skew::{self, Reading};
use super::stage::{Kind, Stage, State};
use super::vantage::{Asks, Question, questions};
use super::{Request, wants};
use crate::blueprint::Ready;
use crate::live::Live;
use crate::systems::docker::DockerError;
use crate::systems::docker::exec::ExecSpec;
use crate::systems::kafka::Kafka;
use crate::systems::{one_line, with_causes};
use crate::topology::resource::ResourceId;

const PROBE: &str = include_str!("reach.py");
/// The probe bounds itself; this is for a machine that is busy.
const LIMIT: Duration = Duration::from_secs(15);
const KAFKA_LIMIT: Duration = Duration::from_secs(5);
const MOST_OUTPUT: usize = 64 * 1024;
/// A container that is just being restarted can be asked a moment later.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(700);
/// How it begins to be said that a broker sends its clients elsewhere.
const MISLEADS: &str = "it advertises";

#[derive(Debug, Deserialize)]
struct Said {
    /// The container's own clock, in seconds since 1970.
    now: f64,
    answers: Vec<Answer>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    verdict: Verdict,
    said: String,
    ms: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Answered,
    Failed,
    /// It is there, and refuses what this container was given.
    WrongLogin,
    /// The way there is open, and nobody listens at its end.
    Refused,
    UnknownName,
}

/// The name of a vantage point's stage.
#[must_use]
pub(super) fn stage_name(server: &str, user: &str) -> String {
    format!("{server} from {user}")
}

/// One stage per service and container that uses it, and one for the clocks of all of them.
pub(super) async fn run(request: &Request<'_>) -> Vec<Stage> {
    let mut asked = questions(request.topology, request.pipeline);
    asked.retain(|user, questions| {
        questions.retain(|question| {
            let names = [stage_name(&question.server, user), id(user), id(&question.server)];
            wants(request.only, names.iter().map(String::as_str))
        });
        !questions.is_empty()
    });
    let (host, found) = tokio::join!(
        from_host(request),
        join_all(asked.iter().map(|(user, questions)| from_container(request, user, questions))),
    );
    let mut stages: Vec<Stage> = host.into_iter().collect();
    let mut clocks = BTreeMap::new();
    for ((user, _), (own, clock)) in asked.iter().zip(found) {
        stages.extend(own);
        clocks.extend(clock.map(|clock| (user.clone(), clock)));
    }
    // Where it is wrong, no proof by data can be trusted, whatever is asked for.
    let wanted = |stage: &Stage| stage.state == State::Failed || wants(request.only, [skew::NAME]);
    stages.extend(skew::stage(&clocks).filter(wanted));
    stages
}

/// A container outside of the network reaches nobody: that is its own fault, and said of it alone.
#[must_use]
pub(super) fn of_connected(stages: Vec<Stage>, live: &Live) -> Vec<Stage> {
    let alone = |stage: &Stage| {
        let user = stage.name.split_once(" from ").and_then(|(_, user)| live.containers.get(user));
        stage.state == State::Failed && user.is_some_and(|user| !user.connected)
    };
    let judged = stages.into_iter().map(|stage| {
        if alone(&stage) {
            return Stage::not_proven(stage.kind, stage.name, "it is not in the project's network");
        }
        stage
    });
    judged.collect()
}

fn id(container: &str) -> String {
    ResourceId::Container(container.to_string()).to_string()
}

async fn from_container(request: &Request<'_>, user: &str, questions: &[Question]) -> (Vec<Stage>, Option<Reading>) {
    let began = SystemTime::now();
    let started = Instant::now();
    let asked = ask(request, user, questions).await;
    let took = started.elapsed();
    let name = |question: &Question| stage_name(&question.server, user);
    match asked {
        Err(why) => {
            let others = questions.iter().filter(|question| question.server != user);
            let silent = others.map(|question| Stage::not_proven(Kind::Ready, name(question), &why).since(started));
            (silent.collect(), None)
        }
        Ok(said) => {
            let verdicts =
                questions.iter().zip(&said.answers).filter_map(|(question, answer)| verdict(user, question, answer));
            (verdicts.collect(), Some(Reading { seconds: said.now, began, took }))
        }
    }
}

async fn ask(request: &Request<'_>, user: &str, questions: &[Question]) -> Result<Said, String> {
    let asks: Vec<&Asks> = questions.iter().map(|question| &question.asks).collect();
    let text = serde_json::to_string(&asks).map_err(|error| error.to_string())?;
    // Without the site's packages: the standard library is enough, and half as long to start.
    let argv = ["python3", "-I", "-S", "-c", PROBE, &text].map(str::to_string).to_vec();
    let spec = ExecSpec { argv, ..ExecSpec::default() };
    let name = request.session.engine_name(user);
    for attempt in 1.. {
        let ran = request.clock.bound(request.session.docker.exec(&name, &spec, LIMIT, MOST_OUTPUT)).await;
        match ran.map_err(|_| "there was no time left to ask".to_string())? {
            Err(error) if attempt < ATTEMPTS && is_restarting(&error) => request.clock.pause(PAUSE).await,
            Err(DockerError::Timeout { seconds, .. }) => {
                return Err(format!("`{user}` did not ask within {seconds} s"));
            }
            Err(error) => return Err(format!("nobody can be asked from `{user}`: {}", last(&error))),
            Ok(output) if output.exit_code != 0 => {
                return Err(format!("`{user}` has no python3 to ask with (exit code {})", output.exit_code));
            }
            Ok(output) => {
                let said = serde_json::from_slice(&output.stdout);
                return said.map_err(|_| format!("what `{user}` answered is no answer"));
            }
        }
    }
    unreachable!("the attempts end before their numbers do")
}

fn is_restarting(error: &DockerError) -> bool {
    error.is_conflict() && with_causes(error).contains("restarting")
}

/// The engine's own words; ours would repeat the whole command.
fn last(error: &DockerError) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string().chars().take(200).collect()
}

fn verdict(user: &str, question: &Question, answer: &Answer) -> Option<Stage> {
    let Asks { host, port, .. } = &question.asks;
    let is_driver = question.asks.protocol == "spark_driver";
    let itself = question.server == user;
    // What a container was given is its own, whoever refuses it.
    let own_fault = itself || answer.verdict == Verdict::WrongLogin;
    let name = if own_fault { id(user) } else { stage_name(&question.server, user) };
    let seen = format!("{host}:{port}: {}", answer.said);
    let stage = match answer.verdict {
        // Its own readiness has said so already.
        Verdict::Answered if itself => return None,
        Verdict::Answered => Stage::ok(Kind::Ready, name, seen),
        // Nobody is called back before the driver runs: its own stage says why it does not.
        Verdict::Refused | Verdict::UnknownName if is_driver => Stage::not_proven(Kind::Ready, name, seen),
        Verdict::WrongLogin => {
            let next = "remove that container (`docker rm --force`), then run `sparkflow up`: it is made with the password in force";
            Stage::failed(Kind::Ready, name, seen, next)
        }
        _ if itself => {
            let next = "see what it advertises, then run `sparkflow up`";
            Stage::failed(Kind::Ready, name, format!("does not reach itself: {seen}"), next)
        }
        _ => {
            let next = format!("check that address from there: `sparkflow exec {user} -- getent hosts {host}`");
            Stage::failed(Kind::Ready, name, seen, next)
        }
    };
    let mut stage = stage.figure("answer_ms", answer.ms);
    stage.seconds = answer.ms / 1000.0;
    Some(stage)
}

/// The address a client on this machine is sent to, followed.
async fn from_host(request: &Request<'_>) -> Option<Stage> {
    let began = Instant::now();
    let bootstrap = request.session.bootstrap()?;
    let (server, _) =
        request.topology.containers.iter().find(|(_, container)| matches!(container.ready, Ready::Kafka { .. }))?;
    let name = stage_name(server, "host");
    if !wants(request.only, [name.as_str(), &id(server)]) {
        return None;
    }
    let stage = match followed(&bootstrap).await {
        Ok(addresses) => Stage::ok(Kind::Ready, name, format!("{bootstrap}: advertises {addresses}")),
        Err(Lost::AtTheDoor(why)) => {
            let next = "see `sparkflow endpoints` for the address, then run `sparkflow up`";
            Stage::failed(Kind::Ready, name, format!("{bootstrap}: {why}"), next)
        }
        // The way to the broker is sound; what the broker says of itself is not.
        Err(Lost::Misled(why)) => {
            let next = "see what it advertises, then run `sparkflow up`";
            Stage::failed(Kind::Ready, id(server), format!("{bootstrap}: {why}"), next)
        }
    };
    Some(stage.since(began))
}

/// The containers that answer at their door and send clients elsewhere: waiting does not mend that.
#[must_use]
pub(super) fn misleading(reached: &[Stage]) -> BTreeSet<&str> {
    let misled = reached.iter().filter(|stage| stage.state == State::Failed && stage.seen.contains(MISLEADS));
    misled.filter_map(|stage| stage.name.strip_prefix("container/")).collect()
}

/// Where a client did not get on.
enum Lost {
    AtTheDoor(String),
    /// The broker answered and sent it where nobody is.
    Misled(String),
}

async fn followed(bootstrap: &str) -> Result<String, Lost> {
    // A client of its own: one that has been sent elsewhere before does not come to this door again.
    let door = Kafka::open(bootstrap).map_err(|error| Lost::AtTheDoor(one_line(&error)))?;
    let asked = door.cluster(KAFKA_LIMIT).await;
    let brokers = asked.map_err(|error| Lost::AtTheDoor(one_line(&error)))?.brokers;
    for advertised in brokers.values().filter(|address| *address != bootstrap) {
        let nowhere = |why: String| Lost::Misled(format!("{MISLEADS} {advertised}, where nothing answers: {why}"));
        let there = Kafka::open(advertised).map_err(|error| nowhere(one_line(&error)))?;
        there.cluster(KAFKA_LIMIT).await.map_err(|error| nowhere(one_line(&error)))?;
    }
    let addresses: Vec<String> = brokers.into_values().collect();
    let none = || Lost::Misled("it knows no broker".to_string());
    if addresses.is_empty() { Err(none()) } else { Ok(addresses.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(server: &str, protocol: &'static str) -> Question {
        let asks = Asks { protocol, host: server.to_string(), port: 1, path: None, page: None, login: None };
        Question { server: server.to_string(), asks }
    }

    fn judged(user: &str, question: &Question, verdict_of: Verdict) -> Option<(String, State)> {
        let answer = Answer { verdict: verdict_of, said: "so".to_string(), ms: 1.0 };
        verdict(user, question, &answer).map(|stage| (stage.name, stage.state))
    }

    #[test]
    fn a_driver_that_does_not_listen_is_no_fault_of_the_way_to_it() {
        let driver = question("job-a", "spark_driver");
        let state = |verdict| judged("spark-worker-1", &driver, verdict).map(|(_, state)| state);
        assert_eq!(state(Verdict::Refused), Some(State::NotProven));
        assert_eq!(state(Verdict::UnknownName), Some(State::NotProven));
        assert_eq!(state(Verdict::Failed), Some(State::Failed));
        let refused = judged("job-a", &question("kafka", "kafka"), Verdict::Refused);
        assert_eq!(refused, Some(("kafka from job-a".to_string(), State::Failed)));
    }

    #[test]
    fn a_broker_that_does_not_reach_itself_fails_as_the_broker() {
        let kafka = question("kafka", "kafka");
        assert_eq!(judged("kafka", &kafka, Verdict::Answered), None);
        assert_eq!(judged("kafka", &kafka, Verdict::Failed), Some(("container/kafka".to_string(), State::Failed)));
    }
}

//! Proves with data that each stage works: services answer, resources are as declared, records and rows balance, and a
//! tracer goes from topic to table. Changes nothing that lasts: what it writes, it removes.
//!
//! Verdicts are data; `report` shows them and `cli` turns them into an exit code.

mod applications;
mod arrival;
mod balance;
pub mod blame;
mod bystanders;
pub mod clock;
mod compare;
mod counts;
mod declared;
mod evidence;
mod expectations;
pub mod grounds;
mod ingests;
mod judge;
mod ledger;
mod ledgers;
mod reach;
mod removal;
mod route;
mod runs;
mod sample;
mod schedules;
mod sending;
mod skew;
mod sources;
pub mod stage;
pub mod starting;
mod streams;
mod tables;
mod topics;
mod trace;
mod tracer;
mod vantage;
mod versions;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::live::{Live, Observed};
use crate::model::facts::StackVersions;
use crate::model::pipeline::Pipeline;
use crate::observe;
use crate::observe::Asking;
use crate::plan::diff;
use crate::session::{Session, SessionError};
use crate::systems::cassandra::Cassandra;
use crate::topology::resource::Topology;

use clock::Clock;
use grounds::Grounds;
use stage::{Level, Proof, Stage, State};
use starting::Look;

/// What is to be proven, and how long it may take.
pub struct Request<'a> {
    pub session: &'a Session,
    pub topology: &'a Topology,
    pub pipeline: &'a Pipeline,
    pub level: Level,
    /// What the pipeline's images are known to hold.
    pub versions: &'a StackVersions,
    /// Names of resources, with or without their kind; empty means all.
    pub only: &'a [String],
    pub clock: Clock,
    /// How long what is only just starting is given before it is called broken.
    pub patience: Duration,
    pub tracers: Tracers,
    /// Told what begins and what ended.
    pub tell: &'a (dyn Fn(Event<'_>) + Sync),
}

/// Whether records of ours are sent where the level asks for a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tracers {
    Sent,
    /// What is there is looked at and counted, and nothing is written.
    Withheld,
}

/// What is going on.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    Began { id: &'a str, what: &'a str },
    Ended { id: &'a str, stages: &'a [Stage] },
}

/// A request together with what exists.
struct Stand<'a> {
    request: &'a Request<'a>,
    live: Live,
    /// Jobs that stand on something that fails, and on what: nothing is sent through them, and nobody waits for them.
    hopeless: BTreeMap<String, String>,
}

impl Stand<'_> {
    /// Whether one of these resources is asked for.
    fn wants<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> bool {
        wants(self.request.only, names)
    }

    /// The database, unless it gave no answer when everybody was asked.
    async fn cassandra(&self) -> Result<Cassandra, SessionError> {
        match &self.live.cassandra {
            Observed::Waiting(why) => Err(SessionError::Silent(why.clone())),
            Observed::Known(_) => self.request.session.cassandra().await,
        }
    }

    fn began(&self, id: &str, what: &str) {
        (self.request.tell)(Event::Began { id, what });
    }

    fn ended(&self, id: &str, stages: &[Stage]) {
        (self.request.tell)(Event::Ended { id, stages });
    }

    async fn told<T: AsRef<[Stage]>>(&self, id: &str, what: &str, work: impl Future<Output = T>) -> T {
        self.began(id, what);
        let stages = work.await;
        self.ended(id, stages.as_ref());
        stages
    }
}

/// Proves what is asked for, level by level. A stage that fails does not stop the others.
///
/// # Errors
/// When the engine does not answer; everything else is a verdict.
pub async fn verify(request: &Request<'_>) -> Result<Proof, SessionError> {
    let began = Instant::now();
    let mut stages = Vec::new();
    let grounds = Grounds::new(request.topology, request.pipeline);
    let stopped = match Box::pin(levels(request, &grounds, &mut stages)).await {
        Ok(()) => request.clock.stopped(),
        Err(Halt::Stopped(stop)) => Some(stop),
        Err(Halt::Broken(error)) => return Err(error),
    };
    let stages = blame::judge(stages, &grounds);
    Ok(Proof { stages, seconds: began.elapsed().as_secs_f64(), stopped })
}

enum Halt {
    Stopped(stage::Stop),
    Broken(SessionError),
}

async fn levels(request: &Request<'_>, grounds: &Grounds, stages: &mut Vec<Stage>) -> Result<(), Halt> {
    let began = Instant::now();
    (request.tell)(Event::Began { id: "observe", what: "asking every service" });
    let (live, reached) = looked(request).await?;
    // All were asked at the same time, so each took as long as the slowest at most.
    let asked = |found: Vec<Stage>| -> Vec<Stage> {
        let wanted = found.into_iter().filter(|stage| wants(request.only, [stage.name.as_str()]));
        wanted.map(|stage| stage.since(began)).collect()
    };
    stages.extend(asked(declared::ready(request.topology, &live)));
    stages.extend(reach::of_connected(reached, &live));
    stages.extend(applications::run(request, &live).await);
    if request.level >= Level::Resources {
        let plan = diff::diff(request.topology, &live);
        stages.extend(asked(declared::resources(request.topology, &live, &plan)));
    }
    (request.tell)(Event::Ended { id: "observe", stages });
    if request.level >= Level::Resources {
        (request.tell)(Event::Began { id: "versions", what: "asking the images for their versions" });
        let probed = Box::pin(versions::run(request, &live)).await;
        (request.tell)(Event::Ended { id: "versions", stages: &probed });
        stages.extend(probed);
    }
    if request.level < Level::Trace {
        return Ok(());
    }
    let hopeless = blame::hopeless(request.pipeline.jobs.keys(), stages, grounds);
    let mut stand = Stand { request, live, hopeless };
    if skew::is_wrong(stages) {
        let why = "no tracer sent: by this clock it would be too old or too new, and so would its removal";
        stages.extend(trace::unsent(&stand, why));
        return Ok(());
    }
    Box::pin(data(&mut stand, stages)).await
}

/// Asks everybody, and asks again for a while where something is only just starting: that is no fault yet.
async fn looked(request: &Request<'_>) -> Result<(Live, Vec<Stage>), Halt> {
    let began = Instant::now();
    let mut first: Option<starting::Restarts> = None;
    let mut restarting = 0;
    loop {
        let asking = async {
            tokio::join!(observe::observe(request.session, request.topology, Asking::Everything), reach::run(request))
        };
        let (observed, reached) = request.clock.bound(Box::pin(asking)).await.map_err(Halt::Stopped)?;
        let live = observed.map_err(Halt::Broken)?;
        let restarts = first.get_or_insert_with(|| starting::restarts(&live));
        let look = Look { now_ms: jiff::Timestamp::now().as_millisecond(), restarting };
        let settled = reach::misleading(&reached);
        let is_worth_it =
            starting::is_any(request.topology, &live, &settled, look) && !starting::crashed(restarts, &live);
        if !is_worth_it || began.elapsed() > request.patience {
            return Ok((live, reached));
        }
        restarting += u32::from(starting::is_any_restarting(&live));
        request.clock.pause(starting::PAUSE).await;
    }
}

/// The data itself: sources asked, records counted, runs looked at, tracers sent.
async fn data(stand: &mut Stand<'_>, stages: &mut Vec<Stage>) -> Result<(), Halt> {
    let is_sending = stand.request.tracers == Tracers::Sent;
    let swept = if is_sending { removal::sweep(stand).await } else { Vec::new() };
    let (sources, schedules, counted) = tokio::join!(sources::run(stand), schedules::run(stand), counts::run(stand));
    // Who has not read what was there will not read a tracer either.
    let behind = counted.iter().filter(|stage| stage.state == State::Failed);
    stand
        .hopeless
        .extend(behind.filter_map(|stage| Some((stage.name.strip_prefix("job/")?.to_string(), stage.name.clone()))));
    stages.extend(sources.stages);
    stages.extend(counted);
    stages.extend(schedules);
    stages.extend(swept);
    if let Some(stop) = stand.request.clock.stopped() {
        return Err(Halt::Stopped(stop));
    }
    if is_sending {
        stages.extend(trace::run(stand, &sources.models).await);
    }
    Ok(())
}

fn wants<'n>(only: &[String], names: impl IntoIterator<Item = &'n str>) -> bool {
    only.is_empty() || names.into_iter().any(|name| only.iter().any(|wanted| is_called(name, wanted)))
}

/// `table/user_data.users` is also called `user_data.users` and `users`.
fn is_called(id: &str, wanted: &str) -> bool {
    let name = id.split_once('/').map_or(id, |(_, name)| name);
    id == wanted || name == wanted || name.split_once('.').is_some_and(|(_, table)| table == wanted)
}

#[cfg(test)]
mod tests {
    use super::is_called;

    #[test]
    fn a_resource_may_be_named_with_and_without_its_kind() {
        for name in ["table/user_data.users", "user_data.users", "users"] {
            assert!(is_called("table/user_data.users", name), "{name}");
        }
        assert!(!is_called("table/user_data.users", "user_data"));
        assert!(!is_called("topic/users", "user"));
    }
}

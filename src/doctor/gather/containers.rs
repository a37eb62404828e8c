//! The state of every container of the project, and the output of those in trouble.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::{Asked, Patience, Request};
use crate::doctor::evidence::{Evidence, Kind, Line, Passage, Standing};
use crate::doctor::state::{Past, Patient};
use crate::live::{Live, LiveContainer};
use crate::session::Session;
use crate::systems::docker::logs::{LogEnd, LogRequest};
use crate::systems::one_line;
use crate::topology::resource::{Lifecycle, ResourceId};

/// What a container that works complained of longer ago is over.
const RECENT_SECONDS: i64 = 900;
/// A line longer than this is data, not a message.
const LONGEST_LINE: usize = 4000;
const PARALLEL: usize = 8;

/// A container of the topology, and what is known of it.
pub(super) struct Known<'a> {
    pub(super) name: &'a str,
    pub(super) service: &'a str,
    pub(super) lifecycle: Lifecycle,
    pub(super) found: Option<&'a LiveContainer>,
    past: Option<Past>,
    finished_at: String,
}

impl Known<'_> {
    fn state(&self) -> (String, Standing) {
        Patient { lifecycle: self.lifecycle, found: self.found, past: self.past.as_ref() }.state()
    }

    pub(super) fn is_troubled(&self) -> bool {
        self.state().1 == Standing::Troubled
    }

    fn is_job(&self) -> bool {
        self.name.starts_with("job-")
    }

    /// How far back its lines count while it works: what a service said before it was last started is over. What a job said
    /// before the engine started it again may be why it will end again.
    fn counting_seconds(&self) -> i64 {
        let is_new_life = |past: &&Past| past.restart_count == 0 || (past.restart_count == 1 && !self.is_job());
        let since_start = self.past.as_ref().filter(is_new_life).and_then(|past| past.started_seconds_ago);
        since_start.map_or(RECENT_SECONDS, |seconds| RECENT_SECONDS.min(seconds + 1))
    }
}

/// Every container that should be there; none where the engine did not answer.
pub(super) async fn patients<'a>(
    request: &Request<'a>,
    live: Option<&'a Live>,
    gaps: &mut Vec<String>,
) -> Vec<Known<'a>> {
    let Some(live) = live else { return Vec::new() };
    let wanted = request.topology.containers.iter();
    let asked = wanted.map(|(name, wanted)| async move {
        let mut known = Known {
            name,
            service: &wanted.service,
            lifecycle: wanted.lifecycle,
            found: live.containers.get(name),
            past: None,
            finished_at: String::new(),
        };
        if known.found.is_none() {
            return (known, None);
        }
        let full = request.session.engine_name(name);
        let looking = request.session.docker.container_past(&full);
        match tokio::time::timeout(request.patience.each, looking).await {
            Ok(Ok(Some(past))) => {
                let seconds_ago = |at: &str| {
                    let at: jiff::Timestamp = at.parse().ok()?;
                    (at.as_second() > 0).then(|| request.now.as_second() - at.as_second())
                };
                known.past = Some(Past {
                    exit_code: past.exit_code,
                    oom_killed: past.oom_killed,
                    started_seconds_ago: seconds_ago(&past.started_at),
                    error: past.error,
                    restart_count: past.restart_count,
                });
                known.finished_at = past.finished_at;
                (known, None)
            }
            Ok(Ok(None)) => (known, None),
            Ok(Err(error)) => (known, Some(format!("container/{name}: {}", one_line(&error)))),
            Err(_) => (known, Some(format!("container/{name}: the engine does not answer"))),
        }
    });
    let mut patients = Vec::new();
    for (known, gap) in stream::iter(asked).buffered(PARALLEL).collect::<Vec<_>>().await {
        patients.push(known);
        gaps.extend(gap);
    }
    patients
}

/// One sentence per container; one for all where nothing is there.
pub(super) fn states(request: &Request<'_>, patients: &[Known<'_>]) -> Vec<Passage> {
    if !patients.is_empty() && patients.iter().all(|known| known.found.is_none()) {
        if request.asked == Asked::Unfinished {
            return Vec::new();
        }
        let project = format!("project/{}", request.session.project);
        return vec![Passage::one(Kind::State, project, "nothing of it is in the engine")];
    }
    let is_shown = |known: &&Known<'_>| match known.found {
        Some(_) => known.lifecycle != Lifecycle::Keeper,
        None => request.asked != Asked::Unfinished,
    };
    let shown = patients.iter().filter(is_shown);
    shown
        .map(|known| {
            let (text, standing) = known.state();
            // When it ended says who went first.
            let at = if known.is_troubled() { known.finished_at.clone() } else { String::new() };
            let at = if at.starts_with("0001") { String::new() } else { at };
            Passage::new(Kind::State, subject(known.name), standing, vec![Line::new(at, text)])
        })
        .collect()
}

/// The end of the output of those in trouble, of streaming jobs, and of those that somebody asked about.
pub(super) async fn logs(request: &Request<'_>, patients: &[Known<'_>]) -> Evidence {
    let speaking = patients
        .iter()
        .filter(|known| known.found.is_some() && known.lifecycle != Lifecycle::Keeper)
        .filter_map(|known| {
            let standing = if known.is_troubled() || is_asked(request, known.name) {
                Standing::Troubled
            } else {
                Standing::Healthy
            };
            let is_read = standing == Standing::Troubled || known.is_job() || request.asked.is_everybody();
            is_read.then_some((known, standing))
        });
    let read = speaking.map(|(known, standing)| async move {
        let Patience { each, log_lines, .. } = request.patience;
        let read = last_lines(request.session, known.name, log_lines, each).await;
        read.map(|lines| passage(request, known, standing, lines))
    });
    let mut evidence = Evidence::default();
    for found in stream::iter(read).buffered(PARALLEL).collect::<Vec<_>>().await {
        match found {
            Ok(passage) => evidence.passages.push(passage),
            Err(gap) => evidence.gaps.push(gap),
        }
    }
    evidence
}

fn is_asked(request: &Request<'_>, name: &str) -> bool {
    matches!(&request.asked, Asked::Of(scope) if scope.containers.contains(name))
}

/// Lines of a container that works count while they are young, where something is known to be wrong.
fn passage(request: &Request<'_>, known: &Known<'_>, standing: Standing, lines: Vec<Line>) -> Passage {
    if known.is_troubled() {
        return Passage::new(Kind::Log, subject(known.name), standing, lines);
    }
    let is_recent = |line: &Line| {
        let at: Result<jiff::Timestamp, _> = line.at.parse();
        at.map_or(true, |at| request.now.as_second() - at.as_second() < known.counting_seconds())
    };
    let lines = lines.into_iter().filter(is_recent).collect();
    let standing = if request.asked.is_everybody() { Standing::Troubled } else { standing };
    Passage::new(Kind::Log, subject(known.name), standing, lines)
}

/// The end of a container's output, or why it could not be read.
///
/// # Errors
/// One sentence.
pub async fn last_lines(session: &Session, name: &str, count: u32, limit: Duration) -> Result<Vec<Line>, String> {
    let tail = LogRequest { tail: Some(count), since: None, until: LogEnd::Now };
    let mut stream = session.docker.logs(&session.engine_name(name), tail).boxed();
    let reading = async {
        let mut lines = Vec::new();
        while let Some(line) = stream.next().await {
            let line = line.map_err(|error| format!("the log of {name}: {}", one_line(&error)))?;
            lines.push(Line::new(line.at, clipped(&line.text)));
        }
        Ok(lines)
    };
    let late = |_| Err(format!("the log of {name}: the engine does not send it"));
    tokio::time::timeout(limit, reading).await.unwrap_or_else(late)
}

pub(super) fn clipped(text: &str) -> String {
    if text.len() <= LONGEST_LINE { text.to_string() } else { text.chars().take(LONGEST_LINE).collect() }
}

pub(super) fn subject(name: &str) -> String {
    ResourceId::Container(name.to_string()).to_string()
}

/// Containers by name, for those who ask about one.
pub(super) fn by_name<'a, 'b>(patients: &'b [Known<'a>]) -> BTreeMap<&'a str, &'b Known<'a>> {
    patients.iter().map(|known| (known.name, known)).collect()
}

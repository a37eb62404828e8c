//! The versions inside the running containers against what the facts say of their images: a wrong fact is caught here, and an image
//! that nothing is known of is judged after all.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future;

use super::stage::{Kind, Stage};
use super::{Request, wants};
use crate::live::{ContainerState, Live};
use crate::model::facts::{self, Finding, Part, SERVICES, StackVersions, Version};
use crate::systems::docker::exec::ExecSpec;
use crate::topology::resource::{Lifecycle, ResourceId, Topology};

const PROBE: &str = include_str!("probe.py");
/// A Java and a Python are started, on a machine that may be busy.
const LIMIT: Duration = Duration::from_secs(30);
const MOST_OUTPUT: usize = 16 * 1024;

type Probed = BTreeMap<Part, Version>;

/// One stage per image whose versions the facts speak of, and one for what does not go together.
pub(super) async fn run(request: &Request<'_>, live: &Live) -> Vec<Stage> {
    let began = Instant::now();
    let asked: Vec<(&str, &str)> = SERVICES
        .into_iter()
        .filter(|image| wants(request.only, [id(image).as_str()]))
        .filter_map(|image| Some((image, running(image, request.topology, live)?)))
        .collect();
    let probes = future::join_all(asked.iter().map(|(_, container)| probe(request, container))).await;
    let mut stack = request.versions.clone();
    let mut stages = Vec::new();
    for ((image, _), probed) in asked.into_iter().zip(probes) {
        let stage = match probed {
            Ok(probed) => {
                let stage = compared(image, &probed, request.versions);
                stack = probed.into_iter().fold(stack, |stack, (part, version)| stack.with(image, part, version));
                stage
            }
            Err(why) => Stage::not_proven(Kind::Versions, id(image), why),
        };
        stages.push(stage.since(began));
    }
    if !stages.is_empty() {
        stages.extend(together(&stack).into_iter().map(|stage| stage.since(began)));
    }
    stages
}

fn id(image: &str) -> String {
    ResourceId::Image(image.to_string()).to_string()
}

/// A container that runs on the image, the first by name.
fn running<'a>(image: &str, topology: &'a Topology, live: &Live) -> Option<&'a str> {
    let mut candidates = topology.containers.iter().filter(|(name, container)| {
        container.service == image
            && container.lifecycle == Lifecycle::Service
            && live.containers.get(*name).is_some_and(|found| found.state == ContainerState::Running)
    });
    candidates.next().map(|(name, _)| name.as_str())
}

async fn probe(request: &Request<'_>, container: &str) -> Result<Probed, String> {
    let argv = ["python3", "-c", PROBE].map(str::to_string).to_vec();
    let spec = ExecSpec { argv, ..ExecSpec::default() };
    let session = request.session;
    let name = session.engine_name(container);
    let asked = request.clock.bound(session.docker.exec(&name, &spec, LIMIT, MOST_OUTPUT)).await;
    let output = asked.map_err(|_| "there was no time left to ask".to_string())?.map_err(|error| error.to_string())?;
    if output.exit_code != 0 {
        return Err(format!("`{container}` has no python3 to ask for versions with (exit code {})", output.exit_code));
    }
    read(&output.stdout).ok_or_else(|| format!("`{container}` gave no versions"))
}

fn read(stdout: &[u8]) -> Option<Probed> {
    let texts: BTreeMap<Part, String> = serde_json::from_slice(stdout).ok()?;
    let probed: Probed = texts.into_iter().filter_map(|(part, text)| Some((part, Version::read(&text)?))).collect();
    (!probed.is_empty()).then_some(probed)
}

/// What an image holds against what it is said to hold.
fn compared(image: &str, probed: &Probed, expected: &StackVersions) -> Stage {
    let wrong: Vec<String> = probed
        .iter()
        .filter_map(|(part, is)| Some((part, is, expected.get(image, *part)?)))
        .filter(|(_, is, said)| !is.same(said))
        .map(|(part, is, said)| format!("{part} is {is}, known as {said}"))
        .collect();
    if wrong.is_empty() {
        let seen: Vec<String> = probed.iter().map(|(part, version)| format!("{part} {version}")).collect();
        return Stage::ok(Kind::Versions, id(image), seen.join(", "));
    }
    let next =
        "build the image anew with `sparkflow build`; if it stays so, what sparkflow knows of the image is wrong";
    Stage::failed(Kind::Versions, id(image), wrong.join("; "), next)
}

/// What the probed versions are, taken together.
fn together(stack: &StackVersions) -> Vec<Stage> {
    let errors = facts::judge_stack(stack).into_iter().filter(Finding::is_error);
    let stages = errors.map(|finding| {
        let image = finding.images.first().map_or("", String::as_str);
        Stage::failed(Kind::Versions, id(image), format!("{} ({})", finding.message, finding.code), finding.help)
    });
    stages.collect()
}

#[cfg(test)]
mod tests {
    use super::super::stage::State;
    use super::*;

    fn probed(text: &str) -> Probed {
        read(text.as_bytes()).unwrap()
    }

    #[test]
    fn an_image_that_is_as_known_passes_and_another_fails() {
        let expected = StackVersions::shipped();
        let stage = compared("kafka", &probed(r#"{"kafka": "3.9.2", "java": "17.0.13"}"#), &expected);
        assert_eq!((stage.state, stage.seen.as_str()), (State::Ok, "Java 17.0.13, Kafka 3.9.2"));
        let stage = compared("kafka", &probed(r#"{"kafka": "4.0.0", "java": "17.0.13"}"#), &expected);
        assert_eq!((stage.state, stage.seen.as_str()), (State::Failed, "Kafka is 4.0.0, known as 3.9.2"));
    }

    #[test]
    fn what_does_not_go_together_fails_by_its_code() {
        let stack = StackVersions::shipped().with("spark", Part::Python, Version::read("3.10.4").unwrap());
        let stages = together(&stack);
        assert_eq!(stages.len(), 1);
        assert!(stages[0].seen.contains("SF806"), "{}", stages[0].seen);
    }

    #[test]
    fn an_answer_that_is_no_answer_is_none() {
        assert_eq!(read(b"Traceback"), None);
        assert_eq!(read(br#"{"unheard-of": "1"}"#), None);
        assert_eq!(read(br#"{"kafka": "none"}"#), None);
    }
}

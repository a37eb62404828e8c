//! `doctor --bundle`: everything that was seen in one archive, without secrets, for somebody who was not there.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::cli::Failure;
use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::whole_file::{self, Readers};
use crate::doctor::archive::{pack, path_of};
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::evidence::{Kind, Line};
use crate::doctor::gather::Gathered;
use crate::doctor::gather::containers::last_lines;
use crate::doctor::redact::Redactor;
use crate::doctor::secrets;
use crate::report::{checks, doctor as shown, json, plan as plans};
use crate::systems::one_line;
use crate::topology::resource::Lifecycle;
use crate::verify::stage::Proof;

/// Lines of each container's output.
const LOG_LINES: u32 = 2000;
const EACH: Duration = Duration::from_secs(15);
const PARALLEL: usize = 4;

/// A bundle replaces nothing.
pub(super) fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, format!("`{}` is there already", path.display())).hint("give it another name"))
}

/// What `doctor` saw, and what it made of it.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub gathered: &'a Gathered,
    pub diagnosis: &'a Diagnosis,
    /// What `verify` sees without sending anything, or why it sees nothing.
    pub proof: &'a Result<Proof, String>,
}

/// Writes it whole or not at all.
pub(super) async fn write(path: &Path, stack: &Stack, seen: Seen<'_>, redactor: &Redactor) -> Result<(), Failure> {
    let Seen { gathered, diagnosis, proof } = seen;
    let mut members = Members { redactor, texts: BTreeMap::new() };
    let pipeline = secrets::without_literals(&stack.project.source.text);
    members.text("pipeline.yaml", &pipeline);
    members.document("doctor.json", &json::document(&shown::value(diagnosis))?)?;
    members.document("evidence.json", &serde_json::to_value(&gathered.evidence)?)?;
    members.document("versions.json", &versions(stack, gathered))?;
    if let Some(live) = &gathered.live {
        members.document("live.json", &serde_json::to_value(live)?)?;
    }
    if let Some(plan) = &gathered.plan {
        members.document("plan.json", &json::document(&plans::document(&stack.project.name, plan))?)?;
    }
    members.document("verify.json", &proof.as_ref().map_or_else(|why| json!({ "error": why }), checks::value))?;
    members.text("events.log", &events(gathered));
    containers(stack, &mut members).await?;
    let folder = format!("{}-bundle", path_of(&stack.project.name));
    let bytes = pack(&folder, &members.texts)?;
    whole_file::create(path, &bytes, Readers::Owner)
}

/// What will be in the archive: nothing gets in but through the redactor.
struct Members<'a> {
    redactor: &'a Redactor,
    texts: BTreeMap<String, String>,
}

impl Members<'_> {
    fn text(&mut self, path: &str, text: &str) {
        self.texts.insert(path.to_string(), self.redactor.text(text));
    }

    fn document(&mut self, path: &str, value: &Value) -> Result<(), Failure> {
        let value = self.redactor.value(value.clone());
        self.texts.insert(path.to_string(), serde_json::to_string_pretty(&value)?);
        Ok(())
    }
}

fn versions(stack: &Stack, gathered: &Gathered) -> Value {
    let images: BTreeMap<&String, &String> =
        stack.topology().images.iter().map(|(name, image)| (name, &image.tag)).collect();
    json!({
        "sparkflow": env!("CARGO_PKG_VERSION"),
        "system": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "engine": gathered.live.as_ref().map(|live| &live.engine),
        "images": images,
        "profiles": stack.project.profiles,
    })
}

fn events(gathered: &Gathered) -> String {
    let passages = gathered.evidence.passages.iter().filter(|passage| passage.kind == Kind::Event);
    let mut lines: Vec<String> = passages
        .flat_map(|passage| passage.lines.iter().map(|line| format!("{} {} {}", line.at, passage.subject, line.text)))
        .collect();
    lines.sort();
    lines.join("\n")
}

/// What the engine says of each container, and the end of its output.
async fn containers(stack: &Stack, members: &mut Members<'_>) -> Result<(), Failure> {
    let session = stack.session();
    let wanted = stack.topology().containers.iter();
    let asked = wanted.map(|(name, wanted)| async move {
        let full = session.engine_name(name);
        let looking = tokio::time::timeout(EACH, session.docker.container_document(&full)).await;
        let document = match looking {
            Ok(Ok(found)) => found.map(without_environment),
            Ok(Err(error)) => Some(json!({ "error": one_line(&error) })),
            Err(_) => Some(json!({ "error": "the engine does not answer" })),
        };
        let log = match (wanted.lifecycle, &document) {
            (Lifecycle::Keeper, _) | (_, None) => None,
            _ => Some(last_lines(session, name, LOG_LINES, EACH).await.map_or_else(|why| why, |lines| joined(&lines))),
        };
        (path_of(name), document, log)
    });
    for (name, document, log) in stream::iter(asked).buffered(PARALLEL).collect::<Vec<_>>().await {
        if let Some(document) = document {
            members.document(&format!("containers/{name}.json"), &document)?;
        }
        if let Some(log) = log {
            members.text(&format!("logs/{name}.log"), &log);
        }
    }
    Ok(())
}

fn joined(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("{} {}\n", line.at, line.text)).collect()
}

/// Names of variables tell enough; their values may be anything.
fn without_environment(mut document: Value) -> Value {
    if let Some(Value::Array(variables)) = document.pointer_mut("/Config/Env") {
        for variable in variables {
            let name = variable.as_str().and_then(|text| text.split('=').next()).unwrap_or_default().to_string();
            *variable = Value::String(name);
        }
    }
    document
}

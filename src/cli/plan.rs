//! `plan`: what `up` would change, or what `down` would remove. Reads only.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::analysis::{self, Ask};
use crate::cli::converge::{self, Stack};
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::whole_file::{self, Readers};
use crate::cli::{Failure, Format, Global, capacity, failure, host, sample, saved};
use crate::diagnostic::Severity;
use crate::live::{self, Live};
use crate::model::Evidence;
use crate::model::survey::Survey;
use crate::observe;
use crate::plan::Plan;
use crate::plan::diff::{self, Volumes};
use crate::plan::part::Part;
use crate::report::{diagnostics, disk, json, plan as shown, text};
use crate::topology::budget::OverBudget;
use crate::topology::disk::Demand;
use crate::topology::resource::Topology;

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Args {
    /// Exit with 2 when there is something to change
    #[arg(long)]
    detailed_exitcode: bool,
    /// Save the plan, to be applied exactly by `up FILE`
    #[arg(long, value_name = "FILE", conflicts_with = "destroy")]
    out: Option<PathBuf>,
    /// Plan only these and what they need
    #[arg(long, value_name = "NAME", num_args = 1.., conflicts_with = "destroy")]
    only: Vec<String>,
    /// Compare with a saved observation; no engine is needed
    #[arg(long, value_name = "FILE", conflicts_with = "destroy")]
    live: Option<PathBuf>,
    /// Save what is observed, for `--live` anywhere; no secret is in it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["destroy", "live"])]
    save_live: Option<PathBuf>,
    /// Look at so many real records of each source
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    sample: Option<u32>,
    /// Read queries from their text alone: Spark is not asked
    #[arg(long = "static")]
    text_only: bool,
    /// Show what `down` would remove
    #[arg(long)]
    destroy: bool,
    /// With --destroy: the volumes too, as `down --volumes`
    #[arg(long, requires = "destroy")]
    volumes: bool,
    /// How findings about the file are shown; `github` and `sarif` on stdout
    #[arg(long, value_name = "FORMAT", conflicts_with = "output")]
    pub(super) format: Option<Format>,
    /// Refuse where sparkflow.lock says something else
    #[arg(long)]
    pub(super) locked: bool,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let asks_spark = !args.text_only && !args.destroy && args.live.is_none();
    let mut project = match Project::read(global, &Evidence::default()) {
        Err(errors @ Failure::Findings { .. }) if asks_spark => analysis::read_again(global, errors).await?,
        read => read?,
    };
    let surveys = match args.sample {
        Some(count) => sample::surveys(&project, count as usize).await?,
        None => Vec::new(),
    };
    if let Some(path) = &args.live {
        let live = read_live(path)?;
        let topology = converge::elsewhere(&project, &live.host)?;
        let ask = if args.text_only { Ask::Nobody } else { Ask::Known };
        analysis::judge(global, &mut project, &topology, ask, surveys).await?;
        project.show(Severity::Note, global);
        return planned(global, args, &project, &topology, &live);
    }
    let mut stack = connected(global, project, &surveys).await?;
    if !args.destroy {
        let ask = if args.text_only { Ask::Nobody } else { Ask::Spark(&stack.site.session.docker) };
        analysis::judge(global, &mut stack.project, &stack.site.topology, ask, surveys).await?;
    }
    stack.project.show(Severity::Note, global);
    if args.destroy {
        let live = observe::engine_only(stack.session()).await?;
        let volumes = if args.volumes { Volumes::Remove } else { Volumes::Keep };
        let plan = diff::teardown(stack.topology(), &live, volumes);
        return show(global, args, &stack.project, &plan, &Room::default());
    }
    let live = stack.look().await?;
    if let Some(path) = &args.save_live {
        whole_file::write(path, &serde_json::to_string_pretty(&live)?, Readers::Owner)?;
    }
    planned(global, args, &stack.project, stack.topology(), &live)
}

/// Where no engine answers, what the file and the sources say is said all the same.
async fn connected(global: &Global, project: Project, surveys: &[Survey]) -> Result<Stack, Failure> {
    match host::engine(global).await {
        Ok(engine) => Stack::connect(project, engine, &std::collections::BTreeMap::new()).await,
        Err(failure) => {
            let evidence = Evidence { surveys: surveys.to_vec(), ..Evidence::default() };
            Project::read(global, &evidence)?.show(Severity::Note, global);
            Err(failure)
        }
    }
}

fn planned(global: &Global, args: &Args, project: &Project, topology: &Topology, live: &Live) -> Result<Exit, Failure> {
    let part = match args.only.as_slice() {
        [] => Part::Everything,
        names => Part::Only(saved::chosen(topology, names)?),
    };
    let plan = diff::diff(topology, live).part(&part);
    if let Some(path) = &args.out {
        saved::save(path, plan.clone(), project, topology, live)?;
    }
    let room = Room {
        over_budget: capacity::over_budget(project, &capacity::wanted(topology, &part), live)?,
        disk: capacity::demand(&plan),
        disk_free: live.engine.disk_free,
    };
    show(global, args, project, &plan, &room)
}

/// What the engine must have for the plan to be done.
#[derive(Default)]
struct Room {
    over_budget: Option<OverBudget>,
    disk: Demand,
    disk_free: Option<u64>,
}

impl Room {
    /// Why it cannot be done.
    fn lacks(&self) -> Option<Failure> {
        if let Some(over) = &self.over_budget {
            return Some(capacity::failure(over));
        }
        let free = self.disk_free.filter(|free| self.disk.bytes() > *free)?;
        Some(capacity::disk_failure(&self.disk, free))
    }
}

fn show(global: &Global, args: &Args, project: &Project, plan: &Plan, room: &Room) -> Result<Exit, Failure> {
    match global.findings() {
        Format::Json => print_document(project, plan, room)?,
        // Stdout is the findings' alone.
        format @ (Format::Github | Format::Sarif) => {
            failure::show(&project.findings, &project.source, format);
            text::say(shown::render(plan));
        }
        Format::Text => {
            text::out(shown::render(plan));
            if let Some(note) = disk::note(&room.disk, room.disk_free) {
                text::say(note);
            }
            if let Some(path) = &args.out {
                let path = path.display();
                text::say(format!("Saved. `sparkflow up {path}` does exactly this, or says what has changed."));
            }
        }
    }
    match room.lacks() {
        Some(_) if global.findings() == Format::Json => Ok(Exit::Environment),
        Some(failure) => Err(failure),
        None if !plan.blocked.is_empty() => Ok(Exit::Failed),
        None if args.detailed_exitcode && !plan.in_sync() => Ok(Exit::Pending),
        None => Ok(Exit::Done),
    }
}

/// The plan, what was found in the file, and what does not fit into the engine.
fn print_document(project: &Project, plan: &Plan, room: &Room) -> Result<(), Failure> {
    let mut document = shown::document(&project.name, plan);
    if let (Value::Object(fields), Value::Object(findings)) =
        (&mut document, diagnostics::as_value(&project.findings, &project.path))
    {
        fields.extend(findings);
    }
    if let Some(over) = &room.over_budget {
        document["over_budget"] = serde_json::to_value(over)?;
    }
    if !room.disk.is_nothing() {
        document["disk"] = json!({"needed": room.disk.bytes(), "free": room.disk_free, "unknown": room.disk.unknown});
    }
    Ok(json::print_json(&document)?)
}

fn read_live(path: &Path) -> Result<Live, Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::File, format!("`{}`: {error}", path.display()))
            .hint("write it with `sparkflow plan --save-live FILE` of this version")
    };
    let value: Value = serde_json::from_str(&whole_file::read(path)?).map_err(|error| wrong(&error))?;
    let format = &value["format_version"];
    if *format != live::FORMAT_VERSION {
        return Err(wrong(&format!("format {format}, this sparkflow reads {}", live::FORMAT_VERSION)));
    }
    serde_json::from_value(value).map_err(|error| wrong(&error))
}

//! What Spark and the sources say about the pipeline, asked before anything is planned or changed, and the findings that
//! come of it.
//!
//! An answer of Spark's that is known already costs no call of the engine. One that is not costs one short container,
//! the only thing that a `plan` ever makes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::analyse::cache::Cache;
use crate::analyse::container;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::{Failure, Global, host};
use crate::model::analysis::Analysis;
use crate::model::rules::analysis::inferred;
use crate::model::survey::Survey;
use crate::model::{Evidence, pipeline::Pipeline};
use crate::report::progress::{Outcome, Progress};
use crate::systems::docker::Engine;
use crate::systems::one_line;
use crate::topology::analysis::{self, Question};
use crate::topology::build;
use crate::topology::host::{Material, UNKNOWN};
use crate::topology::resource::Topology;

/// How far a command goes to learn what Spark says about the queries.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ask<'a> {
    /// Spark itself, where the answer is not known.
    Spark(&'a Engine),
    /// What was answered before.
    Known,
    /// Not at all: what is said about queries is read from their text.
    Nobody,
}

/// Whether Spark has said what it has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Last,
    /// Its image is not built yet.
    AfterBuild,
}

/// Puts what is found with what Spark and the samples say in place of what was found without them.
///
/// # Errors
/// Findings, where there are errors among them.
pub(super) async fn judge(
    global: &Global,
    project: &mut Project,
    topology: &Topology,
    ask: Ask<'_>,
    surveys: Vec<Survey>,
) -> Result<Word, Failure> {
    let mut word = Word::Last;
    let (analysis, why) = match learn(global, project, topology, ask).await? {
        Learned::Nothing => (None, None),
        Learned::Answer(analysis) => (Some(analysis), None),
        Learned::NotBuilt => {
            word = Word::AfterBuild;
            (None, inferred(&project.pipeline, "Spark's image is not built yet"))
        }
        Learned::Unknown(why) => (None, inferred(&project.pipeline, &why)),
    };
    if analysis.is_some() || !surveys.is_empty() {
        let evidence = Evidence { analysis: analysis.unwrap_or_default(), surveys, ..Evidence::default() };
        project.findings = Project::read(global, &evidence)?.findings;
    }
    project.findings.extend(why);
    Ok(word)
}

/// A file with errors, read again with Spark's word on those of its queries that can be told all the same. Where Spark cannot
/// be asked, the errors that are known stand as they are.
///
/// # Errors
/// Findings, more or fewer than before.
pub(super) async fn read_again(global: &Global, errors: Failure) -> Result<Project, Failure> {
    let Ok(project) = Project::askable(global) else { return Err(errors) };
    let Ok(engine) = host::engine(global).await else { return Err(errors) };
    match learn(global, &project, &neutral(&project)?, Ask::Spark(&engine)).await? {
        Learned::Answer(analysis) => Project::read(global, &Evidence { analysis, ..Evidence::default() }),
        Learned::Nothing | Learned::NotBuilt | Learned::Unknown(_) => Err(errors),
    }
}

/// What Spark said before about the queries of this file, or of its sound parts. No engine is needed.
pub(super) fn known(global: &Global) -> Result<Option<Analysis>, Failure> {
    let project = match Project::read(global, &Evidence::default()) {
        Err(Failure::Findings { .. }) => Project::askable(global)?,
        read => read?,
    };
    let question = analysis::question(&project.pipeline, &neutral(&project)?, &project.templates);
    let question = question.map_err(|error| Failure::new(Exit::File, error))?;
    Ok(question.and_then(|question| cache()?.find(&question.key())))
}

/// The topology as far as it is the same whatever program and ports this machine has: the jobs' image is.
fn neutral(project: &Project) -> Result<Topology, Failure> {
    let certificates = host::certificates()?.into_iter().map(|(name, bytes)| (name, Material::whole(bytes))).collect();
    Ok(build::build(&project.inputs(&BTreeMap::new(), &UNKNOWN, &certificates))?)
}

enum Learned {
    /// There is no query, or whoever runs the command wants none asked about.
    Nothing,
    Answer(Analysis),
    NotBuilt,
    /// And why.
    Unknown(String),
}

async fn learn(global: &Global, project: &Project, topology: &Topology, ask: Ask<'_>) -> Result<Learned, Failure> {
    if matches!(ask, Ask::Nobody) || !has_queries(&project.pipeline) {
        return Ok(Learned::Nothing);
    }
    let unknown = |why: &str| Ok(Learned::Unknown(why.to_string()));
    let question = analysis::question(&project.pipeline, topology, &project.templates);
    let Some(question) = question.map_err(|error| Failure::new(Exit::File, error))? else {
        return unknown("the Spark of this pipeline is not an image of sparkflow's own");
    };
    let (cache, key) = (cache(), question.key());
    if let Some(analysis) = cache.as_ref().and_then(|cache| cache.find(&key)) {
        return Ok(Learned::Answer(analysis));
    }
    let Ask::Spark(engine) = ask else {
        return unknown("Spark was not asked about them yet");
    };
    if !engine.has_image(&question.image).await? {
        return Ok(Learned::NotBuilt);
    }
    let analysis = match asked(engine, project, &question, &global.progress()).await {
        Ok(analysis) => analysis,
        Err(error) => return unknown(&one_line(&error)),
    };
    if let Some(cache) = cache {
        cache.keep(&key, &analysis)?;
    }
    Ok(Learned::Answer(analysis))
}

async fn asked(
    engine: &Engine,
    project: &Project,
    question: &Question,
    progress: &Progress,
) -> Result<Analysis, container::AskError> {
    const ID: &str = "analysis";
    progress.begin(ID, "queries, read by Spark");
    let result = container::ask(engine, &project.name, question).await;
    match &result {
        Ok(analysis) => {
            let count = analysis.answers.len();
            progress.finish(ID, &Outcome::Done(format!("{count} {}", if count == 1 { "query" } else { "queries" })));
        }
        Err(error) => progress.finish(ID, &Outcome::Failed(one_line(error))),
    }
    progress.clear();
    result
}

fn has_queries(pipeline: &Pipeline) -> bool {
    inferred(pipeline, "").is_some()
}

/// Nothing where the user has no folder for it.
fn cache() -> Option<Cache> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(Cache::new(caches.join("sparkflow").join("analysis")))
}

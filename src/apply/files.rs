//! Publishes DAGs, jobs and ingest tasks: a new directory per content, then the link is moved to it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::apply::{Site, StepError};
use crate::systems::docker::archive::{Content, Found, UploadFile};
use crate::systems::docker::containers::{Access, ContainerSpec, MountSpec, Privileges};
use crate::topology::build::KEEPER;
use crate::topology::build::{CURRENT, OWED, PIPELINE_PATH};
use crate::topology::labels::{self, engine_name};
use crate::topology::published::PublishedContent;

const REMOVAL: Duration = Duration::from_mins(1);
const MOST_LINK_BYTES: usize = 64 * 1024;
const LARGEST_JAR: usize = 512 * 1024 * 1024;

/// Everything, then the link: whoever reads through the link sees the old set or the new one.
pub(super) async fn publish_all(site: &Site) -> Result<(), StepError> {
    let hash = &site.topology.published.hash;
    let mut files = Vec::new();
    for (path, file) in &site.topology.published.files {
        files.push(upload(format!("{hash}/{path}"), Content::Bytes(bytes_of(site, &file.content).await?)));
    }
    let keeper = engine_name(&site.topology.project, KEEPER);
    let docker = &site.session.docker;
    let earlier = docker.get_files(&keeper, &format!("{PIPELINE_PATH}/{CURRENT}"), MOST_LINK_BYTES).await?.is_some();
    docker.put_files(&keeper, PIPELINE_PATH, files).await?;
    let link = upload(CURRENT.to_string(), Content::Symlink(hash.clone()));
    docker.put_files(&keeper, PIPELINE_PATH, vec![link]).await?;
    if earlier { remove_earlier(site, hash).await } else { Ok(()) }
}

/// Removes what earlier publications left. Everybody reads through the link, and what a task has open stays readable until
/// it closes it, so nobody is cut off. The engine's archive cannot delete: a container of ours does, without a shell.
async fn remove_earlier(site: &Site, hash: &str) -> Result<(), StepError> {
    let project = &site.topology.project;
    let Some(keeper) = site.topology.containers.get(KEEPER) else { return Ok(()) };
    let words = ["find", PIPELINE_PATH, "-mindepth", "1", "-maxdepth", "1"];
    let kept = [hash, CURRENT, OWED].into_iter().flat_map(|name| ["!", "-name", name]);
    let remove = ["-exec", "rm", "-r", "--", "{}", "+"];
    let short = format!("tidy-{hash}");
    let spec = ContainerSpec {
        name: engine_name(project, &short),
        image: keeper.image.clone(),
        command: words.into_iter().chain(kept).chain(remove).map(str::to_string).collect(),
        user: Some("0:0".to_string()),
        labels: run_labels(project, &short),
        mounts: vec![MountSpec {
            volume: engine_name(project, "pipeline"),
            path: PIPELINE_PATH.to_string(),
            access: Access::ReadWrite,
        }],
        // The folder belongs to the services' own user, and only root may remove what we put there.
        privileges: Privileges::Usual,
        ..ContainerSpec::default()
    };
    let docker = &site.session.docker;
    // One that an interrupted run left behind would hold the name.
    docker.remove_container(&spec.name).await?;
    docker.create_container(&spec).await?;
    docker.start_container(&spec.name).await?;
    let code = docker.wait_container(&spec.name, REMOVAL).await?;
    docker.remove_container(&spec.name).await?;
    if code == 0 {
        return Ok(());
    }
    Err(StepError::Other(format!("the files of earlier publications could not be removed: exit code {code}")))
}

/// Not a resource of the topology: the diff must not see it.
fn run_labels(project: &str, short: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (labels::PROJECT.to_string(), project.to_string()),
        (labels::RESOURCE.to_string(), format!("run/{short}")),
    ])
}

pub(super) async fn publish_one(site: &Site, path: &str) -> Result<(), StepError> {
    let published = &site.topology.published;
    let Some(file) = published.files.get(path) else {
        return Err(StepError::Other(format!("the topology publishes no file `{path}`")));
    };
    let content = Content::Bytes(bytes_of(site, &file.content).await?);
    let keeper = engine_name(&site.topology.project, KEEPER);
    let upload = upload(format!("{}/{path}", published.hash), content);
    Ok(site.session.docker.put_files(&keeper, PIPELINE_PATH, vec![upload]).await?)
}

fn upload(path: String, content: Content) -> UploadFile {
    // Readable by every service that mounts the volume, writable by none.
    UploadFile { path, mode: 0o644, uid: 0, gid: 0, content }
}

async fn bytes_of(site: &Site, content: &PublishedContent) -> Result<Vec<u8>, StepError> {
    match content {
        PublishedContent::Bytes(bytes) => Ok(bytes.clone()),
        PublishedContent::FromImage { tag, path, .. } => from_image(site, tag, path).await,
    }
}

/// A file of an image, by way of a container that is created for it and removed again.
async fn from_image(site: &Site, tag: &str, path: &str) -> Result<Vec<u8>, StepError> {
    let project = &site.topology.project;
    let short = format!("extract-{}", &crate::topology::resource::digest(tag.as_bytes())[..12]);
    let name = engine_name(project, &short);
    let spec = ContainerSpec {
        name: name.clone(),
        image: tag.to_string(),
        command: vec!["true".to_string()],
        labels: run_labels(project, &short),
        privileges: Privileges::Dropped,
        ..ContainerSpec::default()
    };
    // One that an interrupted run left behind would hold the name.
    site.session.docker.remove_container(&name).await?;
    site.session.docker.create_container(&spec).await?;
    let found = site.session.docker.get_files(&name, path, LARGEST_JAR).await;
    site.session.docker.remove_container(&name).await?;
    match found?.unwrap_or_default().into_values().next() {
        Some(Found::Bytes(bytes)) => Ok(bytes),
        _ => Err(StepError::Other(format!("image `{tag}` holds no file `{path}`"))),
    }
}

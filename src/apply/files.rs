//! Publishes DAGs, jobs and ingest tasks: a new directory per content, then the link is moved to it.

use crate::apply::{Site, StepError};
use crate::systems::docker::archive::{Content, Found, UploadFile};
use crate::systems::docker::containers::{ContainerSpec, Privileges};
use crate::topology::build::KEEPER;
use crate::topology::build::{CURRENT, PIPELINE_PATH};
use crate::topology::labels::{self, engine_name};
use crate::topology::published::PublishedContent;

const LARGEST_JAR: usize = 512 * 1024 * 1024;

/// Everything, then the link: whoever reads through the link sees the old set or the new one.
pub(super) async fn publish_all(site: &Site) -> Result<(), StepError> {
    let hash = &site.topology.published.hash;
    let mut files = Vec::new();
    for (path, file) in &site.topology.published.files {
        files.push(upload(format!("{hash}/{path}"), Content::Bytes(bytes_of(site, &file.content).await?)));
    }
    let keeper = engine_name(&site.topology.project, KEEPER);
    site.session.docker.put_files(&keeper, PIPELINE_PATH, files).await?;
    let link = upload(CURRENT.to_string(), Content::Symlink(hash.clone()));
    Ok(site.session.docker.put_files(&keeper, PIPELINE_PATH, vec![link]).await?)
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
    let mut labels = std::collections::BTreeMap::from([(labels::PROJECT.to_string(), project.clone())]);
    labels.insert(labels::RESOURCE.to_string(), format!("run/{short}"));
    let spec = ContainerSpec {
        name: name.clone(),
        image: tag.to_string(),
        command: vec!["true".to_string()],
        labels,
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

//! Images: which exist, imported from a root file system, tagged, removed.
//!
//! Building them is `build`'s business.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bollard::models::CreateImageInfo;
use bollard::query_parameters::{CreateImageOptions, ListImagesOptions, RemoveImageOptions, TagImageOptions};
use futures_util::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{DockerError, Engine, SHORT, absent_is_done, call, failed};

const CHUNK_BYTES: usize = 256 * 1024;

/// An image of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    pub id: String,
    pub tags: Vec<String>,
    pub labels: BTreeMap<String, String>,
    /// With the layers it shares with others.
    pub size_bytes: u64,
    /// Seconds since 1970.
    pub created_at: i64,
}

/// What became of an image that nobody should need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    Done,
    /// A container uses it, or another image stands on it.
    InUse,
}

/// A layer of an image, newest first in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    pub made_by: String,
    pub size_bytes: u64,
}

impl Engine {
    /// Every image that has a tag, with its labels.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn images(&self) -> Result<Vec<Image>, DockerError> {
        let mut found = self.listed(HashMap::new()).await?;
        found.retain(|image| !image.tags.is_empty());
        found.sort_by(|a, b| (&a.tags, &a.id).cmp(&(&b.tags, &b.id)));
        Ok(found)
    }

    /// Images with a label that lost their last tag, because a newer build took it over, the newest first.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn untagged_images(&self, label: &str) -> Result<Vec<Image>, DockerError> {
        let one = |value: &str| vec![value.to_owned()];
        let filters = [("dangling".to_owned(), one("true")), ("label".to_owned(), one(label))];
        let mut found = self.listed(filters.into()).await?;
        found.retain(|image| image.tags.is_empty());
        found.sort_by(|a, b| (b.created_at, &a.id).cmp(&(a.created_at, &b.id)));
        Ok(found)
    }

    async fn listed(&self, filters: HashMap<String, Vec<String>>) -> Result<Vec<Image>, DockerError> {
        let options = ListImagesOptions { filters: Some(filters), ..ListImagesOptions::default() };
        let listed = call(|| "list images".to_owned(), SHORT, self.docker.list_images(Some(options))).await?;
        let found = listed.into_iter().map(|image| Image {
            id: image.id,
            // Older engines say so where a tag was taken over by a newer build.
            tags: image.repo_tags.into_iter().filter(|tag| tag != "<none>:<none>").collect(),
            labels: image.labels.into_iter().collect(),
            size_bytes: image.size.try_into().unwrap_or(0),
            created_at: image.created,
        });
        Ok(found.collect())
    }

    /// Whether the engine has an image of this name.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn has_image(&self, tag: &str) -> Result<bool, DockerError> {
        let action = || format!("look at image `{tag}`");
        match call(action, SHORT, self.docker.inspect_image(tag)).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_absent() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What a tag stands for, under the name that `images` gives it: engines differ in how they name it elsewhere.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn image_id(&self, tag: &str) -> Result<Option<String>, DockerError> {
        let filters = HashMap::from([("reference".to_owned(), vec![tag.to_owned()])]);
        let listed = self.listed(filters).await?;
        Ok(listed.into_iter().find(|image| image.tags.iter().any(|known| known == tag)).map(|image| image.id))
    }

    /// The layers of an image, newest first.
    ///
    /// # Errors
    /// When there is no such image (`is_absent`), or the engine refuses.
    pub async fn layers(&self, tag: &str) -> Result<Vec<Layer>, DockerError> {
        let action = || format!("read the history of image `{tag}`");
        let history = call(action, SHORT, self.docker.image_history(tag)).await?;
        let layers = history
            .into_iter()
            .map(|layer| Layer { made_by: layer.created_by, size_bytes: layer.size.try_into().unwrap_or(0) });
        Ok(layers.collect())
    }

    /// Gives an image one more name.
    ///
    /// # Errors
    /// When there is no such image (`is_absent`), or the engine refuses.
    pub async fn tag_image(&self, image: &str, tag: &str) -> Result<(), DockerError> {
        let (repo, version) = split_tag(tag);
        let options = TagImageOptions { repo: Some(repo.to_owned()), tag: Some(version.to_owned()) };
        let action = || format!("tag image `{image}` as `{tag}`");
        call(action, SHORT, self.docker.tag_image(image, Some(options))).await
    }

    /// Removes a tag, and the image with its last one; one that is gone already is fine.
    ///
    /// # Errors
    /// When a container still uses it (`is_conflict`), or the engine refuses.
    pub async fn remove_image(&self, tag: &str) -> Result<(), DockerError> {
        let limit = Duration::from_mins(2);
        let docker = self.patient(limit);
        let request = docker.remove_image(tag, None::<RemoveImageOptions>, None);
        let action = || format!("remove image `{tag}`");
        absent_is_done(call(action, limit, request).await.map(|_| ()))
    }

    /// The same by tag or id, for an image that somebody else may need.
    ///
    /// # Errors
    /// When the engine refuses for another reason than that it is in use.
    pub async fn remove_unused_image(&self, image: &str) -> Result<Removal, DockerError> {
        match self.remove_image(image).await {
            Ok(()) => Ok(Removal::Done),
            Err(error) if error.is_conflict() => Ok(Removal::InUse),
            Err(error) => Err(error),
        }
    }

    /// Makes an image of one layer from a tar of a root file system, as `docker import` does.
    ///
    /// # Errors
    /// When the tar ends early or is none, or the engine refuses.
    pub async fn import_rootfs(
        &self,
        tag: &str,
        rootfs: impl AsyncRead + Send + Unpin + 'static,
        limit: Duration,
    ) -> Result<(), DockerError> {
        let (repo, version) = split_tag(tag);
        let options = CreateImageOptions {
            from_src: Some("-".to_owned()),
            repo: Some(repo.to_owned()),
            tag: Some(version.to_owned()),
            changes: vec!["CMD [\"bash\"]".to_owned()],
            ..CreateImageOptions::default()
        };
        let body = bollard::body_try_stream(chunks(rootfs).map(|chunk| chunk.map(Into::into)));
        let docker = self.patient(limit);
        let mut answers = Box::pin(docker.create_image(Some(options), Some(body), None));
        let action = || format!("import image `{tag}`");
        let importing = async {
            while let Some(answer) = answers.next().await {
                let _: CreateImageInfo = answer.map_err(|source| failed(action(), source))?;
            }
            Ok(())
        };
        tokio::time::timeout(limit, importing)
            .await
            .unwrap_or_else(|_| Err(DockerError::Timeout { action: action(), seconds: limit.as_secs() }))
    }
}

/// `host:5000/name:1` is `host:5000/name` and `1`; without a version it is `latest`.
fn split_tag(tag: &str) -> (&str, &str) {
    match tag.rsplit_once(':') {
        Some((repo, version)) if !version.contains('/') => (repo, version),
        _ => (tag, "latest"),
    }
}

fn chunks<R: AsyncRead + Send + Unpin>(reader: R) -> impl Stream<Item = Result<Vec<u8>, std::io::Error>> + Send {
    stream::try_unfold(reader, |mut reader| async move {
        let mut chunk = vec![0; CHUNK_BYTES];
        let length = reader.read(&mut chunk).await?;
        chunk.truncate(length);
        Ok((length > 0).then_some((chunk, reader)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_a_registry_is_not_a_version() {
        assert_eq!(split_tag("host:5000/name"), ("host:5000/name", "latest"));
        assert_eq!(split_tag("host:5000/name:1"), ("host:5000/name", "1"));
    }
}

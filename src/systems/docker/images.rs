//! Images: which exist, built from a context held in memory, imported from a root file system, tagged, removed.
//!
//! The classic builder only: it works on every engine we accept, and needs no session.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::models::{BuildInfo, CreateImageInfo};
use bollard::query_parameters::{
    BuildImageOptions, CreateImageOptions, ListImagesOptions, RemoveImageOptions, TagImageOptions,
};
use futures_util::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::volumes::as_hash_map;
use super::{DockerError, Engine, SHORT, absent_is_done, call, failed};

/// How much of a failed build's output is kept.
const KEPT_LINES: usize = 30;
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

/// A layer of an image, newest first in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    pub made_by: String,
    pub size_bytes: u64,
}

/// What to build and how.
#[derive(Debug, Clone)]
pub struct BuildSpec {
    /// `name:version`.
    pub tag: String,
    /// Path in the context -> mode and content. Holds the `Dockerfile`.
    pub context: BTreeMap<String, (u32, Vec<u8>)>,
    pub labels: BTreeMap<String, String>,
    /// Proxy settings and the like. Visible in the image's history: never secrets.
    pub build_args: BTreeMap<String, String>,
    pub freshness: Freshness,
    pub limit: Duration,
}

/// Whether layers and bases that are at hand are good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Freshness {
    #[default]
    Cached,
    /// Bases are pulled and every step runs again.
    Rebuilt,
}

/// One line of a build's output, and the step it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildEvent {
    /// From 1; 0 before the first step.
    pub step: u32,
    pub total: u32,
    pub line: String,
}

impl Engine {
    /// Every image that has a tag, with its labels.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn images(&self) -> Result<Vec<Image>, DockerError> {
        let request = self.docker.list_images(None::<ListImagesOptions>);
        let listed = call(|| "list images".to_owned(), SHORT, request).await?;
        let mut found: Vec<Image> = listed
            .into_iter()
            .map(|image| Image {
                id: image.id,
                tags: image.repo_tags,
                labels: image.labels.into_iter().collect(),
                size_bytes: image.size.try_into().unwrap_or(0),
                created_at: image.created,
            })
            .collect();
        found.retain(|image| !image.tags.is_empty());
        found.sort_by(|a, b| (&a.tags, &a.id).cmp(&(&b.tags, &b.id)));
        Ok(found)
    }

    /// The layers of an image, newest first.
    ///
    /// # Errors
    /// When there is no such image (`is_absent`), or the engine refuses.
    pub async fn layers(&self, tag: &str) -> Result<Vec<Layer>, DockerError> {
        let action = || format!("read the history of image `{tag}`");
        let history = call(action, SHORT, self.docker.image_history(tag)).await?;
        let layers = history.into_iter().map(|layer| Layer {
            made_by: layer.created_by,
            size_bytes: layer.size.try_into().unwrap_or(0),
        });
        Ok(layers.collect())
    }

    /// Gives an image one more name.
    ///
    /// # Errors
    /// When there is no such image (`is_absent`), or the engine refuses.
    pub async fn tag_image(&self, image: &str, tag: &str) -> Result<(), DockerError> {
        let (repo, version) = split_tag(tag);
        let options = TagImageOptions {
            repo: Some(repo.to_owned()),
            tag: Some(version.to_owned()),
        };
        let action = || format!("tag image `{image}` as `{tag}`");
        call(action, SHORT, self.docker.tag_image(image, Some(options))).await
    }

    /// Removes a tag, and the image with its last one; one that is gone already is fine.
    ///
    /// # Errors
    /// When a container still uses it (`is_conflict`), or the engine refuses.
    pub async fn remove_image(&self, tag: &str) -> Result<(), DockerError> {
        let limit = Duration::from_secs(120);
        let docker = self.patient(limit);
        let request = docker.remove_image(tag, None::<RemoveImageOptions>, None);
        let action = || format!("remove image `{tag}`");
        absent_is_done(call(action, limit, request).await.map(|_| ()))
    }

    /// Builds an image; every line of the build's output goes to `report`.
    ///
    /// # Errors
    /// `Build` with the end of the output when a step fails; `Timeout` after the spec's limit.
    pub async fn build_image(
        &self,
        spec: &BuildSpec,
        mut report: impl FnMut(BuildEvent),
    ) -> Result<(), DockerError> {
        let action = || format!("build image `{}`", spec.tag);
        let context = pack_context(&spec.context).map_err(|source| DockerError::Io {
            action: action(),
            source,
        })?;
        let docker = self.patient(spec.limit);
        let body = bollard::body_full(context.into());
        let mut answers = Box::pin(docker.build_image(build_options(spec), None, Some(body)));
        let mut output = BuildOutput::default();
        let building = async {
            while let Some(answer) = answers.next().await {
                match answer {
                    Ok(info) => output.take(&text_of(&info), &mut report),
                    Err(source) => {
                        output.flush(&mut report);
                        return Err(source);
                    }
                }
            }
            output.flush(&mut report);
            Ok(())
        };
        match tokio::time::timeout(spec.limit, building).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(source)) => Err(DockerError::Build {
                tag: spec.tag.clone(),
                step: output.step,
                total: output.total,
                output: output.kept,
                source: Box::new(source),
            }),
            Err(_) => Err(DockerError::Timeout {
                action: action(),
                seconds: spec.limit.as_secs(),
            }),
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
            .unwrap_or_else(|_| {
                Err(DockerError::Timeout {
                    action: action(),
                    seconds: limit.as_secs(),
                })
            })
    }
}

fn build_options(spec: &BuildSpec) -> BuildImageOptions {
    let rebuilt = spec.freshness == Freshness::Rebuilt;
    BuildImageOptions {
        dockerfile: "Dockerfile".to_owned(),
        t: Some(spec.tag.clone()),
        nocache: rebuilt,
        pull: rebuilt.then(|| "true".to_owned()),
        rm: true,
        forcerm: true,
        labels: Some(as_hash_map(&spec.labels)),
        buildargs: Some(as_hash_map(&spec.build_args)),
        ..BuildImageOptions::default()
    }
}

/// `host:5000/name:1` is `host:5000/name` and `1`; without a version it is `latest`.
fn split_tag(tag: &str) -> (&str, &str) {
    match tag.rsplit_once(':') {
        Some((repo, version)) if !version.contains('/') => (repo, version),
        _ => (tag, "latest"),
    }
}

fn pack_context(context: &BTreeMap<String, (u32, Vec<u8>)>) -> Result<Vec<u8>, std::io::Error> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, (mode, bytes)) in context {
        let mut header = tar::Header::new_gnu();
        header.set_mode(*mode);
        header.set_mtime(0);
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, path, bytes.as_slice())?;
    }
    builder.into_inner()
}

fn chunks<R: AsyncRead + Send + Unpin>(
    reader: R,
) -> impl Stream<Item = Result<Vec<u8>, std::io::Error>> + Send {
    stream::try_unfold(reader, |mut reader| async move {
        let mut chunk = vec![0; CHUNK_BYTES];
        let length = reader.read(&mut chunk).await?;
        chunk.truncate(length);
        Ok((length > 0).then_some((chunk, reader)))
    })
}

/// Steps print into `stream`; pulls of a base report in `status`, without their running byte counts.
fn text_of(info: &BuildInfo) -> String {
    if let Some(text) = &info.stream {
        return text.clone();
    }
    let counting = info
        .progress_detail
        .as_ref()
        .is_some_and(|detail| detail.current.is_some());
    match (&info.status, counting) {
        (Some(status), false) => match &info.id {
            Some(id) => format!("{id}: {status}\n"),
            None => format!("{status}\n"),
        },
        _ => String::new(),
    }
}

/// Output arrives in pieces of lines; this puts lines together and counts steps.
#[derive(Debug, Default)]
struct BuildOutput {
    step: u32,
    total: u32,
    partial: String,
    kept: Vec<String>,
}

impl BuildOutput {
    fn take(&mut self, text: &str, report: &mut impl FnMut(BuildEvent)) {
        self.partial.push_str(text);
        while let Some(end) = self.partial.find('\n') {
            let rest = self.partial.split_off(end + 1);
            let line = std::mem::replace(&mut self.partial, rest);
            self.line(&line, report);
        }
    }

    fn flush(&mut self, report: &mut impl FnMut(BuildEvent)) {
        let line = std::mem::take(&mut self.partial);
        self.line(&line, report);
    }

    fn line(&mut self, raw: &str, report: &mut impl FnMut(BuildEvent)) {
        // A carriage return repaints a line: only its last state is worth showing.
        let visible = raw.trim_end().rsplit('\r').next().unwrap_or_default();
        if visible.is_empty() {
            return;
        }
        if let Some((step, total)) = step_of(visible) {
            self.step = step;
            self.total = total;
        }
        if self.kept.len() == KEPT_LINES {
            self.kept.remove(0);
        }
        self.kept.push(visible.to_owned());
        report(BuildEvent {
            step: self.step,
            total: self.total,
            line: visible.to_owned(),
        });
    }
}

/// `Step 3/9 : RUN x` is step 3 of 9.
fn step_of(line: &str) -> Option<(u32, u32)> {
    let (count, _) = line.strip_prefix("Step ")?.split_once(" : ")?;
    let (step, total) = count.split_once('/')?;
    Some((step.parse().ok()?, total.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_and_steps_counted() {
        let mut output = BuildOutput::default();
        let mut seen = Vec::new();
        for piece in [
            "Step 2/3 : RUN x\n",
            "hal",
            "f a line\n10%\r20%\n\n",
            "tail",
        ] {
            output.take(piece, &mut |event| seen.push((event.step, event.line)));
        }
        output.flush(&mut |event| seen.push((event.step, event.line)));
        let expected = ["Step 2/3 : RUN x", "half a line", "20%", "tail"];
        assert_eq!(seen, expected.map(|line| (2, line.to_owned())));
        assert_eq!((output.step, output.total), (2, 3));
    }

    #[test]
    fn only_the_end_of_the_output_is_kept() {
        let mut output = BuildOutput::default();
        for number in 0..100 {
            output.take(&format!("line {number}\n"), &mut |_| {});
        }
        assert_eq!(output.kept.len(), KEPT_LINES);
        assert_eq!(output.kept.last().unwrap(), "line 99");
    }

    #[test]
    fn a_port_in_a_registry_is_not_a_version() {
        assert_eq!(split_tag("host:5000/name"), ("host:5000/name", "latest"));
        assert_eq!(split_tag("host:5000/name:1"), ("host:5000/name", "1"));
    }
}

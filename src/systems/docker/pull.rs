//! Fetching an image from the registry its name belongs to.
//!
//! The engine does the fetching, with its own mirrors and proxy; nothing here logs in anywhere.

use std::time::Duration;

use bollard::query_parameters::CreateImageOptions;
use futures_util::StreamExt;

use super::{DockerError, Engine, failed};

/// A registry that cannot be reached says nothing at all: longer than this for the first word is never worth it.
const FIRST_ANSWER: Duration = Duration::from_secs(30);

impl Engine {
    /// Pulls one image; one that is there already is compared with the registry's.
    ///
    /// # Errors
    /// When the registry does not know it, refuses, says nothing for half a minute, or needs longer than `limit`.
    pub async fn pull_image(&self, reference: &str, limit: Duration) -> Result<(), DockerError> {
        let action = || format!("pull image `{reference}`");
        let late = |limit: Duration| DockerError::Timeout { action: action(), seconds: limit.as_secs() };
        let (name, version) = split_reference(reference);
        let options = CreateImageOptions {
            from_image: Some(name.to_owned()),
            tag: Some(version.to_owned()),
            ..CreateImageOptions::default()
        };
        // Ours is the bound that counts: it knows how long it was.
        let docker = self.patient(limit.saturating_mul(2));
        let mut answers = Box::pin(docker.create_image(Some(options), None, None));
        let pulling = async {
            let patience = FIRST_ANSWER.min(limit);
            let first = tokio::time::timeout(patience, answers.next()).await;
            let mut answer = first.map_err(|_| late(patience))?;
            while let Some(progress) = answer {
                progress.map_err(|source| failed(action(), source))?;
                answer = answers.next().await;
            }
            Ok(())
        };
        tokio::time::timeout(limit, pulling).await.unwrap_or_else(|_| Err(late(limit)))
    }
}

/// The name, and a version or digest. A name alone is `latest`: the engine would fetch every version of it.
fn split_reference(reference: &str) -> (&str, &str) {
    if let Some(split) = reference.split_once('@') {
        return split;
    }
    match reference.rsplit_once(':') {
        Some((name, version)) if !version.contains('/') => (name, version),
        _ => (reference, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_split_at_its_version_or_digest() {
        assert_eq!(split_reference("debian:bookworm-slim"), ("debian", "bookworm-slim"));
        assert_eq!(split_reference("host:5000/name@sha256:ab"), ("host:5000/name", "sha256:ab"));
    }

    #[test]
    fn a_name_alone_is_one_image_and_not_all_of_its_versions() {
        assert_eq!(split_reference("host:5000/name"), ("host:5000/name", "latest"));
        assert_eq!(split_reference("debian"), ("debian", "latest"));
    }
}

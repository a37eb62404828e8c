//! Our images that are no longer needed: known by the tags we give and, where a newer build took the tag over, by who wrote the last
//! line of their history. An image that somebody made from one of ours has our labels, and is not ours.

use serde_json::{Value, json};

use crate::cli::Failure;
use crate::cli::converge::Stack;
use crate::systems::docker::images::{Image, Removal};
use crate::topology::images::name_in_tag;
use crate::topology::labels;
use crate::topology::resource::{ImageOrigin, ResourceId, Topology};

/// What was removed, and what could not be because somebody uses it.
#[derive(Debug, Default)]
pub(super) struct Cleared {
    pub removed: Vec<String>,
    pub in_use: Vec<String>,
}

impl Cleared {
    pub(super) fn as_value(&self) -> Value {
        json!({"removed": self.removed, "in_use": self.in_use})
    }
}

/// Images of this pipeline that lost their tag to a newer build.
pub(super) async fn clear_untagged(stack: &Stack) -> Result<Cleared, Failure> {
    remove(stack, untagged(stack).await?).await
}

/// Those, and every image of this pipeline under a tag of ours, of today's content or an earlier one.
pub(super) async fn clear_all(stack: &Stack) -> Result<Cleared, Failure> {
    let docker = &stack.session().docker;
    let mut unwanted = untagged(stack).await?;
    for image in docker.images().await? {
        let tags = image.tags.iter().filter(|tag| is_of_pipeline(stack.topology(), tag, &image));
        unwanted.extend(tags.map(|tag| Unwanted::new(tag, tag, &image)));
    }
    // What stands on an image is newer than that image, and goes first.
    unwanted.sort_by(|a, b| (b.created_at, &a.shown).cmp(&(a.created_at, &b.shown)));
    remove(stack, unwanted).await
}

struct Unwanted {
    /// Tag or id.
    reference: String,
    shown: String,
    created_at: i64,
}

impl Unwanted {
    fn new(reference: &str, shown: &str, image: &Image) -> Self {
        Self { reference: reference.to_string(), shown: shown.to_string(), created_at: image.created_at }
    }
}

fn is_of_pipeline(topology: &Topology, tag: &str, image: &Image) -> bool {
    name_in_tag(tag).is_some_and(|name| made_as(image) == Some(name) && is_built(topology, name))
}

fn is_built(topology: &Topology, name: &str) -> bool {
    topology.images.get(name).is_some_and(|image| matches!(image.origin, ImageOrigin::Build(_)))
}

/// The name under which we, or somebody from ours, made an image.
fn made_as(image: &Image) -> Option<&str> {
    image.labels.get(labels::RESOURCE)?.strip_prefix("image/")
}

async fn untagged(stack: &Stack) -> Result<Vec<Unwanted>, Failure> {
    let docker = &stack.session().docker;
    let mut found = Vec::new();
    for image in docker.untagged_images(labels::RESOURCE).await? {
        let Some(name) = made_as(&image).filter(|name| is_built(stack.topology(), name)) else { continue };
        let Some(newest) = docker.layers(&image.id).await?.into_iter().next() else { continue };
        if is_our_last_line(&newest.made_by, name) {
            let hash = image.id.rsplit(':').next().unwrap_or(&image.id);
            let shown = format!("{} {}", ResourceId::Image(name.to_string()), hash.get(..12).unwrap_or(hash));
            found.push(Unwanted::new(&image.id, &shown, &image));
        }
    }
    Ok(found)
}

/// The builder writes the labels last: after them there is nothing of anybody else's.
fn is_our_last_line(made_by: &str, name: &str) -> bool {
    made_by.contains("LABEL") && made_by.trim_end().ends_with(&format!("{}=image/{name}", labels::RESOURCE))
}

async fn remove(stack: &Stack, unwanted: Vec<Unwanted>) -> Result<Cleared, Failure> {
    let mut cleared = Cleared::default();
    for image in unwanted {
        match stack.session().docker.remove_unused_image(&image.reference).await? {
            Removal::Done => cleared.removed.push(image.shown),
            Removal::InUse => cleared.in_use.push(image.shown),
        }
    }
    Ok(cleared)
}

#[cfg(test)]
mod tests {
    use super::is_our_last_line;

    #[test]
    fn what_somebody_made_from_our_image_is_not_ours() {
        assert!(is_our_last_line("/bin/sh -c #(nop)  LABEL io.sparkflow.resource=image/kafka", "kafka"));
        assert!(!is_our_last_line("/bin/sh -c pip install more", "kafka"));
        assert!(!is_our_last_line("/bin/sh -c #(nop)  LABEL owner=me", "kafka"));
    }
}

//! Images: built from their contexts, pulled, or, for the base, made from Debian's packages.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::apply::{Site, StepError};
use crate::systems::docker::build::BuildSpec;
use crate::systems::{debootstrap, one_line};
use crate::topology::host::Material;
use crate::topology::labels;
use crate::topology::resource::{ContextFile, ImageOrigin, ResourceId};

const BUILD_LIMIT: Duration = Duration::from_mins(30);
const PULL_LIMIT: Duration = Duration::from_mins(10);
/// The one foreign image that can be made on a machine that reaches packages but no image registry.
const DEBIAN: &str = "debian:bookworm-slim";

pub(super) async fn build(site: &Site, name: &str, mut on_line: impl FnMut(String) + Send) -> Result<(), StepError> {
    let Some(image) = site.topology.images.get(name) else {
        return Err(StepError::Other(format!("the topology has no image `{name}`")));
    };
    let ImageOrigin::Build(context) = &image.origin else {
        return Err(StepError::Other(format!("image `{name}` is not ours to build")));
    };
    let spec = BuildSpec {
        tag: image.tag.clone(),
        context: bytes_of(name, context)?,
        labels: BTreeMap::from([(labels::RESOURCE.to_string(), ResourceId::Image(name.to_string()).to_string())]),
        build_args: site.build.arguments.clone(),
        freshness: site.build.freshness,
        network: None,
        limit: BUILD_LIMIT,
    };
    Ok(site.session.docker.build_image(&spec, |event| on_line(event.line)).await?)
}

fn bytes_of(
    image: &str,
    context: &BTreeMap<String, ContextFile>,
) -> Result<BTreeMap<String, (u32, Vec<u8>)>, StepError> {
    let mut bytes = BTreeMap::new();
    for (path, file) in context {
        let Material::Whole { bytes: content, .. } = &file.content else {
            return Err(StepError::Other(format!("image `{image}`: of `{path}` only the hash is known here")));
        };
        bytes.insert(path.clone(), (file.mode, content.clone()));
    }
    Ok(bytes)
}

pub(super) async fn fetch(site: &Site, name: &str, mut on_line: impl FnMut(String) + Send) -> Result<(), StepError> {
    let Some(image) = site.topology.images.get(name) else {
        return Err(StepError::Other(format!("the topology has no image `{name}`")));
    };
    on_line(format!("pulling {}", image.tag));
    let Err(refused) = site.session.docker.pull_image(&image.tag, PULL_LIMIT).await else { return Ok(()) };
    if image.tag != DEBIAN {
        return Err(refused.into());
    }
    on_line("no registry answers; making the base from Debian's packages".to_string());
    debootstrap::make_base(&site.session.docker, DEBIAN, on_line)
        .await
        .map_err(|error| StepError::Other(format!("{error}; pulling it failed too: {}", one_line(&refused))))
}

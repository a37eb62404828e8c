//! Images: by tag, because the tag is the hash of what goes in.

use crate::live::Live;
use crate::plan::Risk;
use crate::plan::change::Change;
use crate::plan::draft::Draft;
use crate::topology::resource::{Image, ImageOrigin, ResourceId, Topology};

pub(super) fn diff(topology: &Topology, live: &Live, draft: &mut Draft) {
    let missing = topology.images.iter().filter(|(_, image)| !live.images.contains_key(&image.tag));
    make(topology, missing.map(|(name, _)| name).collect(), draft, |image| format!("`{}` is not there", image.tag));
}

/// All of them, also those that are there.
pub(super) fn anew(topology: &Topology, draft: &mut Draft) {
    make(topology, topology.images.keys().collect(), draft, |_| "asked for".to_string());
}

/// An image comes after the ones it is built from; the set is small and has no cycles by construction.
fn make(topology: &Topology, mut waiting: Vec<&String>, draft: &mut Draft, because: impl Fn(&Image) -> String) {
    while !waiting.is_empty() {
        let (ready, later): (Vec<&String>, Vec<&String>) =
            waiting.iter().partition(|name| !topology.images[**name].from.iter().any(|from| waiting.contains(&from)));
        if ready.is_empty() {
            return;
        }
        for name in ready {
            let image = &topology.images[name];
            let needs: Vec<_> = image.from.iter().map(|from| ResourceId::Image(from.clone())).collect();
            let change = match image.origin {
                ImageOrigin::Build(_) => Change::BuildImage,
                ImageOrigin::Named => Change::FetchImage,
            };
            draft.step(ResourceId::Image(name.clone()), change, because(image), Risk::None, &needs);
        }
        waiting = later;
    }
}

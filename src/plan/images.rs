//! Images: by tag, because the tag is the hash of what goes in.

use crate::live::Live;
use crate::plan::Risk;
use crate::plan::change::Change;
use crate::plan::draft::Draft;
use crate::topology::resource::{ImageOrigin, ResourceId, Topology};

pub(super) fn diff(topology: &Topology, live: &Live, draft: &mut Draft) {
    let mut waiting: Vec<&String> =
        topology.images.iter().filter(|(_, image)| !live.images.contains(&image.tag)).map(|(name, _)| name).collect();
    // An image comes after the ones it is built from; the set is small and has no cycles by construction.
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
            draft.step(
                ResourceId::Image(name.clone()),
                change,
                format!("`{}` is not there", image.tag),
                Risk::None,
                &needs,
            );
        }
        waiting = later;
    }
}

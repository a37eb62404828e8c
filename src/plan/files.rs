//! Published files: a new directory when what should be there changes, single files when one was touched behind our back.

use crate::live::{Live, Observed, PublishedState};
use crate::plan::{Change, Draft, Risk};
use crate::topology::build::KEEPER;
use crate::topology::published::PublishedContent;
use crate::topology::resource::{ResourceId, Topology};

pub(super) fn diff(topology: &Topology, live: &Live, draft: &mut Draft) {
    if topology.published.files.is_empty() {
        return;
    }
    let empty = PublishedState::default();
    let state = match &live.files {
        Observed::Known(state) => state,
        Observed::Waiting(_) if !live.volumes.contains("pipeline") => &empty,
        Observed::Waiting(why) => return draft.defer(ResourceId::Files, why.clone()),
    };
    let mut needs = vec![ResourceId::Container(KEEPER.to_string())];
    for file in topology.published.files.values() {
        if let PublishedContent::FromImage { image, .. } = &file.content {
            needs.push(ResourceId::Image(image.clone()));
        }
    }
    if state.current.as_deref() != Some(topology.published.hash.as_str()) {
        let because = match &state.current {
            None => "nothing is published yet".to_string(),
            Some(old) => format!("content {old} -> {}", topology.published.hash),
        };
        draft.step(ResourceId::Files, Change::PublishFiles, because, Risk::None, &needs);
        return;
    }
    for (path, file) in &topology.published.files {
        let because = match (state.files.get(path), file.content.digest()) {
            (None, _) => "its file is gone",
            (Some(found), Some(wanted)) if *found != wanted => "its file was changed",
            _ => continue,
        };
        let change = Change::PublishFile { path: path.clone() };
        draft.step(file.owner.clone(), change, format!("{because} ({path})"), Risk::None, &needs);
    }
    for path in state.files.keys().filter(|path| !topology.published.files.contains_key(*path)) {
        // Python leaves its byte code beside the files it imports.
        if !path.contains("__pycache__") {
            draft.undeclared(ResourceId::File(path.clone()));
        }
    }
}

//! Published files: a new directory when what should be there changes, single files when one was touched behind our back.

use crate::live::{Live, Observed, PublishedState};
use crate::plan::Risk;
use crate::plan::cause::{Cause, KeyChange};
use crate::plan::change::Change;
use crate::plan::draft::Draft;
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
        let (change, because) = match &state.current {
            None => (Change::CreateFiles, Cause::from("nothing is published yet")),
            Some(old) => {
                let words = format!("content {old} -> {}", topology.published.hash);
                (Change::PublishFiles, Cause::with_keys(words, contents(topology, state)))
            }
        };
        draft.step(ResourceId::Files, change, because, Risk::None, &needs);
        return;
    }
    for (path, file) in &topology.published.files {
        let found = state.files.get(path);
        let wanted = file.content.digest();
        let because = match (found, &wanted) {
            (None, _) => "its file is gone",
            (Some(found), Some(wanted)) if found != wanted => "its file was changed",
            _ => continue,
        };
        let key = KeyChange::new(path, found.map(|hash| short(hash)), wanted.as_deref().map(short));
        let because = Cause::with_keys(format!("{because} ({path})"), vec![key]);
        let change = Change::PublishFile { path: path.clone() };
        draft.step(file.owner.clone(), change, because, Risk::None, &needs);
    }
    for path in state.files.keys().filter(|path| !topology.published.files.contains_key(*path)) {
        // Python leaves its byte code beside the files it imports.
        if !path.contains("__pycache__") {
            draft.undeclared(ResourceId::File(path.clone()));
        }
    }
}

/// Which files come, go or differ. What an image holds is known by the image, not by its bytes.
fn contents(topology: &Topology, state: &PublishedState) -> Vec<KeyChange> {
    let mut keys = Vec::new();
    for (path, file) in &topology.published.files {
        let found = state.files.get(path);
        match (found, file.content.digest()) {
            (Some(found), Some(wanted)) if *found == wanted => {}
            (Some(_), None) => {}
            (found, wanted) => {
                let wanted = wanted.map_or_else(|| "from its image".to_string(), |hash| short(&hash));
                keys.push(KeyChange::new(path, found.map(|hash| short(hash)), Some(wanted)));
            }
        }
    }
    for (path, hash) in &state.files {
        if !topology.published.files.contains_key(path) && !path.contains("__pycache__") {
            keys.push(KeyChange::new(path, Some(short(hash)), None));
        }
    }
    keys
}

/// As much of a hash as a person compares.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

//! Image contexts and their content-addressed tags.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::model::pipeline::Setting;
use crate::template;
use crate::topology::build::{BuildError, Inputs};
use crate::topology::host::Material;
use crate::topology::resource::{ContextFile, Image, ImageOrigin, digest};

/// Our own image names start with this; the hash in the tag says what is inside.
const REPOSITORY: &str = "sparkflow";
const HASH_LENGTH: usize = 12;
const DOCKERFILE: &str = "Dockerfile.j2";

/// Collects the images that containers name, and what those are built from.
pub(super) struct Images<'a> {
    inputs: &'a Inputs<'a>,
    pub(super) found: BTreeMap<String, Image>,
}

impl<'a> Images<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>) -> Self {
        Self { inputs, found: BTreeMap::new() }
    }

    /// The tag of one of our images, rendered and hashed on first use.
    pub(super) fn ours(&mut self, name: &str) -> Result<String, BuildError> {
        if let Some(image) = self.found.get(name) {
            return Ok(image.tag.clone());
        }
        let folder = format!("images/{name}/");
        let mut context = BTreeMap::new();
        for (path, source) in self.inputs.templates.under(&folder) {
            if path != DOCKERFILE {
                let mode = if source.starts_with("#!") { 0o755 } else { 0o644 };
                context.insert(
                    path.to_string(),
                    ContextFile { mode, content: Material::whole(source.as_bytes().to_vec()) },
                );
            }
        }
        match name {
            "base" => context.extend(self.inputs.certificates.iter().map(|(file, content)| {
                (format!("extra-ca/{file}"), ContextFile { mode: 0o644, content: content.clone() })
            })),
            "sparkflow" => {
                context
                    .insert("sparkflow".to_string(), ContextFile { mode: 0o755, content: self.inputs.binary.clone() });
            }
            _ => {}
        }
        let values = self.settings(name, &folder, &mut context)?;
        self.build(name, &folder, context, &values)
    }

    /// The settings of the service of an image's name, as far as its Dockerfile speaks of them; what they name in the
    /// project is added to the context as `settings/<key>`.
    fn settings(
        &self,
        name: &str,
        folder: &str,
        context: &mut BTreeMap<String, ContextFile>,
    ) -> Result<serde_json::Value, BuildError> {
        let source = self.inputs.templates.source(&format!("{folder}{DOCKERFILE}")).unwrap_or_default();
        let service = self.inputs.pipeline.services.get(name);
        let blueprint = self.inputs.blueprints.get(name);
        let mut settings = serde_json::Map::new();
        for key in template::members(source, "settings.") {
            let value = service.and_then(|service| service.settings.get(&key));
            if let Some(Setting::Text(path)) = value
                && blueprint.is_some_and(|blueprint| blueprint.names_file(&key))
            {
                let wanted_by = format!("service `{name}`");
                let file = self.inputs.files.get(path);
                let content = file.ok_or(BuildError::NoFile { path: path.clone(), wanted_by })?.clone();
                context
                    .insert(format!("settings/{key}"), ContextFile { mode: 0o644, content: Material::whole(content) });
            }
            settings.insert(key, json!(value));
        }
        Ok(json!({ "settings": settings }))
    }

    /// An image from the template in `folder` with `context` added to its files.
    pub(super) fn build(
        &mut self,
        name: &str,
        folder: &str,
        mut context: BTreeMap<String, ContextFile>,
        values: &serde_json::Value,
    ) -> Result<String, BuildError> {
        let dockerfile = format!("{folder}{DOCKERFILE}");
        let Some(source) = self.inputs.templates.source(&dockerfile) else {
            return Err(BuildError::NoImage { image: name.to_string() });
        };
        let mut from = Vec::new();
        let mut tags = BTreeMap::new();
        for other in template::members(source, "images.").collect::<BTreeSet<_>>() {
            tags.insert(other.clone(), self.ours(&other)?);
            from.push(other);
        }
        let mut values = values.clone();
        values["images"] = json!(tags);
        let text = template::render(&dockerfile, source, &values)?;
        for reference in foreign_bases(&text, tags.values()) {
            self.found.entry(reference.clone()).or_insert_with(|| Image {
                tag: reference.clone(),
                origin: ImageOrigin::Named,
                from: Vec::new(),
            });
            from.push(reference);
        }
        let version = text.lines().find_map(|line| line.strip_prefix("# version: ")).unwrap_or("1").trim().to_string();
        context
            .insert("Dockerfile".to_string(), ContextFile { mode: 0o644, content: Material::whole(text.into_bytes()) });
        let tag = format!("{REPOSITORY}/{name}:{version}-{}", &context_hash(&context)[..HASH_LENGTH]);
        self.found.insert(name.to_string(), Image { tag: tag.clone(), origin: ImageOrigin::Build(context), from });
        Ok(tag)
    }

    /// An image the file names instead of ours.
    pub(super) fn named(&mut self, reference: &str) -> String {
        let image = Image { tag: reference.to_string(), origin: ImageOrigin::Named, from: Vec::new() };
        self.found.insert(reference.to_string(), image);
        reference.to_string()
    }
}

/// `FROM` references that are neither ours nor an earlier stage.
fn foreign_bases<'a>(dockerfile: &str, ours: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut known: BTreeSet<String> = ours.cloned().collect();
    let mut foreign = Vec::new();
    for line in dockerfile.lines() {
        let mut words = line.split_whitespace();
        if words.next() != Some("FROM") {
            continue;
        }
        let Some(reference) = words.next() else { continue };
        if reference != "scratch" && !known.contains(reference) && !foreign.iter().any(|found| found == reference) {
            foreign.push(reference.to_string());
        }
        if words.next().is_some_and(|word| word.eq_ignore_ascii_case("as")) {
            known.extend(words.next().map(str::to_string));
        }
    }
    foreign
}

/// The name in a tag that we gave, of today's content or of an earlier one: `kafka` of `sparkflow/kafka:3.9.2-1f92d918f9df`.
/// Other people's tags have none.
#[must_use]
pub fn name_in_tag(tag: &str) -> Option<&str> {
    let (name, version) = tag.strip_prefix(REPOSITORY)?.strip_prefix('/')?.split_once(':')?;
    let (_, hash) = version.rsplit_once('-')?;
    let is_ours = hash.len() == HASH_LENGTH && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_ours.then_some(name)
}

fn context_hash(context: &BTreeMap<String, ContextFile>) -> String {
    let mut listing = String::new();
    for (path, file) in context {
        listing.push_str(&format!("{path} {:o} {}\n", file.mode, file.content.digest()));
    }
    digest(listing.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_that_we_did_not_give_names_no_image_of_ours() {
        assert_eq!(name_in_tag("sparkflow/kafka:3.9.2-1f92d918f9df"), Some("kafka"));
        for other in
            ["sparkflow/kafka:backup", "sparkflow/kafka", "my/kafka:3.9.2-1f92d918f9df", "sparkflow/a:1-1F92d918f9df"]
        {
            assert_eq!(name_in_tag(other), None, "{other}");
        }
    }

    #[test]
    fn stages_and_our_own_images_are_not_foreign() {
        let text =
            "FROM sparkflow/builder:1-a AS fetch\nFROM debian:bookworm-slim\nCOPY --from=fetch /x /y\nFROM fetch\n";
        let ours = ["sparkflow/builder:1-a".to_string()];
        assert_eq!(foreign_bases(text, ours.iter()), ["debian:bookworm-slim"]);
    }
}

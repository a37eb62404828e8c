//! SF706 to SF708: what is baked into the images of Spark and Airflow has exact versions, so that a build is the same tomorrow.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::requirements::{self, Coordinate};
use crate::spec::files::{FileContent, dotted};
use crate::spec::node::Node;

const PYTHON: &str = "python";
const PACKAGES: &str = "packages";

/// SF706: each line of a requirements file names one exact version.
pub(super) fn requirements(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (node, text) in requirements_files(facts) {
        let path = node.text().unwrap_or_default();
        for refused in requirements::read(text).into_iter().filter_map(Result::err) {
            let message = format!("the requirement `{}` is refused: {}", refused.text, refused.why);
            found.push(
                Diagnostic::error("SF706", message)
                    .in_file(path, Span::of_line(text, refused.line), "this line")
                    .at(node.span, "the file is named here")
                    .help("write `name==version`; which index is asked is a matter of uv's own settings"),
            );
        }
    }
}

/// The requirements files of all services that take one, with their text.
fn requirements_files<'a>(facts: &Facts<'a>) -> impl Iterator<Item = (&'a Node, &'a str)> {
    let scope = facts.scope;
    scope.section("services").iter().filter_map(move |entry| {
        scope.services.get(&entry.key.text)?.settings.get(PYTHON)?;
        let node = dotted(&entry.value, PYTHON)?;
        match scope.files.get(node.text()?)? {
            FileContent::Text(text) => Some((node, text.as_str())),
            _ => None,
        }
    })
}

/// SF707: each package is a whole coordinate with an exact version, and is named once.
pub(super) fn coordinates(facts: &Facts<'_>, found: &mut Diagnostics) {
    for entry in facts.scope.section("services") {
        let takes = facts.scope.services.get(&entry.key.text);
        if takes.is_none_or(|blueprint| !blueprint.settings.contains_key(PACKAGES)) {
            continue;
        }
        let items = dotted(&entry.value, PACKAGES).map_or(&[][..], Node::one_or_many);
        let mut seen: Vec<(Coordinate, &Node)> = Vec::new();
        for item in items {
            let Some(text) = item.text() else { continue };
            match Coordinate::parse(text) {
                Err(why) => found.push(
                    Diagnostic::error("SF707", format!("the package `{text}` is refused: {why}"))
                        .at(item.span, "this package")
                        .help("write `group:artifact:version`"),
                ),
                Ok(coordinate) => {
                    let same = |other: &Coordinate| {
                        (&other.group, &other.artifact) == (&coordinate.group, &coordinate.artifact)
                    };
                    if let Some((_, first)) = seen.iter().find(|(other, _)| same(other)) {
                        let what = format!("the package `{}:{}` is named twice", coordinate.group, coordinate.artifact);
                        found.push(
                            Diagnostic::error("SF707", what)
                                .at(item.span, "here again")
                                .at(first.span, "named here")
                                .help("keep one version"),
                        );
                    }
                    seen.push((coordinate, item));
                }
            }
        }
    }
}

/// SF708: nothing is baked into an image that the file names.
pub(super) fn images_of_ours(facts: &Facts<'_>, found: &mut Diagnostics) {
    for entry in facts.scope.section("services") {
        let Some(image) = entry.value.entry("image") else { continue };
        let takes = facts.scope.services.get(&entry.key.text);
        for key in [PYTHON, PACKAGES] {
            let declared = takes.is_some_and(|blueprint| blueprint.settings.contains_key(key));
            let Some(given) = entry.value.entry(key).filter(|_| declared) else { continue };
            found.push(
                Diagnostic::error("SF708", format!("`{key}` has no effect on an image that is not ours"))
                    .at(given.key.span, "not baked in")
                    .at(image.key.span, "this image is taken as it is")
                    .help("leave `image` out, or build it with what the jobs need and delete this key"),
            );
        }
    }
}

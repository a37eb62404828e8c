//! The artifacts a Maven project names, with their places.

use std::ops::Range;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    pub name: String,
    pub at: Range<usize>,
}

/// Every `artifactId` of a dependency. Nothing where the text is no XML: Maven says that better.
#[must_use]
pub fn artifacts(pom: &str) -> Vec<Artifact> {
    let Ok(document) = roxmltree::Document::parse(pom) else { return Vec::new() };
    let dependencies = document.descendants().filter(|node| node.tag_name().name() == "dependency");
    let names =
        dependencies.flat_map(|dependency| dependency.children().filter(|node| node.tag_name().name() == "artifactId"));
    names
        .filter_map(|node| {
            let text = node.first_child().filter(roxmltree::Node::is_text)?;
            Some(Artifact { name: text.text()?.trim().to_owned(), at: text.range() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifacts_have_their_places() {
        let pom = "<project><artifactId>own</artifactId><dependencies><dependency>\n<artifactId>a_2.13</artifactId></dependency></dependencies></project>";
        let found = artifacts(pom);
        assert_eq!(found.len(), 1);
        assert_eq!(&pom[found[0].at.clone()], "a_2.13");
        assert_eq!(artifacts("<project>"), []);
        assert_eq!(artifacts("<!DOCTYPE x [<!ENTITY a 'b'>]><project/>"), []);
    }
}

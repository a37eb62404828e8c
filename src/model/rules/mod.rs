//! Rules over the resolved pipeline.

use super::pipeline::Pipeline;
use super::resolve::Scope;
use crate::diagnostic::{Diagnostics, Span};

/// What a rule may look at: the pipeline, and the file for places.
pub struct Facts<'a> {
    pub pipeline: &'a Pipeline,
    pub scope: &'a Scope<'a>,
}

impl Facts<'_> {
    /// Where the file says it: the deepest part of the path that is there.
    #[must_use]
    pub fn place(&self, path: &[&str]) -> Span {
        self.scope.root.place(path)
    }
}

/// Every rule, in the order of their codes.
pub fn check(_facts: &Facts<'_>, _found: &mut Diagnostics) {
}

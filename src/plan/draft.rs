//! A plan while it is being made: steps find their predecessors by resource.

use std::collections::{BTreeMap, BTreeSet};

use super::cause::Cause;
use super::{Blocked, Change, Deferred, Plan, Risk, Step};
use crate::topology::resource::ResourceId;

#[derive(Debug, Default)]
pub(crate) struct Draft {
    plan: Plan,
    last: BTreeMap<ResourceId, usize>,
    deferred: BTreeSet<ResourceId>,
    made_secrets: BTreeSet<ResourceId>,
}

impl Draft {
    /// Adds a step after every step of this plan that concerns one of `needs`, and after earlier ones of its own resource.
    pub(crate) fn step<'a>(
        &mut self,
        resource: ResourceId,
        change: Change,
        because: impl Into<Cause>,
        risk: Risk,
        needs: impl IntoIterator<Item = &'a ResourceId>,
    ) {
        let mut after: Vec<usize> = needs.into_iter().filter_map(|need| self.last.get(need).copied()).collect();
        after.extend(self.last.get(&resource).copied());
        after.sort_unstable();
        after.dedup();
        if change == Change::CreateSecret {
            self.made_secrets.insert(resource.clone());
        }
        self.last.insert(resource.clone(), self.plan.steps.len());
        let Cause { text: because, keys } = because.into();
        self.plan.steps.push(Step { resource, change, because, keys, after, risk });
    }

    pub(crate) fn defer(&mut self, resource: ResourceId, why: impl Into<String>) {
        self.deferred.insert(resource.clone());
        self.plan.deferred.push(Deferred { resource, why: why.into() });
    }

    pub(crate) fn block(&mut self, resource: ResourceId, why: impl Into<String>, fix: impl Into<String>) {
        self.plan.blocked.push(Blocked { resource, why: why.into(), fix: fix.into() });
    }

    pub(crate) fn undeclared(&mut self, resource: ResourceId) {
        self.plan.undeclared.push(resource);
    }

    /// Whether this plan already changes the resource.
    pub(crate) fn changes(&self, resource: &ResourceId) -> bool {
        self.last.contains_key(resource)
    }

    /// Whether this plan gives a secret a new value.
    pub(crate) fn makes_secret(&self, name: &str) -> bool {
        !self.made_secrets.is_empty() && self.made_secrets.contains(&ResourceId::Secret(name.to_string()))
    }

    pub(crate) fn is_deferred(&self, resource: &ResourceId) -> bool {
        self.deferred.contains(resource)
    }

    pub(crate) fn finish(self) -> Plan {
        self.plan
    }
}

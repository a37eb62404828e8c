//! Which addresses lead to something: the names that containers of this pipeline have for one another.

use super::Facts;

const OWN: [&str; 4] = ["localhost", "127.0.0.1", "0.0.0.0", "::1"];

/// Whether an address is the container's that asks for it.
pub(super) fn is_own(address: &str) -> bool {
    OWN.contains(&host(address))
}

/// Whether a service answers there. Names with dots are outside of the stack, where the pipeline knows nothing.
pub(super) fn is_known(facts: &Facts<'_>, address: &str) -> bool {
    let host = host(address);
    if is_own(address) {
        return false;
    }
    let part_of = |name: &str| host.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    host.contains('.') || facts.pipeline.services.keys().any(|name| part_of(name))
}

/// `kafka` of `kafka:9092`.
pub(super) fn host(address: &str) -> &str {
    if address.matches(':').count() > 1 {
        return address;
    }
    address.rsplit_once(':').map_or(address, |(host, _)| host)
}

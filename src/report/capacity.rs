//! A stack that is larger than its engine: a table of the limits, what each is made of, and the change that fits.

use crate::report::table::Table;
use crate::topology::budget::OverBudget;

/// `1.6 GiB`, `704 MiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    if bytes < 1024 * MIB {
        return format!("{} MiB", bytes.div_ceil(MIB));
    }
    let tenths = (bytes * 10).div_ceil(1024 * MIB);
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}

/// The whole message, without the way out.
#[must_use]
pub fn table(over: &OverBudget) -> String {
    let mut table = Table::new(&["container", "limit", "made of"]);
    for share in &over.shares {
        table.row(&[share.container.clone(), size(share.limit), share.made_of.clone()]);
    }
    format!(
        "the containers' limits add up to {}, and the engine has {} free:\n{table}",
        size(over.wanted),
        size(over.free)
    )
}

/// The smallest change that fits, as it would be written in the file.
#[must_use]
pub fn way_out(over: &OverBudget) -> String {
    let Some(fits) = &over.fits else {
        return format!(
            "no setting makes it fit: give the engine {} more memory, or stop other containers",
            size(over.wanted - over.free)
        );
    };
    let changes: Vec<String> = fits.changes.iter().map(|change| format!("`{}`", change.words())).collect();
    format!("the smallest change that fits saves {}: {}", size(fits.saves), changes.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!(size(704 << 20), "704 MiB");
        assert_eq!(size(1600 << 20), "1.6 GiB");
        assert_eq!(size(4 << 30), "4.0 GiB");
    }
}

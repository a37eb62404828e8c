//! Which expected thing is which that is there, where order means nothing: as many pairs as possible.

/// For each of `expected_count`, the position of its partner among `found_count`. `fits` says who may be whose.
pub(super) fn pairs(
    expected_count: usize,
    found_count: usize,
    fits: impl Fn(usize, usize) -> bool,
) -> Vec<Option<usize>> {
    let mut taken_by: Vec<Option<usize>> = vec![None; found_count];
    for expected in 0..expected_count {
        let mut tried = vec![false; found_count];
        place(expected, &fits, &mut taken_by, &mut tried);
    }
    let mut partners = vec![None; expected_count];
    for (found, expected) in taken_by.iter().enumerate() {
        if let Some(expected) = expected {
            partners[*expected] = Some(found);
        }
    }
    partners
}

/// Finds a partner, moving others to another partner of theirs where that makes room.
fn place(
    expected: usize,
    fits: &impl Fn(usize, usize) -> bool,
    taken_by: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    let free = (0..taken_by.len()).find(|found| taken_by[*found].is_none() && fits(expected, *found));
    if let Some(found) = free {
        taken_by[found] = Some(expected);
        return true;
    }
    for found in 0..taken_by.len() {
        if tried[found] || !fits(expected, found) {
            continue;
        }
        tried[found] = true;
        if taken_by[found].is_some_and(|other| place(other, fits, taken_by, tried)) {
            taken_by[found] = Some(expected);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn one_that_fits_many_makes_room_for_one_that_fits_one() {
        // The first fits both, the second only the first row.
        assert_eq!(pairs(2, 2, |expected, found| expected == 0 || found == 0), [Some(1), Some(0)]);
    }

    #[test]
    fn who_fits_nobody_stays_alone() {
        assert_eq!(pairs(2, 1, |_, _| true), [Some(0), None]);
        assert_eq!(pairs(1, 3, |_, _| false), [None]);
    }
}

//! The order of boxes in each layer: each near the middle of its neighbours, kept where it makes the fewest crossings.

use super::layers::Layering;

/// Sweeps to and fro. More change little.
const SWEEPS: usize = 24;
/// Of larger pictures nobody counts the crossings.
const COUNTED_HOPS: usize = 20_000;

/// For each layer its members, top to bottom.
pub(super) fn order(layering: &Layering) -> Vec<Vec<usize>> {
    let neighbours = Neighbours::of(layering);
    let mut rows = start(layering, &neighbours);
    let sweeps = if layering.hops.len() > COUNTED_HOPS { 2 } else { SWEEPS };
    let mut best = (crossings(&rows, &neighbours), rows.clone());
    for sweep in 0..sweeps {
        if best.0 == 0 {
            break;
        }
        pull(&mut rows, &neighbours, if sweep % 2 == 0 { Side::Before } else { Side::After });
        swap(&mut rows, &neighbours);
        let count = crossings(&rows, &neighbours);
        if count < best.0 {
            best = (count, rows.clone());
        }
    }
    best.1
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// What each member is connected with, in the layer before and in the layer after its own.
struct Neighbours {
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

impl Neighbours {
    fn of(layering: &Layering) -> Self {
        let count = layering.layer_of.len();
        let mut neighbours = Self { before: vec![Vec::new(); count], after: vec![Vec::new(); count] };
        for &(left, right) in &layering.hops {
            neighbours.after[left].push(right);
            neighbours.before[right].push(left);
        }
        neighbours
    }

    fn on(&self, side: Side, index: usize) -> &[usize] {
        match side {
            Side::Before => &self.before[index],
            Side::After => &self.after[index],
        }
    }
}

/// Members in the order in which they are reached from the left: what belongs together starts together.
fn start(layering: &Layering, neighbours: &Neighbours) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); layering.layer_count];
    let mut seen = vec![false; layering.layer_of.len()];
    let connected = |index: &usize| !neighbours.before[*index].is_empty() || !neighbours.after[*index].is_empty();
    let (first, alone): (Vec<usize>, Vec<usize>) = (0..layering.layer_of.len()).partition(connected);
    let roots = first.iter().filter(|index| neighbours.before[**index].is_empty());
    // What stands alone goes to the bottom.
    for &root in roots.chain(&first).chain(&alone) {
        let mut open = vec![root];
        while let Some(index) = open.pop() {
            if std::mem::replace(&mut seen[index], true) {
                continue;
            }
            rows[layering.layer_of[index]].push(index);
            open.extend(neighbours.after[index].iter().rev());
        }
    }
    rows
}

fn positions(rows: &[Vec<usize>], count: usize) -> Vec<usize> {
    let mut position = vec![0; count];
    for row in rows {
        row.iter().enumerate().for_each(|(place, index)| position[*index] = place);
    }
    position
}

/// Sorts each layer by the middles of its members' neighbours on one side; who has none there keeps its place.
fn pull(rows: &mut [Vec<usize>], neighbours: &Neighbours, side: Side) {
    let count = neighbours.before.len();
    let layers: Vec<usize> = match side {
        Side::Before => (0..rows.len()).collect(),
        Side::After => (0..rows.len()).rev().collect(),
    };
    let mut position = positions(rows, count);
    for layer in layers {
        let row = &mut rows[layer];
        let mut keyed: Vec<(f64, usize)> = row
            .iter()
            .map(|index| {
                let near = neighbours.on(side, *index);
                let middle = match near {
                    [] => float(position[*index]),
                    near => float(near.iter().map(|other| position[*other]).sum()) / float(near.len()),
                };
                (middle, *index)
            })
            .collect();
        keyed.sort_by(|left, right| left.0.total_cmp(&right.0));
        *row = keyed.into_iter().map(|(_, index)| index).collect();
        row.iter().enumerate().for_each(|(place, index)| position[*index] = place);
    }
}

/// Swaps two that stand one above the other wherever it takes crossings away.
fn swap(rows: &mut [Vec<usize>], neighbours: &Neighbours) {
    let position = positions(rows, neighbours.before.len());
    let position = position.as_slice();
    for row in rows {
        for place in 1..row.len() {
            let (upper, lower) = (row[place - 1], row[place]);
            let gain = |side: Side| {
                let (up, down) = (neighbours.on(side, upper), neighbours.on(side, lower));
                let pairs = up.iter().flat_map(|a| down.iter().map(move |b| (position[*a], position[*b])));
                pairs.fold(0_i64, |sum, (a, b)| sum + i64::from(a > b) - i64::from(a < b))
            };
            if gain(Side::Before) + gain(Side::After) > 0 {
                row.swap(place - 1, place);
            }
        }
    }
}

fn crossings(rows: &[Vec<usize>], neighbours: &Neighbours) -> usize {
    let position = positions(rows, neighbours.before.len());
    let between = rows.iter().map(|row| {
        let mut ends: Vec<usize> = Vec::new();
        for index in row {
            let mut own: Vec<usize> = neighbours.after[*index].iter().map(|other| position[*other]).collect();
            own.sort_unstable();
            ends.extend(own);
        }
        inversions(&mut ends)
    });
    between.sum()
}

/// Pairs in the wrong order, counted while sorting.
fn inversions(values: &mut [usize]) -> usize {
    if values.len() < 2 {
        return 0;
    }
    let middle = values.len() / 2;
    let mut count = inversions(&mut values[..middle]) + inversions(&mut values[middle..]);
    let (left, right) = (values[..middle].to_vec(), values[middle..].to_vec());
    let (mut a, mut b) = (0, 0);
    for value in values.iter_mut() {
        if b == right.len() || (a < left.len() && left[a] <= right[b]) {
            *value = left[a];
            a += 1;
        } else {
            *value = right[b];
            b += 1;
            count += left.len() - a;
        }
    }
    count
}

#[expect(clippy::cast_precision_loss, reason = "places in a picture")]
const fn float(count: usize) -> f64 {
    count as f64
}

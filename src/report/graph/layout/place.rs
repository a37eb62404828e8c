//! Heights: every box as near to the level of its neighbours as the boxes above and below it let it.

use super::layers::Layering;

/// Room an arrow takes where it passes a layer.
pub(super) const BEND_HEIGHT: f64 = 14.0;
const GAP: f64 = 22.0;
const SWEEPS: usize = 12;

/// The top edge of each member of the layers.
pub(super) fn tops(layering: &Layering, rows: &[Vec<usize>], heights: &[f64], anchors: &[f64]) -> Vec<f64> {
    let mut levels = vec![0.0; heights.len()];
    for row in rows {
        let mut top = 0.0;
        for &index in row {
            levels[index] = top + anchors[index];
            top += heights[index] + GAP;
        }
    }
    let mut near = vec![Vec::new(); heights.len()];
    for &(left, right) in &layering.hops {
        near[left].push(right);
        near[right].push(left);
    }
    for sweep in 0..SWEEPS {
        let forth = sweep % 2 == 0;
        for step in 0..rows.len() {
            let row = &rows[if forth { step } else { rows.len() - 1 - step }];
            settle(row, (heights, anchors), &near, &mut levels);
        }
    }
    let tops: Vec<f64> = levels.iter().zip(anchors).map(|(level, anchor)| level - anchor).collect();
    closed_up(&tops, heights)
}

/// From the top down, without the bands in which nothing stands: what is connected with nothing else comes up to the rest.
fn closed_up(tops: &[f64], heights: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..tops.len()).collect();
    order.sort_by(|one, other| tops[*one].total_cmp(&tops[*other]));
    let mut closed = tops.to_vec();
    let Some(&first) = order.first() else { return closed };
    let (mut shift, mut bottom) = (tops[first], tops[first]);
    for index in order {
        shift += (tops[index] - bottom - 2.0 * GAP).max(0.0);
        bottom = bottom.max(tops[index] + heights[index]);
        closed[index] -= shift;
    }
    closed
}

/// Moves one layer: wishes that get in each other's way are met halfway, as a block.
fn settle(row: &[usize], (heights, anchors): (&[f64], &[f64]), near: &[Vec<usize>], levels: &mut [f64]) {
    // Each wish less the room above it, so that "in order" becomes "not falling".
    let mut blocks: Vec<(f64, f64)> = Vec::new();
    let mut sizes: Vec<usize> = Vec::new();
    let mut offsets = Vec::with_capacity(row.len());
    let mut room = 0.0;
    for &index in row {
        let offset = room + anchors[index];
        room += heights[index] + GAP;
        offsets.push(offset);
        let (wish, weight) = wish(&near[index], levels, levels[index]);
        let mut block = (wish - offset, weight);
        let mut size = 1;
        while let Some(&(above, above_weight)) = blocks.last() {
            if above <= block.0 {
                break;
            }
            let whole = above_weight + block.1;
            block = ((above * above_weight + block.0 * block.1) / whole, whole);
            size += sizes.pop().unwrap_or(0);
            blocks.pop();
        }
        blocks.push(block);
        sizes.push(size);
    }
    let placed = blocks.iter().zip(&sizes).flat_map(|((start, _), size)| std::iter::repeat_n(*start, *size));
    for ((&index, offset), start) in row.iter().zip(offsets).zip(placed) {
        levels[index] = start + offset;
    }
}

/// Where a box would like its arrows to be, and how much. Who is connected with nothing has hardly a wish.
fn wish(near: &[usize], levels: &[f64], own: f64) -> (f64, f64) {
    const INDIFFERENT: f64 = 0.05;
    if near.is_empty() {
        return (own, INDIFFERENT);
    }
    let count = near.iter().fold(0.0, |count, _| count + 1.0);
    (near.iter().map(|other| levels[*other]).sum::<f64>() / count, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_in_which_nothing_stands_are_closed() {
        let closed = closed_up(&[500.0, -10.0, 20.0], &[40.0, 40.0, 40.0]);
        assert_eq!(closed, [70.0 + 2.0 * GAP, 0.0, 30.0]);
        assert_eq!(closed_up(&[], &[]), [0.0; 0]);
    }
}

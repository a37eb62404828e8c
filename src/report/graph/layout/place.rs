//! Heights: every box as near to the middle of its neighbours as the boxes above and below it let it.

use super::layers::Layering;

/// Room an arrow takes where it passes a layer.
pub(super) const BEND_HEIGHT: f64 = 14.0;
const GAP: f64 = 22.0;
const SWEEPS: usize = 12;

/// The top edge of each member of the layers.
pub(super) fn tops(layering: &Layering, rows: &[Vec<usize>], heights: &[f64]) -> Vec<f64> {
    let mut centres = vec![0.0; heights.len()];
    for row in rows {
        let mut top = 0.0;
        for &index in row {
            centres[index] = top + heights[index] / 2.0;
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
            settle(row, heights, &near, &mut centres);
        }
    }
    let tops: Vec<f64> = centres.iter().zip(heights).map(|(centre, height)| centre - height / 2.0).collect();
    let highest = tops.iter().copied().fold(f64::INFINITY, f64::min);
    tops.iter().map(|top| top - if highest.is_finite() { highest } else { 0.0 }).collect()
}

/// Moves one layer: wishes that get in each other's way are met halfway, as a block.
fn settle(row: &[usize], heights: &[f64], near: &[Vec<usize>], centres: &mut [f64]) {
    // Each wish less the room above it, so that "in order" becomes "not falling".
    let mut blocks: Vec<(f64, f64)> = Vec::new();
    let mut sizes: Vec<usize> = Vec::new();
    let mut offsets = Vec::with_capacity(row.len());
    let mut room = 0.0;
    for &index in row {
        let offset = room + heights[index] / 2.0;
        room += heights[index] + GAP;
        offsets.push(offset);
        let (wish, weight) = wish(&near[index], centres, centres[index]);
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
        centres[index] = start + offset;
    }
}

/// Where a box would like its middle to be, and how much. Who is connected with nothing has hardly a wish.
fn wish(near: &[usize], centres: &[f64], own: f64) -> (f64, f64) {
    const INDIFFERENT: f64 = 0.05;
    if near.is_empty() {
        return (own, INDIFFERENT);
    }
    let count = near.iter().fold(0.0, |count, _| count + 1.0);
    (near.iter().map(|other| centres[*other]).sum::<f64>() / count, count)
}

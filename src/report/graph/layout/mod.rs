//! Boxes and arrows from left to right: each box in a layer, few crossings, arrows as straight as they get.
//!
//! Knows sizes and connections only. In steps: `layers`, `order` (barycentres), `place`.

mod layers;
mod order;
mod place;

/// A box to be placed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub width: f64,
    pub height: f64,
    /// The leftmost layer it may stand in.
    pub least_layer: usize,
}

/// Where a box ended up: its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub x: f64,
    pub y: f64,
}

#[derive(Debug)]
pub(super) struct Layout {
    /// In the order of the boxes given.
    pub spots: Vec<Spot>,
    /// In the order of the arrows given: the free points between its ends, left to right, where it passes other layers.
    pub bends: Vec<Vec<Spot>>,
    pub width: f64,
    pub height: f64,
}

/// Room between layers, for arrows to turn in.
const LAYER_GAP: f64 = 88.0;

/// Places boxes that are connected by arrows (from, to).
pub(super) fn layout(sizes: &[Size], arrows: &[(usize, usize)]) -> Layout {
    let layering = layers::layers(sizes, arrows);
    let rows = order::order(&layering);
    let heights: Vec<f64> = (0..layering.layer_of.len())
        .map(|index| sizes.get(index).map_or(place::BEND_HEIGHT, |size| size.height))
        .collect();
    let tops = place::tops(&layering, &rows, &heights);
    let lefts = lefts(sizes, &rows);
    let spots = (0..sizes.len()).map(|index| Spot { x: lefts[layering.layer_of[index]].0, y: tops[index] }).collect();
    let bend = |index: &usize| {
        let (left, width) = lefts[layering.layer_of[*index]];
        Spot { x: left + width / 2.0, y: tops[*index] + place::BEND_HEIGHT / 2.0 }
    };
    let bends = layering.chains.iter().map(|chain| chain.iter().map(bend).collect()).collect();
    let bottom = tops.iter().zip(&heights).map(|(top, height)| top + height).fold(0.0, f64::max);
    let right = lefts.last().map_or(0.0, |(left, width)| left + width);
    Layout { spots, bends, width: right, height: bottom }
}

/// Left edge and width of each layer.
fn lefts(sizes: &[Size], rows: &[Vec<usize>]) -> Vec<(f64, f64)> {
    let mut left = 0.0;
    let place = |row: &Vec<usize>| {
        let width = row.iter().filter_map(|index| sizes.get(*index)).map(|size| size.width).fold(0.0, f64::max);
        let own = (left, width);
        left += width + LAYER_GAP;
        own
    };
    rows.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(least: &[usize]) -> Vec<Size> {
        least.iter().map(|least_layer| Size { width: 100.0, height: 40.0, least_layer: *least_layer }).collect()
    }

    fn overlap(left: Spot, right: Spot) -> bool {
        (left.x - right.x).abs() < 100.0 && (left.y - right.y).abs() < 40.0
    }

    #[test]
    fn boxes_do_not_overlap_and_arrows_go_right() {
        let sizes = boxes(&[0, 1, 2, 2, 2, 3, 3, 3]);
        let arrows = [(0, 1), (1, 2), (1, 3), (1, 4), (2, 5), (3, 6), (4, 7), (0, 7)];
        let made = layout(&sizes, &arrows);
        for (from, to) in arrows {
            assert!(made.spots[from].x + 100.0 < made.spots[to].x);
        }
        for (index, left) in made.spots.iter().enumerate() {
            assert!(made.spots[index + 1..].iter().all(|right| !overlap(*left, *right)), "{made:?}");
        }
        assert_eq!(made.bends[7].len(), 2);
        assert!(made.width > 0.0 && made.height > 0.0);
    }

    #[test]
    fn a_circle_is_drawn_too() {
        let made = layout(&boxes(&[0, 0]), &[(0, 1), (1, 0), (0, 0)]);
        assert!(made.spots[0].x < made.spots[1].x);
    }

    #[test]
    fn what_can_be_drawn_without_crossings_is() {
        // Two chains whose ends are given the wrong way round.
        let sizes = boxes(&[0, 0, 1, 1, 2, 2]);
        let made = layout(&sizes, &[(0, 3), (1, 2), (2, 4), (3, 5)]);
        let above = |left: usize, right: usize| made.spots[left].y < made.spots[right].y;
        assert_eq!(above(0, 1), above(3, 2));
        assert_eq!(above(3, 2), above(5, 4));
    }
}

//! Which layer each box stands in, and which layers an arrow passes on its way.

use super::Size;

/// Boxes first, by their index; after them the places where long arrows pass a layer.
#[derive(Debug, Default)]
pub(super) struct Layering {
    pub layer_of: Vec<usize>,
    pub layer_count: usize,
    /// Hops from one layer to the next: boxes and passing places alike.
    pub hops: Vec<(usize, usize)>,
    /// By arrow: the passing places, in the arrow's direction.
    pub chains: Vec<Vec<usize>>,
}

/// A box stands right of everything that points at it. Arrows that close a circle are turned round for this.
pub(super) fn layers(sizes: &[Size], arrows: &[(usize, usize)]) -> Layering {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); sizes.len()];
    for &(from, to) in arrows.iter().filter(|(from, to)| from != to) {
        next[from].push(to);
    }
    let position = positions(&next);
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|index| position[*index]);
    let mut layer_of: Vec<usize> = sizes.iter().map(|size| size.least_layer).collect();
    let mut forward: Vec<Vec<usize>> = vec![Vec::new(); sizes.len()];
    for &(from, to) in arrows.iter().filter(|(from, to)| from != to) {
        let (from, to) = if position[from] < position[to] { (from, to) } else { (to, from) };
        forward[from].push(to);
    }
    for index in order {
        for &to in &forward[index] {
            layer_of[to] = layer_of[to].max(layer_of[index] + 1);
        }
    }
    let mut layering = Layering { layer_of, ..Layering::default() };
    for &(from, to) in arrows {
        let chain = pass(&mut layering, from, to);
        layering.chains.push(chain);
    }
    layering.layer_count = layering.layer_of.iter().max().map_or(0, |last| last + 1);
    layering
}

/// An order in which arrows lead on, but for those that close a circle: the reverse of the order of leaving.
fn positions(next: &[Vec<usize>]) -> Vec<usize> {
    let (mut entered, mut left) = (vec![false; next.len()], Vec::with_capacity(next.len()));
    for start in (0..next.len()).rev() {
        if entered[start] {
            continue;
        }
        entered[start] = true;
        let mut path = vec![(start, 0)];
        while let Some((index, done)) = path.pop() {
            match next[index].get(done) {
                None => left.push(index),
                Some(&to) => {
                    path.push((index, done + 1));
                    if !entered[to] {
                        entered[to] = true;
                        path.push((to, 0));
                    }
                }
            }
        }
    }
    let mut position = vec![0; next.len()];
    for (place, index) in left.into_iter().rev().enumerate() {
        position[index] = place;
    }
    position
}

/// The passing places of one arrow, and its hops.
fn pass(layering: &mut Layering, from: usize, to: usize) -> Vec<usize> {
    let turned = layering.layer_of[from] > layering.layer_of[to];
    let (left, right) = if turned { (to, from) } else { (from, to) };
    let mut chain = Vec::new();
    let mut last = left;
    for layer in layering.layer_of[left] + 1..layering.layer_of[right] {
        let place = layering.layer_of.len();
        layering.layer_of.push(layer);
        layering.hops.push((last, place));
        chain.push(place);
        last = place;
    }
    if left != right {
        layering.hops.push((last, right));
    }
    if turned {
        chain.reverse();
    }
    chain
}

//! The separation of wide vectors, a pair of blocks of rows at a time.
//!
//! A pair of blocks adds to the sums of both, so no two that are worked on at once may share a block.
//! In round r of n, block i meets block j where i + j is r or r + n: a block meets each of the n
//! blocks once, itself among them, in an order that neither threads nor lanes change.

use pulp::{Simd, bytemuck};

use crate::buffer::Aligned;
use crate::directions::{Directions, through_norm};
use crate::error::Result;
use crate::lanes::{lanes, load};
use crate::law::{Law, Terms};
use crate::made::Made;
use crate::panels::{self, PANEL, depth, scatter};
use crate::path::{Loop, Path};
use crate::product::across;
use crate::real::Real;
use crate::separation::Shape;
use crate::threads;
use crate::tile::{BLOCK, Block, Rows, Tile};

/// Makes what is wanted of latents that are not empty.
pub fn make<T: Real>(
    latents: &[T],
    shape: Shape,
    law: Law,
    path: Path,
    made: Made<T>,
) -> Result<()> {
    let threads = shape.threads(shape.batch.div_ceil(BLOCK))?;
    let size = (shape.batch, shape.width);
    let directions = panels::directions(latents, size, path, threads)?;
    let (losses, gradient, upstream, times): (&mut [T], &mut [T], &[T], _) = match made {
        Made::Losses(losses) => (losses, &mut [], &[], 0.0),
        // A pair is in the losses of both its samples.
        Made::LossesAndGradient(losses, gradient) => (losses, gradient, &[], 2.0),
        Made::Gradient(upstream, gradient) => (&mut [], gradient, upstream, 1.0),
    };
    let wanted = if gradient.is_empty() {
        0
    } else {
        directions.units.len()
    };
    let mut slopes = Aligned::zeros("the slopes", wanted)?;
    let terms = law.terms();
    let mut blocks = blocks(&directions.units, shape, upstream, losses, &mut slopes);
    meet(&mut blocks, shape, terms, path, threads);
    let ends = ends(&directions, &slopes, shape, times * terms.factor, gradient);
    threads::each(threads, ends, |end| path.run(end));
    Ok(())
}

/// The first so many numbers, or none where there are none.
fn cut<'a, T>(numbers: &mut &'a mut [T], count: usize) -> &'a mut [T] {
    let count = count.min(numbers.len());
    numbers.split_off_mut(..count).unwrap_or_default()
}

/// The rows of all items in blocks, each of one item.
fn blocks<'a, T: Real>(
    units: &'a [T],
    shape: Shape,
    upstream: &'a [T],
    mut losses: &'a mut [T],
    mut slopes: &'a mut [T],
) -> Vec<Block<'a, T>> {
    let (mut blocks, mut start) = (Vec::new(), 0);
    for item in 0..shape.items {
        for first in (0..shape.batch).step_by(BLOCK) {
            let count = BLOCK.min(shape.batch - first);
            let numbers = count.div_ceil(PANEL) * PANEL * depth(shape.width);
            let row = item * shape.batch + first;
            let rows = Rows {
                units: &units[start..start + numbers],
                upstream: upstream.get(row..row + count).unwrap_or_default(),
                count,
            };
            blocks.push(Block {
                rows,
                losses: cut(&mut losses, count),
                slopes: cut(&mut slopes, numbers),
            });
            start += numbers;
        }
    }
    blocks
}

/// Works on every pair of blocks of each item once.
fn meet<T: Real>(
    blocks: &mut [Block<T>],
    shape: Shape,
    terms: Terms<T>,
    path: Path,
    threads: usize,
) {
    let rounds = shape.batch.div_ceil(BLOCK);
    let width = shape.width;
    for round in 0..rounds {
        let mut tiles = Vec::new();
        for item in blocks.chunks_mut(rounds) {
            let mut free: Vec<_> = item.iter_mut().map(Some).collect();
            for i in 0..rounds {
                if let Some(ours) = free[i].take() {
                    let theirs = free[(round + rounds - i) % rounds].take();
                    tiles.push(Tile {
                        ours,
                        theirs,
                        width,
                        terms,
                    });
                }
            }
        }
        threads::each(threads, tiles, |tile| path.run(tile));
    }
}

/// A panel's way from sums of slopes to the gradient.
struct End<'a, T> {
    units: &'a [T],
    slopes: &'a [T],
    factors: (&'a [T], &'a [T]),
    times: T,
    width: usize,
    gradient: &'a mut [T],
}

fn ends<'a, T: Real>(
    directions: &'a Directions<T>,
    slopes: &'a [T],
    shape: Shape,
    times: f64,
    gradient: &'a mut [T],
) -> Vec<End<'a, T>> {
    let (batch, width) = (shape.batch, shape.width);
    let panel = depth(width) * PANEL;
    let mut panels = directions.units.chunks(panel).zip(slopes.chunks(panel));
    let scales = directions.scales.chunks(batch);
    let factors = scales.zip(directions.pulls.chunks(batch));
    let mut ends = Vec::new();
    for (gradient, (scales, pulls)) in gradient.chunks_mut(batch * width).zip(factors) {
        let factors = scales.chunks(PANEL).zip(pulls.chunks(PANEL));
        let rows = gradient.chunks_mut(PANEL * width).zip(factors);
        for ((gradient, factors), (units, slopes)) in rows.zip(&mut panels) {
            let times = T::of(times);
            ends.push(End {
                units,
                slopes,
                factors,
                times,
                width,
                gradient,
            });
        }
    }
    ends
}

impl<T: Real> Loop for End<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (across, lanes) = (across::<T, S>(), lanes::<T, S>());
        let zero = T::splat(simd, T::ZERO);
        let (mut units, mut slopes) = (vec![zero; self.width], vec![zero; self.width]);
        let columns = bytemuck::cast_slice::<_, T::Vector<S>>(self.units);
        let sums = bytemuck::cast_slice::<_, T::Vector<S>>(self.slopes);
        let times = T::splat(simd, self.times);
        let factors = self
            .factors
            .0
            .chunks(lanes)
            .zip(self.factors.1.chunks(lanes));
        let rows = self.gradient.chunks_mut(lanes * self.width).zip(factors);
        for (i, (gradient, (scales, pulls))) in rows.enumerate() {
            for k in 0..self.width {
                (units[k], slopes[k]) = (columns[k * across + i], sums[k * across + i]);
            }
            let factors = (load::<T, S>(scales), load::<T, S>(pulls));
            through_norm::<T, S>(simd, &mut slopes, &units, times, factors);
            scatter::<T, S>(&slopes, gradient);
        }
    }
}

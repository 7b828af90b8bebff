//! The loop over pairs of wide vectors: cosines, and sums of slopes, by products of matrices.
//!
//! A tile has the cosines of some rows with a stripe of others. The law turns them into losses and
//! slopes where they stand, and the slopes are multiplied with the others' directions before the
//! next tile takes their place. Each number is summed in the order in which [`crate::pairs`] sums it.

use pulp::{Simd, bytemuck};

use crate::directions::through_norm;
use crate::lanes::{CHAIN, Columns, lanes, load, store};
use crate::law::Terms;
use crate::panels::{PANEL, depth, panels};
use crate::path::Loop;
use crate::product::{VECTORS, across, by_columns, by_rows};
use crate::real::Real;
use crate::rows::{Made, Rows, STRIPE};

/// Pairs that the law works on at once, as in the loop over narrow vectors.
const AT_ONCE: usize = 4;

/// A loop over pairs by tiles; the units of the directions are in panels.
pub struct Tiles<'a, T>(pub Rows<'a, T>, pub Made<'a, T>);

impl<T: Real> Loop for Tiles<'_, T> {
    /// Sums of a block stay in registers, with room for what they are made of.
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self(rows, made) = self;
        if S::REGISTER_COUNT < 32 {
            work::<T, S, 4>(simd, rows, made);
        } else {
            work::<T, S, 8>(simd, rows, made);
        }
    }
}

#[inline(always)]
fn work<T: Real, S: Simd, const G: usize>(simd: S, rows: Rows<T>, made: Made<T>) {
    match made {
        Made::Losses(losses) => {
            let mut tile = Tile::<T, S, G>::new(simd, &rows, losses.len(), &[]);
            tile.sum::<false, false>();
            tile.write_losses(losses);
        }
        Made::LossesAndGradient(losses, gradient) => {
            let mut tile = Tile::<T, S, G>::new(simd, &rows, losses.len(), &[]);
            tile.sum::<true, false>();
            tile.write_losses(losses);
            tile.write_gradient(2.0, gradient); // a pair is in the losses of both its samples
        }
        Made::Gradient(upstream, gradient) => {
            let count = gradient.len() / rows.width;
            let mut tile = Tile::<T, S, G>::new(simd, &rows, count, upstream);
            tile.sum::<true, true>();
            tile.write_gradient(1.0, gradient);
        }
    }
}

/// Some rows of an item, their cosines with a stripe of others, and their sums over all stripes.
struct Tile<'a, T: Real, S: Simd, const G: usize> {
    simd: S,
    rows: &'a Rows<'a, T>,
    count: usize,
    /// What comes from upstream to all rows, if it is asked for.
    upstream: &'a [T],
    /// All panels of the item.
    units: &'a [T],
    /// The rows' own panels (panels × depth × across).
    own: &'a [T::Vector<S>],
    /// Cosines, then powers of them (panels × STRIPE × across).
    pairs: Vec<T::Vector<S>>,
    /// Σ s^power (panels × across).
    losses: Vec<T::Vector<S>>,
    /// Σ s^(power − 1) · û (panels × depth × across).
    slopes: Vec<T::Vector<S>>,
}

/// Others: their panels, the first of them and how many they are.
struct Stripe<'a, T> {
    units: &'a [T],
    first: usize,
    count: usize,
}

impl<'a, T: Real, S: Simd, const G: usize> Tile<'a, T, S, G> {
    #[inline(always)]
    fn new(simd: S, rows: &'a Rows<'a, T>, count: usize, upstream: &'a [T]) -> Self {
        let (zero, across) = (T::splat(simd, T::ZERO), across::<T, S>());
        let (start, stop) = rows.item;
        let panel = depth(rows.width) * PANEL;
        let all = panels(stop - start) * panel;
        let units = &rows.directions.units[start / (stop - start) * all..][..all];
        let own = &units[(rows.first - start) / PANEL * panel..][..panels(count) * panel];
        Self {
            simd,
            rows,
            count,
            upstream,
            units,
            own: bytemuck::cast_slice(own),
            pairs: vec![zero; panels(count) * STRIPE * across],
            losses: vec![zero; panels(count) * across],
            slopes: Vec::new(),
        }
    }

    #[inline(always)]
    fn sum<const SLOPES: bool, const WEIGHTED: bool>(&mut self) {
        let (start, stop) = self.rows.item;
        if SLOPES {
            self.slopes = vec![T::splat(self.simd, T::ZERO); self.own.len()];
        }
        let units = self.units.chunks(depth(self.rows.width) * STRIPE);
        for (units, first) in units.zip((start..stop).step_by(STRIPE)) {
            let count = STRIPE.min(stop - first);
            let stripe = Stripe {
                units,
                first,
                count,
            };
            self.take_cosines(&stripe);
            self.weigh::<WEIGHTED>(&stripe);
            if SLOPES {
                self.add_slopes(&stripe);
            }
        }
    }

    /// Cosines of the rows with the stripe, in chains of coordinates.
    #[inline(always)]
    fn take_cosines(&mut self, stripe: &Stripe<T>) {
        let (simd, across, width) = (self.simd, across::<T, S>(), self.rows.width);
        let depth = depth(width);
        let used = self.count.div_ceil(lanes::<T, S>());
        for start in (0..width).step_by(CHAIN) {
            let chain = start..width.min(start + CHAIN);
            let own = self.own.chunks(depth * across);
            for (i, (own, pairs)) in own.zip(self.pairs.chunks_mut(STRIPE * across)).enumerate() {
                let own = &own[chain.start * across..chain.end * across];
                let others = stripe.units.chunks(depth * PANEL);
                for (others, (j, pairs)) in others.zip(pairs.chunks_mut(PANEL * across).enumerate())
                {
                    let others = &others.as_chunks::<PANEL>().0[chain.clone()];
                    let count = PANEL.min(stripe.count - j * PANEL);
                    for at in (0..count).step_by(G) {
                        for v in (0..across.min(used - i * across)).step_by(VECTORS) {
                            let sums = by_columns::<T, S, G>(simd, &own[v..], others, at);
                            for (g, sums) in sums.iter().enumerate() {
                                let pairs = &mut pairs[(at + g) * across + v..][..VECTORS];
                                for (pair, &sum) in pairs.iter_mut().zip(sums) {
                                    *pair = if start == 0 {
                                        sum
                                    } else {
                                        T::sum(simd, *pair, sum)
                                    };
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Turns the cosines with the stripe into powers, and adds up the losses.
    #[inline(always)]
    fn weigh<const WEIGHTED: bool>(&mut self, stripe: &Stripe<T>) {
        let (simd, across, lanes) = (self.simd, across::<T, S>(), lanes::<T, S>());
        let zero = T::splat(simd, T::ZERO);
        let theirs = if WEIGHTED {
            &self.upstream[stripe.first..stripe.first + stripe.count]
        } else {
            &[]
        };
        for i in 0..self.count.div_ceil(lanes) {
            let ours = if WEIGHTED {
                let first = i * lanes;
                let count = lanes.min(self.count - first);
                load::<T, S>(&self.upstream[self.rows.first + first..][..count])
            } else {
                zero
            };
            let pairs = &mut self.pairs[i / across * STRIPE * across + i % across..];
            let mut losses = zero;
            let mut j = 0;
            while j < stripe.count {
                let theirs = if WEIGHTED { &theirs[j..] } else { &[] };
                let pairs = &mut pairs[j * across..];
                let found;
                (found, j) = if j + AT_ONCE <= stripe.count {
                    (
                        self::weigh::<T, S, AT_ONCE, WEIGHTED>(
                            simd,
                            &self.rows.terms,
                            pairs,
                            ours,
                            theirs,
                        ),
                        j + AT_ONCE,
                    )
                } else {
                    (
                        self::weigh::<T, S, 1, WEIGHTED>(
                            simd,
                            &self.rows.terms,
                            pairs,
                            ours,
                            theirs,
                        ),
                        j + 1,
                    )
                };
                losses = T::sum(simd, losses, found);
            }
            self.losses[i] = T::sum(simd, self.losses[i], losses);
        }
    }

    /// Adds up Σ power · û over the stripe.
    #[inline(always)]
    fn add_slopes(&mut self, stripe: &Stripe<T>) {
        let (simd, across, depth) = (self.simd, across::<T, S>(), depth(self.rows.width));
        let used = self.count.div_ceil(lanes::<T, S>());
        let own = self.pairs.chunks(STRIPE * across);
        for (i, (pairs, slopes)) in own.zip(self.slopes.chunks_mut(depth * across)).enumerate() {
            let pairs = &pairs[..stripe.count * across];
            for (k, slopes) in slopes.chunks_exact_mut(G * across).enumerate() {
                for v in (0..across.min(used - i * across)).step_by(VECTORS) {
                    let mut sums = [[T::splat(simd, T::ZERO); VECTORS]; G];
                    let others = stripe.units.chunks(depth * PANEL);
                    for (others, pairs) in others.zip(pairs.chunks(PANEL * across)) {
                        let others = &others.as_chunks::<PANEL>().0.as_chunks::<G>().0[k];
                        by_rows::<T, S, G>(simd, &pairs[v..], others, &mut sums);
                    }
                    for (g, sums) in sums.iter().enumerate() {
                        let slopes = &mut slopes[g * across + v..][..VECTORS];
                        for (slope, &sum) in slopes.iter_mut().zip(sums) {
                            *slope = T::sum(simd, *slope, sum);
                        }
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn write_losses(&self, losses: &mut [T]) {
        for (&vector, losses) in self.losses.iter().zip(losses.chunks_mut(lanes::<T, S>())) {
            store::<T, S>(vector, losses);
        }
    }

    /// From sums over the others, each counted `times`, to the gradient by z, row by row.
    #[inline(always)]
    fn write_gradient(&self, times: f64, gradient: &mut [T]) {
        let (simd, across, lanes) = (self.simd, across::<T, S>(), lanes::<T, S>());
        let (width, depth) = (self.rows.width, depth(self.rows.width));
        let times = T::splat(simd, T::of(self.rows.terms.factor * times));
        let own = self.rows.first..self.rows.first + self.count;
        let scales = self.rows.directions.scales[own.clone()].chunks(lanes);
        let factors = scales.zip(self.rows.directions.pulls[own].chunks(lanes));
        let mut units = Columns::<T, S, 0>::zeros(simd, width);
        let mut slopes = Columns::<T, S, 0>::zeros(simd, width);
        let rows = gradient.chunks_mut(lanes * width).zip(factors);
        for (i, (gradient, (scales, pulls))) in rows.enumerate() {
            let at = i / across * depth * across + i % across;
            units.pick(&self.own[at..], across);
            slopes.pick(&self.slopes[at..], across);
            let factors = (load::<T, S>(scales), load::<T, S>(pulls));
            through_norm::<T, S>(simd, slopes.get_mut(), units.get(), times, factors);
            slopes.scatter(gradient);
        }
    }
}

/// Turns cosines of one vector of rows with `A` others into powers, and returns their losses.
#[inline(always)]
fn weigh<T: Real, S: Simd, const A: usize, const WEIGHTED: bool>(
    simd: S,
    terms: &Terms<T>,
    pairs: &mut [T::Vector<S>],
    ours: T::Vector<S>,
    theirs: &[T],
) -> T::Vector<S> {
    let across = across::<T, S>();
    let mut cosines = [T::splat(simd, T::ZERO); A];
    for a in 0..A {
        cosines[a] = pairs[a * across];
    }
    let (losses, powers) = terms.weigh::<S, A, WEIGHTED>(simd, cosines, ours, theirs);
    for a in 0..A {
        pairs[a * across] = powers[a];
    }
    losses
}

//! The inner loop of the angular separation: some rows of pairs, a row in each lane.

use pulp::Simd;

use crate::directions::{Directions, through_norm};
use crate::lanes::{CHAIN, Columns, lanes, load, multiply_add, store};
use crate::law::Terms;
use crate::made::Made;
use crate::path::Loop;
use crate::real::Real;

/// Pairs of a row that are summed up before they join the rest: long chains of sums lose digits.
const STRIPE: usize = 64;

/// Others that are worked on at once, so that the processor need not wait for one to be done.
const GROUP: usize = 4;

/// The vectors of one item, and which of their rows are to be worked on.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    /// Directions of all vectors of all items.
    pub directions: &'a Directions<T>,
    pub width: usize,
    /// The first row of the item, and the first after it.
    pub item: (usize, usize),
    /// The first row to work on.
    pub first: usize,
    pub terms: Terms<T>,
}

/// A loop over pairs, to be run on a path.
pub struct Pairs<'a, T>(pub Rows<'a, T>, pub Made<'a, T>);

impl<T: Real> Loop for Pairs<'_, T> {
    /// Small widths are constants, so that coordinates are kept in registers.
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self(rows, made) = self;
        match rows.width {
            2 => work::<T, S, 2>(simd, rows, made),
            3 => work::<T, S, 3>(simd, rows, made),
            4 => work::<T, S, 4>(simd, rows, made),
            5 => work::<T, S, 5>(simd, rows, made),
            6 => work::<T, S, 6>(simd, rows, made),
            8 => work::<T, S, 8>(simd, rows, made),
            _ => work::<T, S, 0>(simd, rows, made),
        }
    }
}

#[inline(always)]
fn work<T: Real, S: Simd, const K: usize>(simd: S, rows: Rows<T>, made: Made<T>) {
    let (width, lanes) = (rows.width, lanes::<T, S>());
    let mut block = Block::<T, S, K>::new(simd, &rows);
    match made {
        Made::Losses(losses) => {
            for (i, losses) in losses.chunks_mut(lanes).enumerate() {
                block.take(rows.first + i * lanes, losses.len());
                block.sum::<true, false, false>(&[]);
                store::<T, S>(block.losses, losses);
            }
        }
        Made::LossesAndGradient(losses, gradient) => {
            let chunks = losses
                .chunks_mut(lanes)
                .zip(gradient.chunks_mut(lanes * width));
            for (i, (losses, gradient)) in chunks.enumerate() {
                block.take(rows.first + i * lanes, losses.len());
                block.sum::<true, true, false>(&[]);
                store::<T, S>(block.losses, losses);
                block.through_norm(2.0, gradient); // a pair is in the losses of both its samples
            }
        }
        Made::Gradient(upstream, gradient) => {
            for (i, gradient) in gradient.chunks_mut(lanes * width).enumerate() {
                block.take(rows.first + i * lanes, gradient.len() / width);
                block.sum::<false, true, true>(upstream);
                block.through_norm(1.0, gradient);
            }
        }
    }
}

/// As many rows as there are lanes, and their sums over the others.
struct Block<'a, T: Real, S: Simd, const K: usize> {
    simd: S,
    rows: &'a Rows<'a, T>,
    first: usize,
    count: usize,
    units: Columns<T, S, K>,
    /// Σ s^power.
    losses: T::Vector<S>,
    /// Σ s^(power − 1) · û.
    slopes: Columns<T, S, K>,
}

impl<'a, T: Real, S: Simd, const K: usize> Block<'a, T, S, K> {
    #[inline(always)]
    fn new(simd: S, rows: &'a Rows<'a, T>) -> Self {
        Self {
            simd,
            rows,
            first: 0,
            count: 0,
            units: Columns::zeros(simd, rows.width),
            losses: T::splat(simd, T::ZERO),
            slopes: Columns::zeros(simd, rows.width),
        }
    }

    #[inline(always)]
    fn take(&mut self, first: usize, count: usize) {
        let width = self.rows.width;
        (self.first, self.count) = (first, count);
        let units = &self.rows.directions.units;
        self.units
            .gather(&units[first * width..(first + count) * width]);
    }

    /// Sums over the others, in stripes: long chains of sums lose digits.
    #[inline(always)]
    fn sum<const LOSSES: bool, const SLOPES: bool, const WEIGHTED: bool>(
        &mut self,
        upstream: &[T],
    ) {
        let (simd, width) = (self.simd, if K == 0 { self.rows.width } else { K });
        let (start, stop) = self.rows.item;
        let others = &self.rows.directions.units[start * width..stop * width];
        let theirs = if WEIGHTED {
            &upstream[start..stop]
        } else {
            &[]
        };
        let zero = T::splat(simd, T::ZERO);
        let ours = if WEIGHTED {
            load::<T, S>(&upstream[self.first..self.first + self.count])
        } else {
            zero
        };
        self.losses = zero;
        self.slopes.get_mut().fill(zero);
        let mut partial = Columns::<T, S, K>::zeros(simd, width);
        for (i, stripe) in others.chunks(STRIPE * width).enumerate() {
            let theirs = if WEIGHTED { &theirs[i * STRIPE..] } else { &[] };
            let mut losses = zero;
            partial.get_mut().fill(zero);
            let mut groups = stripe.chunks_exact(GROUP * width);
            for (j, group) in groups.by_ref().enumerate() {
                let theirs = if WEIGHTED { &theirs[j * GROUP..] } else { &[] };
                let found =
                    self.pairs::<GROUP, SLOPES, WEIGHTED>(group, ours, theirs, &mut partial);
                if LOSSES {
                    losses = T::sum(simd, losses, found);
                }
            }
            let rest = groups.remainder();
            let done = (stripe.len() - rest.len()) / width;
            for (j, other) in rest.chunks_exact(width).enumerate() {
                let theirs = if WEIGHTED { &theirs[done + j..] } else { &[] };
                let found = self.pairs::<1, SLOPES, WEIGHTED>(other, ours, theirs, &mut partial);
                if LOSSES {
                    losses = T::sum(simd, losses, found);
                }
            }
            self.losses = T::sum(simd, self.losses, losses);
            for (slope, &more) in self.slopes.get_mut().iter_mut().zip(partial.get()) {
                *slope = T::sum(simd, *slope, more);
            }
        }
    }

    /// The pairs of the lanes' samples with `G` others: returns the losses and adds the slopes.
    #[inline(always)]
    fn pairs<const G: usize, const SLOPES: bool, const WEIGHTED: bool>(
        &self,
        others: &[T],
        ours: T::Vector<S>,
        theirs: &[T],
        slopes: &mut Columns<T, S, K>,
    ) -> T::Vector<S> {
        let (simd, width) = (self.simd, if K == 0 { self.rows.width } else { K });
        let mut cosines = self.chains::<G>(others, 0);
        let mut start = CHAIN;
        while K == 0 && start < width {
            let more = self.chains::<G>(others, start);
            for g in 0..G {
                cosines[g] = T::sum(simd, cosines[g], more[g]);
            }
            start += CHAIN;
        }
        let terms = &self.rows.terms;
        let (losses, powers) = terms.weigh::<S, G, WEIGHTED>(simd, cosines, ours, theirs);
        if SLOPES {
            for (k, slope) in slopes.get_mut().iter_mut().enumerate() {
                for g in 0..G {
                    let x = T::splat(simd, others[g * width + k]);
                    *slope = multiply_add::<T, S>(simd, powers[g], x, *slope);
                }
            }
        }
        losses
    }

    /// What a chain of coordinates from `start` on adds to the cosines with `G` others.
    #[inline(always)]
    fn chains<const G: usize>(&self, others: &[T], start: usize) -> [T::Vector<S>; G] {
        let (simd, width) = (self.simd, if K == 0 { self.rows.width } else { K });
        let units = self.units.get();
        let units = if K == 0 {
            &units[start..width.min(start + CHAIN)]
        } else {
            units
        };
        let mut cosines = [T::splat(simd, T::ZERO); G];
        for (k, &unit) in units.iter().enumerate() {
            for g in 0..G {
                let x = T::splat(simd, others[g * width + start + k]);
                cosines[g] = multiply_add::<T, S>(simd, unit, x, cosines[g]);
            }
        }
        cosines
    }

    /// From sums over the others, each counted `times`, to the gradient by z, row by row.
    #[inline(always)]
    fn through_norm(&mut self, times: f64, gradient: &mut [T]) {
        let simd = self.simd;
        let own = self.first..self.first + self.count;
        let scales = load::<T, S>(&self.rows.directions.scales[own.clone()]);
        let pulls = load::<T, S>(&self.rows.directions.pulls[own]);
        let factor = T::splat(simd, T::of(self.rows.terms.factor * times));
        let slopes = self.slopes.get_mut();
        through_norm::<T, S>(simd, slopes, self.units.get(), factor, (scales, pulls));
        self.slopes.scatter(gradient);
    }
}

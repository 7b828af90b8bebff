//! The loop over the pairs of two blocks of wide vectors, by products of matrices.
//!
//! The cosines of a pair are made once, and serve both blocks: as they stand and turned over. The law
//! makes losses and powers of them in their place, and the powers are multiplied with the other
//! block's directions. Sums run over coordinates or over the other block, never over lanes.

use pulp::{Simd, bytemuck};

use crate::lanes::{CHAIN, lanes, load, store};
use crate::law::Terms;
use crate::panels::{PANEL, depth};
use crate::path::Loop;
use crate::product::{VECTORS, across, by_columns, by_rows};
use crate::real::Real;

/// Rows of a block: whole panels.
pub const BLOCK: usize = 4 * PANEL;

/// Pairs that the law works on at once, so that the processor need not wait for one to be done.
const AT_ONCE: usize = 4;

/// Some rows of an item.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    /// Their directions, in panels.
    pub units: &'a [T],
    /// What comes from upstream to each, if that is asked for.
    pub upstream: &'a [T],
    pub count: usize,
}

/// Some rows and their sums over the others that were worked on so far.
pub struct Block<'a, T> {
    pub rows: Rows<'a, T>,
    /// Σ s^power (rows), if that is asked for.
    pub losses: &'a mut [T],
    /// Σ s^(power − 1) · û in panels, if that is asked for.
    pub slopes: &'a mut [T],
}

/// Two blocks of an item, or one that is paired with itself.
pub struct Tile<'t, 'a, T> {
    pub ours: &'t mut Block<'a, T>,
    pub theirs: Option<&'t mut Block<'a, T>>,
    pub width: usize,
    pub terms: Terms<T>,
}

impl<T: Real> Loop for Tile<'_, '_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let ours = self.ours.rows;
        let theirs = self.theirs.as_ref().map_or(ours, |block| block.rows);
        let work = Work::<T, S> {
            simd,
            width: self.width,
            terms: self.terms,
        };
        // Sums of a product stay in registers, with room for what they are made of.
        let mut pairs = if S::REGISTER_COUNT < 32 {
            work.cosines::<4>(ours, theirs)
        } else {
            work.cosines::<8>(ours, theirs)
        };
        if let Some(block) = self.theirs {
            let mut turned = turned::<T, S>(&pairs);
            work.add(block, ours, &mut turned);
        }
        work.add(self.ours, theirs, &mut pairs);
    }
}

/// Cosines of two blocks, or powers of them: (panels of the one × rows of the other × across).
type Products<T, S> = Vec<<T as Real>::Vector<S>>;

struct Work<T, S> {
    simd: S,
    width: usize,
    terms: Terms<T>,
}

impl<T: Real, S: Simd> Work<T, S> {
    /// Sums over chains of coordinates, the chains one after the other.
    #[inline(always)]
    fn cosines<const G: usize>(&self, ours: Rows<T>, theirs: Rows<T>) -> Products<T, S> {
        let (simd, across, depth) = (self.simd, across::<T, S>(), depth(self.width));
        let mut cosines = vec![T::splat(simd, T::ZERO); BLOCK / PANEL * BLOCK * across];
        for start in (0..self.width).step_by(CHAIN) {
            let stop = self.width.min(start + CHAIN);
            let panels = ours.units.chunks_exact(depth * PANEL);
            for (ours, cosines) in panels.zip(cosines.chunks_exact_mut(BLOCK * across)) {
                let ours = bytemuck::cast_slice(&ours[start * PANEL..stop * PANEL]);
                let panels = theirs.units.chunks_exact(depth * PANEL);
                for (theirs, cosines) in panels.zip(cosines.chunks_exact_mut(PANEL * across)) {
                    let theirs = &theirs.as_chunks::<PANEL>().0[start..stop];
                    self.add_chain::<G>(ours, theirs, cosines);
                }
            }
        }
        cosines
    }

    /// What a chain of coordinates adds to the cosines of two panels.
    #[inline(always)]
    fn add_chain<const G: usize>(
        &self,
        ours: &[T::Vector<S>],
        theirs: &[[T; PANEL]],
        cosines: &mut [T::Vector<S>],
    ) {
        let (simd, across) = (self.simd, across::<T, S>());
        for (g, cosines) in cosines.chunks_exact_mut(G * across).enumerate() {
            for v in (0..across).step_by(VECTORS) {
                let sums = by_columns::<T, S, G>(simd, &ours[v..], theirs, g * G);
                for (cosines, sums) in cosines.chunks_exact_mut(across).zip(&sums) {
                    for (cosine, &sum) in cosines[v..].iter_mut().zip(sums) {
                        *cosine = T::sum(simd, *cosine, sum);
                    }
                }
            }
        }
    }

    /// Adds to a block's sums what its cosines with others make.
    #[inline(always)]
    fn add(&self, block: &mut Block<T>, others: Rows<T>, cosines: &mut [T::Vector<S>]) {
        if block.rows.upstream.is_empty() {
            self.weigh::<false>(block, others, cosines);
        } else {
            self.weigh::<true>(block, others, cosines);
        }
        if !block.slopes.is_empty() {
            if S::REGISTER_COUNT < 32 {
                self.add_slopes::<4>(block, others, cosines);
            } else {
                self.add_slopes::<8>(block, others, cosines);
            }
        }
    }

    /// Turns cosines into powers, and adds up the losses.
    #[inline(always)]
    fn weigh<const WEIGHTED: bool>(
        &self,
        block: &mut Block<T>,
        others: Rows<T>,
        cosines: &mut [T::Vector<S>],
    ) {
        let (simd, across, lanes) = (self.simd, across::<T, S>(), lanes::<T, S>());
        let zero = T::splat(simd, T::ZERO);
        for i in 0..block.rows.count.div_ceil(lanes) {
            let own = i * lanes..block.rows.count.min((i + 1) * lanes);
            let ours = if WEIGHTED {
                load::<T, S>(&block.rows.upstream[own.clone()])
            } else {
                zero
            };
            let cosines = &mut cosines[i / across * BLOCK * across + i % across..];
            let (mut losses, mut j) = (zero, 0);
            while j < others.count {
                let cosines = &mut cosines[j * across..];
                let theirs = if WEIGHTED { &others.upstream[j..] } else { &[] };
                let found = if j + AT_ONCE <= others.count {
                    j += AT_ONCE;
                    self.weigh_some::<AT_ONCE, WEIGHTED>(cosines, ours, theirs)
                } else {
                    j += 1;
                    self.weigh_some::<1, WEIGHTED>(cosines, ours, theirs)
                };
                losses = T::sum(simd, losses, found);
            }
            if !block.losses.is_empty() {
                let sum = load::<T, S>(&block.losses[own.clone()]);
                store::<T, S>(T::sum(simd, sum, losses), &mut block.losses[own]);
            }
        }
    }

    /// Turns cosines of a vector of rows with `A` others into powers; returns the losses.
    #[inline(always)]
    fn weigh_some<const A: usize, const WEIGHTED: bool>(
        &self,
        pairs: &mut [T::Vector<S>],
        ours: T::Vector<S>,
        theirs: &[T],
    ) -> T::Vector<S> {
        let across = across::<T, S>();
        let mut cosines = [T::splat(self.simd, T::ZERO); A];
        for (cosine, pairs) in cosines.iter_mut().zip(pairs.chunks(across)) {
            *cosine = pairs[0];
        }
        let terms = &self.terms;
        let (losses, powers) = terms.weigh::<S, A, WEIGHTED>(self.simd, cosines, ours, theirs);
        for (&power, pairs) in powers.iter().zip(pairs.chunks_mut(across)) {
            pairs[0] = power;
        }
        losses
    }

    /// Adds up Σ power · û over others.
    #[inline(always)]
    fn add_slopes<const G: usize>(
        &self,
        block: &mut Block<T>,
        others: Rows<T>,
        powers: &[T::Vector<S>],
    ) {
        let (across, panel) = (across::<T, S>(), depth(self.width) * PANEL);
        for start in (0..panel).step_by(CHAIN * PANEL) {
            let stop = panel.min(start + CHAIN * PANEL);
            let slopes = block.slopes.chunks_exact_mut(panel);
            for (slopes, powers) in slopes.zip(powers.chunks_exact(BLOCK * across)) {
                let powers = &powers[..others.count * across];
                let slopes = bytemuck::cast_slice_mut(&mut slopes[start..stop]);
                for (k, slopes) in slopes.chunks_exact_mut(G * across).enumerate() {
                    let units = &others.units[start + k * G * PANEL..];
                    self.add_group::<G>(slopes, units, powers);
                }
            }
        }
    }

    /// Adds up Σ power · û over others for `G` coordinates, where those begin in the first panel.
    #[inline(always)]
    fn add_group<const G: usize>(
        &self,
        slopes: &mut [T::Vector<S>],
        units: &[T],
        powers: &[T::Vector<S>],
    ) {
        let (simd, across, panel) = (self.simd, across::<T, S>(), depth(self.width) * PANEL);
        for v in (0..across).step_by(VECTORS) {
            let mut sums = [[T::splat(simd, T::ZERO); VECTORS]; G];
            for (units, powers) in units.chunks(panel).zip(powers.chunks(PANEL * across)) {
                if let Some(units) = units.as_chunks::<PANEL>().0.first_chunk::<G>() {
                    by_rows::<T, S, G>(simd, &powers[v..], units, &mut sums);
                }
            }
            for (slopes, sums) in slopes.chunks_exact_mut(across).zip(&sums) {
                for (slope, &sum) in slopes[v..].iter_mut().zip(sums) {
                    *slope = T::sum(simd, *slope, sum);
                }
            }
        }
    }
}

/// The same with the other block's rows in the lanes.
#[inline(always)]
fn turned<T: Real, S: Simd>(pairs: &[T::Vector<S>]) -> Products<T, S> {
    let mut turned = pairs.to_vec();
    let from = bytemuck::cast_slice::<_, T>(pairs).as_chunks::<PANEL>().0;
    let into = bytemuck::cast_slice_mut::<_, T>(&mut turned)
        .as_chunks_mut::<PANEL>()
        .0;
    for (q, into) in into.chunks_exact_mut(BLOCK).enumerate() {
        for (p, from) in from.chunks_exact(BLOCK).enumerate() {
            let from = &from[q * PANEL..(q + 1) * PANEL];
            for (l, into) in into[p * PANEL..(p + 1) * PANEL].iter_mut().enumerate() {
                for (x, from) in into.iter_mut().zip(from) {
                    *x = from[l];
                }
            }
        }
    }
    turned
}

//! Tilted anchors: where each sample is drawn when that is not the anchored axis itself.
//!
//! A sample is drawn to unit(e + tilt · m), where m lies off all anchored axes and is held
//! constant. What m is stands here and nowhere else.

use super::samples::total;
use super::term::Latents;
use crate::directions::EPSILON;
use crate::real::Real;

/// How far an anchor is tilted, and which way.
#[derive(Clone, Copy, Debug)]
pub struct Tilt {
    pub size: f64,
    pub toward: Toward,
}

/// What m is: with uᵢ the direction of zᵢ off the anchored axes,
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// unit(Σ uᵢ), over the whole batch of a run.
    Mean,
    /// For each sample i that the term concerns, the uⱼ with the largest uᵢ · uⱼ, of the samples j
    /// that it does not concern and that have a direction there.
    Nearest,
}

impl Tilt {
    /// unit(e + tilt · m) of each sample, by columns (width × batch), in the place of `targets`.
    ///
    /// `off_axis` is 1 for each coordinate that is of no anchored axis, `concern` how much each
    /// sample counts, or none when all do alike. Where none counts all targets are e.
    #[inline(always)]
    pub fn targets<T: Real>(
        self,
        e: &[T],
        off_axis: &[T],
        latents: &Latents<T>,
        concern: Option<&[T]>,
        targets: &mut Vec<T>,
    ) {
        let batch = latents.lengths.len();
        targets.clear();
        for &x in e {
            targets.resize(targets.len() + batch, x);
        }
        let counts = |i: &usize| concern.is_none_or(|all| all[*i] != T::ZERO);
        if (0..batch).any(|i| counts(&i)) {
            let (size, others) = (T::of(self.size), Directions::new(latents, off_axis));
            match self.toward {
                Toward::Mean => others.add_mean(size, targets),
                Toward::Nearest => {
                    for i in (0..batch).filter(counts) {
                        others.add_nearest(i, |j| !counts(&j), size, targets);
                    }
                }
            }
        }
        shorten(targets, batch);
    }
}

/// Directions off the anchored axes, by columns (width × batch), 0 for a vector that has none.
struct Directions<T> {
    columns: Vec<T>,
    batch: usize,
}

impl<T: Real> Directions<T> {
    #[inline(always)]
    fn new(latents: &Latents<T>, off_axis: &[T]) -> Self {
        let batch = latents.lengths.len();
        let mut columns = latents.columns.clone();
        leave(&mut columns, off_axis, batch);
        shorten(&mut columns, batch);
        Self { columns, batch }
    }

    /// Adds size · unit(Σ u) to the target of each sample.
    #[inline(always)]
    fn add_mean(&self, size: T, targets: &mut [T]) {
        let columns = self.columns.chunks_exact(self.batch);
        let mut mean: Vec<T> = columns.map(total).collect();
        shorten(&mut mean, 1);
        for (column, m) in targets.chunks_exact_mut(self.batch).zip(mean) {
            for target in column {
                *target = *target + size * m;
            }
        }
    }

    /// Adds size · u to the target of sample i, with u the direction nearest to its own of those
    /// that are sought.
    #[inline(always)]
    fn add_nearest(&self, i: usize, is_sought: impl Fn(usize) -> bool, size: T, targets: &mut [T]) {
        let Some(j) = self.nearest(i, is_sought) else {
            return;
        };
        let columns = self.columns.chunks_exact(self.batch);
        for (column, own) in columns.zip(targets.chunks_exact_mut(self.batch)) {
            own[i] = own[i] + size * column[j];
        }
    }

    /// Of those that are sought and have a direction, the first with the largest cosine to that of
    /// sample i.
    #[inline(always)]
    fn nearest(&self, i: usize, is_sought: impl Fn(usize) -> bool) -> Option<usize> {
        let mut found: Option<(usize, T)> = None;
        for j in (0..self.batch).filter(|&j| is_sought(j)) {
            let (mut cosine, mut square) = (T::ZERO, T::ZERO);
            for column in self.columns.chunks_exact(self.batch) {
                cosine = cosine + column[i] * column[j];
                square = square + column[j] * column[j];
            }
            let is_nearer = found.is_none_or(|(_, most)| cosine > most);
            if square > T::ZERO && is_nearer {
                found = Some((j, cosine));
            }
        }
        found.map(|(j, _)| j)
    }
}

/// Zeros the coordinates that are not off the axes, by columns.
#[inline(always)]
pub fn leave<T: Real>(columns: &mut [T], off_axis: &[T], batch: usize) {
    for (column, &off) in columns.chunks_exact_mut(batch.max(1)).zip(off_axis) {
        for x in column {
            *x = if off == T::ZERO { T::ZERO } else { *x };
        }
    }
}

/// v/(‖v‖ + ε) of each vector, by columns.
#[inline(always)]
pub fn shorten<T: Real>(columns: &mut [T], batch: usize) {
    let mut lengths = vec![T::ZERO; batch];
    for column in columns.chunks_exact(batch.max(1)) {
        for (sum, &x) in lengths.iter_mut().zip(column) {
            *sum = *sum + x * x;
        }
    }
    for length in &mut lengths {
        *length = length.root() + T::of(EPSILON);
    }
    for column in columns.chunks_exact_mut(batch.max(1)) {
        for (x, &length) in column.iter_mut().zip(&lengths) {
            *x = *x / length;
        }
    }
}

//! Directions of vectors, and gradients led through the norm.

use pulp::Simd;

use crate::buffer::{Aligned, zeros};
use crate::error::Result;
use crate::lanes::{CHAIN, Columns, dot, lanes, multiply_add, store};
use crate::path::{Loop, Path};
use crate::real::Real;

/// Added to a norm, so that the zero vector has a direction: none.
pub const EPSILON: f64 = 1e-8;

/// û = z/(‖z‖ + ε) of each row, with what the gradient by z needs.
pub struct Directions<T> {
    /// û (rows × width).
    pub units: Aligned<T>,
    /// 1/(‖z‖ + ε) (rows).
    pub scales: Vec<T>,
    /// 1/‖z‖ (rows). 0 for the zero vector: the norm has no slope there, and PyTorch too takes 0.
    pub pulls: Vec<T>,
}

impl<T: Real> Directions<T> {
    pub fn of(latents: &[T], width: usize, path: Path) -> Result<Self> {
        let rows = latents.len() / width;
        let mut directions = Self {
            units: Aligned::zeros("the directions", latents.len())?,
            scales: zeros("the directions", rows)?,
            pulls: zeros("the directions", rows)?,
        };
        path.run(Normalize {
            latents,
            width,
            directions: &mut directions,
        });
        Ok(directions)
    }
}

struct Normalize<'a, T> {
    latents: &'a [T],
    width: usize,
    directions: &'a mut Directions<T>,
}

impl<T: Real> Loop for Normalize<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Directions {
            units,
            scales,
            pulls,
        } = self.directions;
        let lanes = lanes::<T, S>();
        let mut columns = Columns::<T, S, 0>::zeros(simd, self.width);
        let rows = self.latents.chunks(lanes * self.width);
        let rows = rows.zip(units.chunks_mut(lanes * self.width));
        let factors = scales.chunks_mut(lanes).zip(pulls.chunks_mut(lanes));
        for ((z, unit), (scale, pull)) in rows.zip(factors) {
            columns.gather(z);
            let found = normalize::<T, S>(simd, columns.get_mut());
            columns.scatter(unit);
            store::<T, S>(found.0, scale);
            store::<T, S>(found.1, pull);
        }
    }
}

/// Turns each lane's vector into its direction; returns 1/(‖z‖ + ε) and 1/‖z‖.
#[inline(always)]
pub fn normalize<T: Real, S: Simd>(
    simd: S,
    z: &mut [T::Vector<S>],
) -> (T::Vector<S>, T::Vector<S>) {
    let (zero, one) = (T::splat(simd, T::ZERO), T::splat(simd, T::ONE));
    // Shrunk by a power of two, a vector whose squares would overflow has the direction it had.
    let mut shrink = one;
    for &column in z.iter() {
        let is_large = T::less(simd, T::splat(simd, T::LARGE), T::abs(simd, column));
        shrink = T::select(simd, is_large, T::splat(simd, T::SHRINK), shrink);
    }
    let mut squares = zero;
    for chain in z.chunks_mut(CHAIN) {
        let mut sum = zero;
        for column in chain {
            *column = T::product(simd, *column, shrink);
            sum = multiply_add::<T, S>(simd, *column, *column, sum);
        }
        squares = T::sum(simd, squares, sum);
    }
    let length = T::sqrt(simd, squares);
    let epsilon = T::product(simd, T::splat(simd, T::of(EPSILON)), shrink);
    let inverse = T::quotient(simd, one, T::sum(simd, length, epsilon));
    for column in z.iter_mut() {
        *column = T::product(simd, *column, inverse);
    }
    // A length that is neither above 0 nor 0 is not a number, and so is its inverse.
    let pull = T::select(
        simd,
        T::less(simd, zero, length),
        T::quotient(simd, shrink, length),
        length,
    );
    (T::product(simd, shrink, inverse), pull)
}

/// From sums of slopes over the others to the gradient by each lane's vector, in place; `factors` are
/// 1/(‖z‖ + ε) and 1/‖z‖.
#[inline(always)]
pub fn through_norm<T: Real, S: Simd>(
    simd: S,
    slopes: &mut [T::Vector<S>],
    units: &[T::Vector<S>],
    times: T::Vector<S>,
    (scales, pulls): (T::Vector<S>, T::Vector<S>),
) {
    for slope in slopes.iter_mut() {
        *slope = T::product(simd, *slope, times);
    }
    let pull = T::product(simd, dot::<T, S>(simd, slopes, units), pulls);
    for (slope, &unit) in slopes.iter_mut().zip(units) {
        let free = T::product(simd, *slope, scales);
        *slope = T::difference(simd, free, T::product(simd, unit, pull));
    }
}

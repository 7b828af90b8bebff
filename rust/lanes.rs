//! Samples side by side in lanes, as the inner loops want them.
//!
//! Everything here is inlined into those loops, and so compiled for each path with them.

use pulp::{Simd, bytemuck};

use crate::path::is_fused;
use crate::real::Real;

/// The lanes of the widest register there is, of the narrowest numbers.
pub const MOST_LANES: usize = 16;

/// Coordinates whose products are summed up before they join the rest: long chains of sums lose
/// digits.
pub const CHAIN: usize = 64;

/// How many numbers a vector holds.
#[inline(always)]
pub fn lanes<T: Real, S: Simd>() -> usize {
    size_of::<T::Vector<S>>() / size_of::<T>()
}

/// a · b + c, rounded once where the processor can, else twice.
#[inline(always)]
pub fn multiply_add<T: Real, S: Simd>(
    simd: S,
    a: T::Vector<S>,
    b: T::Vector<S>,
    c: T::Vector<S>,
) -> T::Vector<S> {
    if is_fused::<S>() {
        T::fused(simd, a, b, c)
    } else {
        T::sum(simd, T::product(simd, a, b), c)
    }
}

/// Σ a · b in each lane, in chains.
#[inline(always)]
pub fn dot<T: Real, S: Simd>(simd: S, a: &[T::Vector<S>], b: &[T::Vector<S>]) -> T::Vector<S> {
    let mut sum = chain::<T, S>(simd, a, b);
    for start in (CHAIN..a.len()).step_by(CHAIN) {
        sum = T::sum(simd, sum, chain::<T, S>(simd, &a[start..], &b[start..]));
    }
    sum
}

/// Σ a · b in each lane, over one chain of coordinates.
#[inline(always)]
fn chain<T: Real, S: Simd>(simd: S, a: &[T::Vector<S>], b: &[T::Vector<S>]) -> T::Vector<S> {
    let mut sum = T::splat(simd, T::ZERO);
    for (&a, &b) in a.iter().zip(b).take(CHAIN) {
        sum = multiply_add::<T, S>(simd, a, b, sum);
    }
    sum
}

/// A vector of numbers, one for each lane; 0 in lanes past them.
#[inline(always)]
pub fn load<T: Real, S: Simd>(numbers: &[T]) -> T::Vector<S> {
    let mut buffer = [T::ZERO; MOST_LANES];
    buffer[..numbers.len()].copy_from_slice(numbers);
    bytemuck::cast_slice(&buffer[..lanes::<T, S>()])[0]
}

/// The numbers of a vector, as many as there is room for.
#[inline(always)]
pub fn store<T: Real, S: Simd>(vector: T::Vector<S>, numbers: &mut [T]) {
    numbers.copy_from_slice(&bytemuck::cast_slice(&[vector])[..numbers.len()]);
}

/// Vectors of as many samples as there are lanes, a coordinate of all of them side by side.
///
/// `K` is their width, or 0 for one known only when the program runs.
pub struct Columns<T: Real, S: Simd, const K: usize> {
    fixed: [T::Vector<S>; K],
    grown: Vec<T::Vector<S>>,
}

impl<T: Real, S: Simd, const K: usize> Columns<T, S, K> {
    #[inline(always)]
    pub fn zeros(simd: S, width: usize) -> Self {
        let zero = T::splat(simd, T::ZERO);
        Self {
            fixed: [zero; K],
            grown: vec![zero; if K == 0 { width } else { 0 }],
        }
    }

    #[inline(always)]
    pub fn get(&self) -> &[T::Vector<S>] {
        if K == 0 { &self.grown } else { &self.fixed }
    }

    #[inline(always)]
    pub fn get_mut(&mut self) -> &mut [T::Vector<S>] {
        if K == 0 {
            &mut self.grown
        } else {
            &mut self.fixed
        }
    }

    /// Takes in rows, at most as many as there are lanes; lanes past them get the zero vector.
    #[inline(always)]
    pub fn gather(&mut self, rows: &[T]) {
        let columns = self.get_mut();
        let width = columns.len();
        let count = rows.len() / width;
        for (k, column) in columns.iter_mut().enumerate() {
            let mut buffer = [T::ZERO; MOST_LANES];
            for (lane, x) in buffer[..count].iter_mut().enumerate() {
                *x = rows[lane * width + k];
            }
            *column = bytemuck::cast_slice(&buffer[..lanes::<T, S>()])[0];
        }
    }

    /// Writes as many rows as there is room for.
    #[inline(always)]
    pub fn scatter(&self, rows: &mut [T]) {
        let width = self.get().len();
        let count = rows.len() / width;
        for (k, column) in self.get().iter().enumerate() {
            let numbers: &[T] = bytemuck::cast_slice(std::slice::from_ref(column));
            for (lane, &x) in numbers[..count].iter().enumerate() {
                rows[lane * width + k] = x;
            }
        }
    }
}

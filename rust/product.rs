//! Small blocks of a product of matrices, kept in registers: each number is a sum in one fixed order,
//! whatever the width of a register and however many numbers are worked on at once.

use pulp::Simd;

use crate::lanes::{lanes, multiply_add};
use crate::panels::PANEL;
use crate::real::Real;

/// Vectors of a block.
pub const VECTORS: usize = 2;

/// So many vectors of each of `G` rows.
pub type Block<T, S, const G: usize> = [[<T as Real>::Vector<S>; VECTORS]; G];

/// How many vectors a row of a panel is.
#[inline(always)]
pub fn across<T: Real, S: Simd>() -> usize {
    PANEL / lanes::<T, S>()
}

/// Σₜ vectors[t] · numbers[t][g], g from `at` on: `vectors` begin with the first of the block and a
/// row of them is as long as a panel is wide.
#[inline(always)]
pub fn by_columns<T: Real, S: Simd, const G: usize>(
    simd: S,
    vectors: &[T::Vector<S>],
    numbers: &[[T; PANEL]],
    at: usize,
) -> Block<T, S, G> {
    let mut sums = [[T::splat(simd, T::ZERO); VECTORS]; G];
    for (vectors, numbers) in vectors.chunks(across::<T, S>()).zip(numbers) {
        let numbers = &numbers[at..at + G];
        for g in 0..G {
            let x = T::splat(simd, numbers[g]);
            for v in 0..VECTORS {
                sums[g][v] = multiply_add::<T, S>(simd, vectors[v], x, sums[g][v]);
            }
        }
    }
    sums
}

/// Adds Σₜ vectors[t] · numbers[g][t] to `sums`, for as many t as there are rows of vectors.
#[inline(always)]
pub fn by_rows<T: Real, S: Simd, const G: usize>(
    simd: S,
    vectors: &[T::Vector<S>],
    numbers: &[[T; PANEL]; G],
    sums: &mut Block<T, S, G>,
) {
    for (t, vectors) in vectors.chunks(across::<T, S>()).take(PANEL).enumerate() {
        for g in 0..G {
            let x = T::splat(simd, numbers[g][t]);
            for v in 0..VECTORS {
                sums[g][v] = multiply_add::<T, S>(simd, vectors[v], x, sums[g][v]);
            }
        }
    }
}

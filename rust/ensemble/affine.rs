//! Products of small matrices, each number a sum in one fixed order.
//!
//! Rows lie in lanes, padded with zeros to whole registers of every path, and no sum runs over
//! lanes: so neither the width of a register nor what is worked on together changes a bit.

use pulp::{Simd, bytemuck};

use super::layer::padded;
use crate::lanes::{MOST_LANES, lanes, multiply_add};
use crate::real::Real;

/// Rows, or columns of an outer product, that are worked on at once, so that the processor need not
/// wait for one sum to be done.
const GROUP: usize = 8;

const STRANDS: usize = 4;

/// Rows of numbers, of which the first `width` count.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    pub numbers: &'a [T],
    pub stride: usize,
    pub width: usize,
}

/// Numbers as registers.
#[inline(always)]
pub fn vectors<T: Real, S: Simd>(numbers: &[T]) -> &[T::Vector<S>] {
    let whole = numbers.len() / lanes::<T, S>() * lanes::<T, S>();
    bytemuck::cast_slice(&numbers[..whole])
}

#[inline(always)]
pub fn vectors_mut<T: Real, S: Simd>(numbers: &mut [T]) -> &mut [T::Vector<S>] {
    let whole = numbers.len() / lanes::<T, S>() * lanes::<T, S>();
    bytemuck::cast_slice_mut(&mut numbers[..whole])
}

/// out[b] = start + Σᵢ x[b, i] · matrix[i], in the order of i, for as many rows as `out` has.
#[inline(always)]
pub fn affine<T: Real, S: Simd>(simd: S, x: Rows<T>, matrix: &[T], start: &[T], out: &mut [T]) {
    let blocks = start.len() / lanes::<T, S>();
    let (matrix, start) = (vectors::<T, S>(matrix), vectors::<T, S>(start));
    let rows = out.len() / (blocks * lanes::<T, S>());
    let out = vectors_mut::<T, S>(out);
    for block in 0..blocks {
        let matrix = &matrix[block..];
        let mut row = 0;
        while row + GROUP <= rows {
            let sums = sums::<T, S, GROUP>(simd, x, row, matrix, blocks, start[block]);
            for (g, &sum) in sums.iter().enumerate() {
                out[(row + g) * blocks + block] = sum;
            }
            row += GROUP;
        }
        while row < rows {
            let [sum] = sums::<T, S, 1>(simd, x, row, matrix, blocks, start[block]);
            out[row * blocks + block] = sum;
            row += 1;
        }
    }
}

/// One register of each of `G` rows of a product. Rows as long as the widest register are an array,
/// so that one address is enough for all of them.
#[inline(always)]
fn sums<T: Real, S: Simd, const G: usize>(
    simd: S,
    x: Rows<T>,
    first: usize,
    matrix: &[T::Vector<S>],
    blocks: usize,
    start: T::Vector<S>,
) -> [T::Vector<S>; G] {
    let mut sums = [start; G];
    let numbers = &x.numbers[first * x.stride..];
    if x.stride == MOST_LANES
        && let Some(rows) = numbers.as_chunks::<MOST_LANES>().0.first_chunk::<G>()
    {
        for i in 0..x.width.min(MOST_LANES) {
            let weight = matrix[i * blocks];
            for g in 0..G {
                sums[g] = multiply_add::<T, S>(simd, T::splat(simd, rows[g][i]), weight, sums[g]);
            }
        }
        return sums;
    }
    let mut rows = [&numbers[..0]; G];
    for (g, row) in rows.iter_mut().enumerate() {
        *row = &numbers[g * x.stride..][..x.width];
    }
    for i in 0..x.width {
        let weight = matrix[i * blocks];
        for g in 0..G {
            sums[g] = multiply_add::<T, S>(simd, T::splat(simd, rows[g][i]), weight, sums[g]);
        }
    }
    sums
}

/// out[i] = Σ_b x[b, i] · y[b], in the order of b: (width of x) × (padded row of y).
#[inline(always)]
pub fn outer<T: Real, S: Simd>(simd: S, x: Rows<T>, y: Rows<T>, out: &mut [T]) {
    let blocks = y.stride / lanes::<T, S>();
    let others = vectors::<T, S>(y.numbers);
    let out = vectors_mut::<T, S>(out);
    for block in 0..padded(y.width) / lanes::<T, S>() {
        let mut i = 0;
        while i < x.width {
            i += match x.width - i {
                GROUP.. => outer_group::<T, S, GROUP>(simd, x, i, others, block, blocks, out),
                5.. => outer_group::<T, S, 5>(simd, x, i, others, block, blocks, out),
                3.. => outer_group::<T, S, 3>(simd, x, i, others, block, blocks, out),
                _ => outer_group::<T, S, 1>(simd, x, i, others, block, blocks, out),
            };
        }
    }
}

#[inline(always)]
fn outer_group<T: Real, S: Simd, const G: usize>(
    simd: S,
    x: Rows<T>,
    first: usize,
    others: &[T::Vector<S>],
    block: usize,
    blocks: usize,
    out: &mut [T::Vector<S>],
) -> usize {
    let sums = outer_sums::<T, S, G>(simd, x, first, others, block, blocks);
    for (g, &sum) in sums.iter().enumerate() {
        out[(first + g) * blocks + block] = sum;
    }
    G
}

/// One register of each of `G` columns' sums over all rows.
#[inline(always)]
fn outer_sums<T: Real, S: Simd, const G: usize>(
    simd: S,
    x: Rows<T>,
    first: usize,
    others: &[T::Vector<S>],
    block: usize,
    blocks: usize,
) -> [T::Vector<S>; G] {
    let mut sums = [T::splat(simd, T::ZERO); G];
    let rows = x.numbers.chunks_exact(x.stride);
    for (row, others) in rows.zip(others.chunks_exact(blocks)) {
        let (row, other) = (&row[first..first + G], others[block]);
        for g in 0..G {
            sums[g] = multiply_add::<T, S>(simd, T::splat(simd, row[g]), other, sums[g]);
        }
    }
    sums
}

/// Σ_b y[b], in strands of every fourth row, as a padded row. One strand would wait for itself.
#[inline(always)]
pub fn column_sums<T: Real, S: Simd>(simd: S, y: Rows<T>, out: &mut [T]) {
    let blocks = y.stride / lanes::<T, S>();
    let rows = vectors::<T, S>(y.numbers);
    for (block, out) in vectors_mut::<T, S>(out).iter_mut().enumerate() {
        let mut strands = [T::splat(simd, T::ZERO); STRANDS];
        let mut groups = rows.chunks_exact(STRANDS * blocks);
        for group in groups.by_ref() {
            for (s, strand) in strands.iter_mut().enumerate() {
                *strand = T::sum(simd, *strand, group[s * blocks + block]);
            }
        }
        for (strand, row) in strands
            .iter_mut()
            .zip(groups.remainder().chunks_exact(blocks))
        {
            *strand = T::sum(simd, *strand, row[block]);
        }
        let [a, b, c, d] = strands;
        *out = T::sum(simd, T::sum(simd, a, b), T::sum(simd, c, d));
    }
}

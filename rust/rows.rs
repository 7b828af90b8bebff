//! The inner loops of the angular separation: rows of pairs, lane by lane.
//!
//! Written so that the compiler turns each loop over lanes into vector instructions. The whole loop
//! is compiled for several instruction sets, one of which is chosen when the program runs.

use multiversion::multiversion;

use crate::real::Real;
use crate::separation::{Exponent, Law, Shape};

/// Pairs that are worked on together.
pub const LANES: usize = 16;

/// How close to 1 a cosine is for its two directions to be the same.
const SAME: f64 = 1e-5 + 1e-8;

type Lanes<T> = [T; LANES];

/// A floating-point type for which the loops are compiled.
pub trait Kernel: Real {
    /// ℓ for rows `first`, `first + 1`, … of one item.
    fn losses(units: &[Self], shape: Shape, first: usize, law: Law, out: &mut [Self]);

    /// ∂(Σ upstream · ℓ)/∂û for rows `first`, … of one item: (rows × width).
    fn gradients(
        units: &[Self],
        upstream: &[Self],
        shape: Shape,
        first: usize,
        law: Law,
        out: &mut [Self],
    );
}

macro_rules! kernel {
    ($type:ty, $losses:ident, $gradients:ident) => {
        #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2"))]
        fn $losses(units: &[$type], shape: Shape, first: usize, law: Law, out: &mut [$type]) {
            losses(units, shape, first, law, out);
        }

        #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2"))]
        fn $gradients(
            units: &[$type],
            upstream: &[$type],
            shape: Shape,
            first: usize,
            law: Law,
            out: &mut [$type],
        ) {
            gradients(units, upstream, shape, first, law, out);
        }

        impl Kernel for $type {
            fn losses(units: &[Self], shape: Shape, first: usize, law: Law, out: &mut [Self]) {
                $losses(units, shape, first, law, out);
            }

            fn gradients(
                units: &[Self],
                upstream: &[Self],
                shape: Shape,
                first: usize,
                law: Law,
                out: &mut [Self],
            ) {
                $gradients(units, upstream, shape, first, law, out);
            }
        }
    };
}

kernel!(f32, losses_f32, gradients_f32);
kernel!(f64, losses_f64, gradients_f64);

/// Calls a loop with the width as a constant where it is small, so that it is unrolled.
macro_rules! by_width {
    ($width:expr, $loop:ident($($argument:expr),*)) => {
        match $width {
            2 => $loop::<T, 2>($($argument),*),
            3 => $loop::<T, 3>($($argument),*),
            4 => $loop::<T, 4>($($argument),*),
            5 => $loop::<T, 5>($($argument),*),
            6 => $loop::<T, 6>($($argument),*),
            8 => $loop::<T, 8>($($argument),*),
            _ => $loop::<T, 0>($($argument),*),
        }
    };
}

#[inline(always)]
fn losses<T: Real>(units: &[T], shape: Shape, first: usize, law: Law, out: &mut [T]) {
    by_width!(shape.width, losses_of_width(units, shape, first, law, out));
}

#[inline(always)]
fn gradients<T: Real>(
    units: &[T],
    upstream: &[T],
    shape: Shape,
    first: usize,
    law: Law,
    out: &mut [T],
) {
    by_width!(
        shape.width,
        gradients_of_width(units, upstream, shape, first, law, out)
    );
}

#[inline(always)]
fn losses_of_width<T: Real, const K: usize>(
    units: &[T],
    shape: Shape,
    first: usize,
    law: Law,
    out: &mut [T],
) {
    let (smallest, power) = (law.smallest(), law.power());
    for (row, loss) in out.iter_mut().enumerate() {
        let mut sums = [T::ZERO; LANES];
        for start in (0..shape.batch).step_by(LANES) {
            let cosines = cosines::<T, K>(units, shape, first + row, start);
            let (bases, counts) = bases(&cosines, law, smallest);
            let mut losses = raise(&bases, &counts, power);
            if start + LANES > shape.batch {
                losses[shape.batch - start..].fill(T::ZERO);
            }
            for lane in 0..LANES {
                sums[lane] += losses[lane];
            }
        }
        *loss = total(sums);
    }
}

#[inline(always)]
fn gradients_of_width<T: Real, const K: usize>(
    units: &[T],
    upstream: &[T],
    shape: Shape,
    first: usize,
    law: Law,
    out: &mut [T],
) {
    let (smallest, slope, factor) = (law.smallest(), law.slope(), T::of(law.factor()));
    let (width, stride) = (shape.width, shape.stride());
    let mut fixed = [[T::ZERO; LANES]; K];
    let mut grown = vec![[T::ZERO; LANES]; if K == 0 { width } else { 0 }];
    for (row, grad) in out.chunks_exact_mut(width).enumerate() {
        let sums: &mut [Lanes<T>] = if K == 0 { &mut grown } else { &mut fixed };
        sums.fill([T::ZERO; LANES]);
        let own = upstream[first + row];
        for start in (0..shape.batch).step_by(LANES) {
            let cosines = cosines::<T, K>(units, shape, first + row, start);
            let (bases, counts) = bases(&cosines, law, smallest);
            let mut weights = raise(&bases, &counts, slope);
            let theirs: &Lanes<T> = lanes(&upstream[start..]);
            for lane in 0..LANES {
                weights[lane] = weights[lane] * (own + theirs[lane]); // a pair is in both losses
            }
            // Lanes past the batch have units of 0, so whatever their weights they add nothing.
            for (k, sum) in sums.iter_mut().enumerate() {
                let others: &Lanes<T> = lanes(&units[k * stride + start..]);
                for lane in 0..LANES {
                    sum[lane] += weights[lane] * others[lane];
                }
            }
        }
        for (g, sum) in grad.iter_mut().zip(&*sums) {
            *g = factor * total(*sum);
        }
    }
}

/// Cosines of one sample with a run of samples.
#[inline(always)]
fn cosines<T: Real, const K: usize>(
    units: &[T],
    shape: Shape,
    sample: usize,
    start: usize,
) -> Lanes<T> {
    let width = if K == 0 { shape.width } else { K };
    let mut cosines = [T::ZERO; LANES];
    for k in 0..width {
        let row = &units[k * shape.stride()..];
        let (own, others): (T, &Lanes<T>) = (row[sample], lanes(&row[start..]));
        for lane in 0..LANES {
            cosines[lane] += own * others[lane];
        }
    }
    cosines
}

/// What is raised to the power, 0 for pairs that do not count; and 1 for those that do.
#[inline(always)]
fn bases<T: Real>(cosines: &Lanes<T>, law: Law, smallest: T) -> (Lanes<T>, Lanes<T>) {
    let (same, half) = (T::of(SAME), T::of(0.5));
    let mut bases = [T::ZERO; LANES];
    let mut counts = [T::ONE; LANES];
    for lane in 0..LANES {
        let c = cosines[lane];
        // Rounding can take a cosine just under −1, where a fractional power has no value.
        let shifted = (c + T::ONE) * half;
        let base = if law.shift() {
            if shifted < T::ZERO { T::ZERO } else { shifted }
        } else {
            c
        };
        // Comparisons that a NaN fails, so that it counts, and shows.
        let one_direction = (c - T::ONE).abs() <= same;
        let base = if base.abs() < smallest { T::ZERO } else { base };
        bases[lane] = if one_direction { T::ZERO } else { base };
        counts[lane] = if one_direction { T::ZERO } else { T::ONE };
    }
    (bases, counts)
}

/// Each lane to the same power. Whole powers by squaring; power 0 gives 1 for pairs that count.
#[inline(always)]
fn raise<T: Real>(bases: &Lanes<T>, counts: &Lanes<T>, exponent: Exponent) -> Lanes<T> {
    match exponent {
        Exponent::Whole(0) => *counts,
        Exponent::Whole(power) => {
            let mut powers = *bases;
            for bit in (0..power.ilog2()).rev() {
                for p in &mut powers {
                    *p = *p * *p;
                }
                if power >> bit & 1 == 1 {
                    for lane in 0..LANES {
                        powers[lane] = powers[lane] * bases[lane];
                    }
                }
            }
            powers
        }
        Exponent::Real(power) => bases.map(|base| base.powf(T::of(power))),
    }
}

/// The sum over lanes, halves upon halves: short chains, and always in the same order.
#[inline(always)]
fn total<T: Real>(mut lanes: Lanes<T>) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}

#[inline(always)]
fn lanes<T>(values: &[T]) -> &Lanes<T> {
    values[..LANES]
        .first_chunk()
        .expect("rows are padded to whole lanes")
}

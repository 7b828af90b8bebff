//! The inner loops of the angular separation: rows of pairs, a row in each lane.
//!
//! Written so that the compiler turns each loop over lanes into vector instructions; since a row
//! stays in its lane, lanes are never summed over. The loops are compiled for several instruction
//! sets, one of which is chosen when the program runs.

use multiversion::multiversion;

use crate::lanes::{Columns, LANES, Lanes, add};
use crate::law::{Exponent, Law};
use crate::real::Real;
use crate::separation::Shape;

/// Pairs of a row that are summed up before they join the rest: long chains of sums lose digits.
const STRIPE: usize = 64;

/// How close to 1 a cosine is for its two directions to be the same.
const SAME: f64 = 1e-5 + 1e-8;

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
    let width = if K == 0 { shape.width } else { K };
    let mut own = Columns::<T, K>::new(width);
    for (block, losses) in out.chunks_mut(LANES).enumerate() {
        own.gather(units, first + block * LANES, losses.len());
        let mut sums = [T::ZERO; LANES];
        for stripe in units.chunks(STRIPE * width) {
            let mut partial = [T::ZERO; LANES];
            for other in stripe.chunks_exact(width) {
                let cosines = own.cosines(other);
                let bases = bases(&cosines, law, smallest);
                add(&mut partial, &raise(&bases, &cosines, power));
            }
            add(&mut sums, &partial);
        }
        losses.copy_from_slice(&sums[..losses.len()]);
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
    let width = if K == 0 { shape.width } else { K };
    let mut own = Columns::<T, K>::new(width);
    let mut sums = Columns::<T, K>::new(width);
    let mut partial = Columns::<T, K>::new(width);
    for (block, grads) in out.chunks_mut(LANES * width).enumerate() {
        let rows = grads.len() / width;
        let start = first + block * LANES;
        own.gather(units, start, rows);
        let mut ours = [T::ZERO; LANES];
        ours[..rows].copy_from_slice(&upstream[start..start + rows]);
        sums.clear();
        for (stripe, theirs) in units.chunks(STRIPE * width).zip(upstream.chunks(STRIPE)) {
            partial.clear();
            for (other, &their) in stripe.chunks_exact(width).zip(theirs) {
                let cosines = own.cosines(other);
                let bases = bases(&cosines, law, smallest);
                let mut weights = raise(&bases, &cosines, slope);
                for lane in 0..LANES {
                    weights[lane] = weights[lane] * (ours[lane] + their); // a pair is in both losses
                }
                partial.add_scaled(&weights, other);
            }
            sums.add(&partial);
        }
        sums.scatter(grads, factor);
    }
}

/// What is raised to the power: 0 for pairs that do not count, or count for less than nothing much.
#[inline(always)]
fn bases<T: Real>(cosines: &Lanes<T>, law: Law, smallest: T) -> Lanes<T> {
    let half = T::of(0.5);
    let mut bases = *cosines;
    // A NaN fails every comparison here, so it counts, and shows.
    if law.shift() {
        for lane in 0..LANES {
            let base = (cosines[lane] + T::ONE) * half;
            let negligible = base < smallest; // as one that rounding took below 0
            bases[lane] = if negligible | is_same(cosines[lane]) {
                T::ZERO
            } else {
                base
            };
        }
    } else {
        for lane in 0..LANES {
            let negligible = cosines[lane].abs() < smallest;
            bases[lane] = if negligible | is_same(cosines[lane]) {
                T::ZERO
            } else {
                bases[lane]
            };
        }
    }
    bases
}

/// Whether a cosine says that two directions are one; none is above 1 by more than rounding.
#[inline(always)]
fn is_same<T: Real>(cosine: T) -> bool {
    cosine >= T::of(1.0 - SAME)
}

/// Each base to the same power. Whole powers by squaring; power 0 gives 1 for pairs that count.
#[inline(always)]
fn raise<T: Real>(bases: &Lanes<T>, cosines: &Lanes<T>, exponent: Exponent) -> Lanes<T> {
    match exponent {
        Exponent::Whole(0) => cosines.map(|c| if is_same(c) { T::ZERO } else { T::ONE }),
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

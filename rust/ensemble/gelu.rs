//! Exact GELU, x · Φ(x), and its slope, Φ(x) + x · φ(x), to about rounding.
//!
//! With u = |x|, Φ(−u) = e^(−u²/2) · R(u), where R falls slowly from ½. ½ − R(u) is u times a
//! quotient of two short polynomials with no negative coefficient, for every u there is: one
//! division, one exponential, and next to no rounding where u is small. The quotients meet R at
//! Chebyshev nodes of (u − a)/(u + a); R is off by 6e-9 of itself at most in single and 3e-18 in
//! double precision.

use pulp::Simd;

use super::affine::{vectors, vectors_mut};
use crate::lanes::{lanes, load, multiply_add, store};
use crate::path::{Loop, Path};
use crate::real::Real;

/// The numbers that the curve is computed from, in one type.
pub trait Curve: Real {
    /// (½ − R(u))/u as a quotient, its dividend and its divisor, constants first.
    const DIVIDEND: &'static [Self];
    const DIVISOR: &'static [Self];
    /// (eʳ − 1 − r)/r² for |r| ≤ ln 2/2, constant first.
    const EXP: &'static [Self];
    /// From here on Φ(−u) is below the normal numbers, and is taken as 0.
    const END: Self;
    /// Added to a number, it leaves its whole part in the last digits.
    const WHOLE: Self;
    /// −ln 2, in two parts of which the first has few digits.
    const MINUS_LN_2: [Self; 2];
}

impl Curve for f32 {
    const DIVIDEND: &'static [Self] =
        &[0.3989424, 0.4143725, 0.19075057, 0.045534283, 0.0049397154];
    const DIVISOR: &'static [Self] = &[
        1.0,
        1.6653388,
        1.1883849,
        0.46044657,
        0.09895133,
        0.009879431,
    ];
    const EXP: &'static [Self] = &[
        0.5,
        0.166_665_73,
        0.041_666_55,
        0.008_363_774,
        0.001_392_692_7,
    ];
    const END: Self = 12.9;
    const WHOLE: Self = 12_582_912.0; // 1.5 · 2²³
    const MINUS_LN_2: [Self; 2] = [-0.693_359_4, 2.121_944_4e-4];
}

impl Curve for f64 {
    const DIVIDEND: &'static [Self] = &[
        0.3989422804014327,
        0.7208928606401706,
        0.6294708323093647,
        0.3464012397736581,
        0.13244106285937307,
        0.03670205978467247,
        0.007470075610259204,
        0.001105390369483991,
        0.00011433727849964835,
        7.5206538862797534e-06,
        2.418128283418219e-07,
    ];
    const DIVISOR: &'static [Self] = &[
        1.0,
        2.4336674961180282,
        2.769590992193782,
        1.9493246829915405,
        0.9449436753268942,
        0.33214131468353614,
        0.0866532833165452,
        0.016844897009695204,
        0.002402672011147442,
        0.00024098366990072827,
        1.5427185217235747e-05,
        4.836256566836438e-07,
    ];
    const EXP: &'static [Self] = &[
        0.5,
        0.16666666666666669,
        0.04166666666662064,
        0.008333333333329793,
        0.0013888888918939168,
        0.00019841269864380513,
        2.4801518641395993e-05,
        2.75572664186123e-06,
        2.7621338669142925e-07,
        2.510134692835034e-08,
    ];
    const END: Self = 37.4;
    const WHOLE: Self = 6_755_399_441_055_744.0; // 1.5 · 2⁵²
    const MINUS_LN_2: [Self; 2] = [-6.931_471_803_691_238e-1, -1.908_214_929_270_587_7e-10];
}

/// The density φ(0).
const PEAK: f64 = 0.398_942_280_401_432_7;

/// GELU and its slope. What is not a number is none in both.
#[inline(always)]
pub fn gelu<T: Curve, S: Simd>(simd: S, x: T::Vector<S>) -> (T::Vector<S>, T::Vector<S>) {
    let (zero, one) = (T::splat(simd, T::ZERO), T::splat(simd, T::ONE));
    let end = T::splat(simd, T::END);
    let u = T::abs(simd, x);
    let is_near = T::less(simd, u, end);
    let u = T::select(simd, is_near, u, end);
    let minus_half = T::splat(simd, T::of(-0.5));
    let bell = exp::<T, S>(simd, T::product(simd, T::product(simd, u, minus_half), u));
    let bell = T::select(simd, is_near, bell, zero);
    let dividend = T::product(simd, u, polynomial::<T, S>(simd, T::DIVIDEND, u));
    let fall = T::quotient(simd, dividend, polynomial::<T, S>(simd, T::DIVISOR, u));
    let half = T::splat(simd, T::of(0.5));
    let below = T::product(simd, bell, T::difference(simd, half, fall)); // Φ(−u)
    let is_negative = T::less(simd, x, zero);
    let share = T::select(simd, is_negative, below, T::difference(simd, one, below));
    let steep = T::product(simd, x, bell);
    let slope = multiply_add::<T, S>(simd, steep, T::splat(simd, T::of(PEAK)), share);
    (T::product(simd, x, share), slope)
}

/// eˣ for x ≤ 0 whose exponential is a normal number.
#[inline(always)]
fn exp<T: Curve, S: Simd>(simd: S, x: T::Vector<S>) -> T::Vector<S> {
    let whole = T::splat(simd, T::WHOLE);
    let log = T::splat(simd, T::of(std::f64::consts::LOG2_E));
    let digits = multiply_add::<T, S>(simd, x, log, whole);
    let n = T::difference(simd, digits, whole);
    let [high, low] = T::MINUS_LN_2;
    let r = multiply_add::<T, S>(simd, n, T::splat(simd, high), x);
    let r = multiply_add::<T, S>(simd, n, T::splat(simd, low), r);
    let curve = T::product(simd, polynomial::<T, S>(simd, T::EXP, r), r);
    let curve = multiply_add::<T, S>(simd, curve, r, r);
    T::scale(simd, T::sum(simd, curve, T::splat(simd, T::ONE)), digits)
}

#[inline(always)]
fn polynomial<T: Curve, S: Simd>(simd: S, coefficients: &[T], x: T::Vector<S>) -> T::Vector<S> {
    let mut sum = T::splat(simd, T::ZERO);
    for (i, &c) in coefficients.iter().rev().enumerate() {
        let c = T::splat(simd, c);
        sum = if i == 0 {
            c
        } else {
            multiply_add::<T, S>(simd, sum, x, c)
        };
    }
    sum
}

/// Puts GELU in the place of whole registers of numbers, and its slopes beside them.
#[inline(always)]
pub fn activate<T: Curve, S: Simd>(simd: S, numbers: &mut [T], slopes: &mut [T]) {
    let pairs = vectors_mut::<T, S>(numbers)
        .iter_mut()
        .zip(vectors_mut::<T, S>(slopes));
    for (x, slope) in pairs {
        (*x, *slope) = gelu::<T, S>(simd, *x);
    }
}

/// g · slope, in the place of g.
#[inline(always)]
pub fn steepen<T: Curve, S: Simd>(simd: S, gradient: &mut [T], slopes: &[T]) {
    let pairs = vectors_mut::<T, S>(gradient)
        .iter_mut()
        .zip(vectors::<T, S>(slopes));
    for (g, &slope) in pairs {
        *g = T::product(simd, *g, slope);
    }
}

/// GELU of any numbers, in their place, and its slopes.
pub struct Activation<'a, T> {
    pub numbers: &'a mut [T],
    pub slopes: &'a mut [T],
}

impl<T: Curve> Loop for Activation<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let whole = self.numbers.len() / lanes::<T, S>() * lanes::<T, S>();
        activate::<T, S>(simd, &mut self.numbers[..whole], &mut self.slopes[..whole]);
        let (rest, slopes) = (&mut self.numbers[whole..], &mut self.slopes[whole..]);
        let (values, steep) = gelu::<T, S>(simd, load::<T, S>(rest));
        store::<T, S>(values, rest);
        store::<T, S>(steep, slopes);
    }
}

/// GELU of each number and its slope there.
pub fn gelu_of<T: Curve>(mut numbers: Vec<T>, mut slopes: Vec<T>, path: Path) -> (Vec<T>, Vec<T>) {
    path.run(Activation {
        numbers: &mut numbers,
        slopes: &mut slopes,
    });
    (numbers, slopes)
}

//! Exact GELU, x · Φ(x), and its slope, Φ(x) + x · φ(x), to about rounding.
//!
//! With u = |x|, Φ(−u) = e^(−u²/2) · R(u), where R falls slowly from ½. In t = (u − a)/(u + a),
//! (u + a) · R(u) is all but a short polynomial, for every u there is: one division, one
//! exponential, and nothing that cancels in the tail. Polynomials interpolate at Chebyshev nodes,
//! and are fitted to 3e-9 in single and 2e-17 in double precision.

use pulp::Simd;

use super::affine::{vectors, vectors_mut};
use crate::lanes::{lanes, load, multiply_add, store};
use crate::path::{Loop, Path};
use crate::real::Real;

/// The numbers that the curve is computed from, in one type.
pub trait Curve: Real {
    /// (u + a) · R(u) as a polynomial in t, constant first.
    const TAIL: &'static [Self];
    /// (eʳ − 1 − r)/r² for |r| ≤ ln 2/2, constant first.
    const EXP: &'static [Self];
    /// a.
    const PIVOT: Self;
    /// From here on Φ(−u) is below the normal numbers, and is taken as 0.
    const END: Self;
    /// Added to a number, it leaves its whole part in the last digits.
    const WHOLE: Self;
    /// −ln 2, in two parts of which the first has few digits.
    const MINUS_LN_2: [Self; 2];
}

impl Curve for f32 {
    const TAIL: &'static [Self] = &[
        0.741_080_3,
        -0.552_992_2,
        0.295_375_9,
        -0.098_384_18,
        0.008_719_733,
        0.007_823_762_5,
        -0.002_254_383,
        -0.000_848_743_66,
        0.000_314_883_74,
        0.000_137_802_08,
    ];
    const EXP: &'static [Self] = &[
        0.5,
        0.166_665_73,
        0.041_666_55,
        0.008_363_774,
        0.001_392_692_7,
    ];
    const PIVOT: Self = 3.375;
    const END: Self = 12.9;
    const WHOLE: Self = 12_582_912.0; // 1.5 · 2²³
    const MINUS_LN_2: [Self; 2] = [-0.693_359_4, 2.121_944_4e-4];
}

impl Curve for f64 {
    const TAIL: &'static [Self] = &[
        0.769193049750063,
        -0.6653825028900567,
        0.4953056159699762,
        -0.3135331566713034,
        0.1650203661703987,
        -0.06911863870634068,
        0.02079506679957628,
        -0.0029933767701889285,
        -0.0007978693950409005,
        0.0005448990635277339,
        -5.937574990732637e-05,
        -4.976281639579197e-05,
        1.6681298183006114e-05,
        3.98093955746599e-06,
        -2.7694643737982355e-06,
        -3.3676054054503373e-07,
        4.3340567485369004e-07,
        4.255189137871885e-08,
        -6.61088737799882e-08,
        -9.581299335597396e-09,
        7.66476332563744e-09,
        1.857952912471312e-09,
        -1.2363537586218987e-10,
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
    const PIVOT: Self = 5.0;
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
    let (pivot, end) = (T::splat(simd, T::PIVOT), T::splat(simd, T::END));
    let u = T::abs(simd, x);
    let is_near = T::less(simd, u, end);
    let u = T::select(simd, is_near, u, end);
    let inverse = T::quotient(simd, one, T::sum(simd, u, pivot));
    let t = T::product(simd, T::difference(simd, u, pivot), inverse);
    let minus_half = T::splat(simd, T::of(-0.5));
    let bell = exp::<T, S>(simd, T::product(simd, T::product(simd, u, minus_half), u));
    let bell = T::select(simd, is_near, bell, zero);
    let ratio = T::product(simd, polynomial::<T, S>(simd, T::TAIL, t), inverse);
    let below = T::product(simd, bell, ratio); // Φ(−u)
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

//! The floating-point types that kernels take.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// `f32` or `f64`, with what the kernels need of them.
pub trait Real:
    Copy
    + PartialOrd
    + Send
    + Sync
    + Default
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Sum
    + 'static
{
    const ZERO: Self;
    const ONE: Self;
    const MIN_POSITIVE: f64;
    fn of(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn abs(self) -> Self;
    fn sqrt(self) -> Self;
    fn powf(self, power: Self) -> Self;
    fn floor(self) -> Self;
    /// `self % 1` with the sign of 1, as Python has it.
    fn turn(self) -> Self;
}

macro_rules! real {
    ($type:ty) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const MIN_POSITIVE: f64 = <$type>::MIN_POSITIVE as f64;
            #[inline(always)]
            fn of(value: f64) -> Self {
                value as $type
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                <$type>::abs(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$type>::sqrt(self)
            }
            #[inline(always)]
            fn powf(self, power: Self) -> Self {
                <$type>::powf(self, power)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                <$type>::floor(self)
            }
            #[inline(always)]
            fn turn(self) -> Self {
                <$type>::rem_euclid(self, 1.0)
            }
        }
    };
}

real!(f32);
real!(f64);

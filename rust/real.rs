//! The floating-point types that kernels take, one at a time and as vectors.

use std::ops::{Add, Div, Mul, Sub};

use pulp::Simd;
use pulp::bytemuck::{self, Pod};

/// `f32` or `f64`, with what the kernels need of them.
///
/// The operations on vectors are those of `pulp`, which names them by type.
pub trait Real:
    Pod
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
    const ZERO: Self;
    const ONE: Self;
    const MIN_POSITIVE: f64;
    /// Numbers beyond this overflow when squared and summed.
    const LARGE: Self;
    /// A power of two that makes any number small enough for that.
    const SHRINK: Self;

    fn of(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn floor(self) -> Self;
    fn powf(self, power: Self) -> Self;
    /// The square root of one number.
    fn root(self) -> Self;

    /// As many numbers as a register has lanes.
    type Vector<S: Simd>: Pod;
    /// A yes or no for each lane.
    type Mask<S: Simd>: Copy;

    fn splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S>;
    fn sum<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    fn difference<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    fn product<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    fn quotient<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// a · b + c, rounded once.
    fn fused<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;
    fn abs<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S>;
    fn sqrt<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S>;
    /// a · 2ⁿ, where n stands in the last digits of another number, as 1.5 · 2ᵈ + n has it in a type
    /// of d digits. What comes out must be a normal number.
    fn scale<S: Simd>(simd: S, a: Self::Vector<S>, n: Self::Vector<S>) -> Self::Vector<S>;
    /// a < b, which a NaN is not.
    fn less<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Mask<S>;
    fn or<S: Simd>(simd: S, a: Self::Mask<S>, b: Self::Mask<S>) -> Self::Mask<S>;
    /// `yes` in the lanes where the mask is set, `no` in the others.
    fn select<S: Simd>(
        simd: S,
        mask: Self::Mask<S>,
        yes: Self::Vector<S>,
        no: Self::Vector<S>,
    ) -> Self::Vector<S>;
}

macro_rules! real {
    ($type:ident, $pow:ident, $mask:ident, $vector:ident, $large:expr, $shrink:expr,
     $splat:ident, $add:ident, $sub:ident, $mul:ident, $div:ident, $fused:ident, $abs:ident,
     $sqrt:ident, $less:ident, $or:ident, $select:ident) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const MIN_POSITIVE: f64 = $type::MIN_POSITIVE as f64;
            const LARGE: Self = $large;
            const SHRINK: Self = $shrink;

            #[inline(always)]
            fn of(value: f64) -> Self {
                value as $type
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                <$type>::floor(self)
            }
            #[inline(always)]
            fn powf(self, power: Self) -> Self {
                libm::$pow(self, power) // not the system's, whose digits depend on the processor
            }
            #[inline(always)]
            fn root(self) -> Self {
                self.sqrt()
            }

            type Vector<S: Simd> = S::$vector;
            type Mask<S: Simd> = S::$mask;

            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: Self) -> S::$vector {
                simd.$splat(x)
            }
            #[inline(always)]
            fn sum<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$add(a, b)
            }
            #[inline(always)]
            fn difference<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$sub(a, b)
            }
            #[inline(always)]
            fn product<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$mul(a, b)
            }
            #[inline(always)]
            fn quotient<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$div(a, b)
            }
            #[inline(always)]
            fn fused<S: Simd>(simd: S, a: S::$vector, b: S::$vector, c: S::$vector) -> S::$vector {
                simd.$fused(a, b, c)
            }
            #[inline(always)]
            fn abs<S: Simd>(simd: S, a: S::$vector) -> S::$vector {
                simd.$abs(a)
            }
            #[inline(always)]
            fn sqrt<S: Simd>(simd: S, a: S::$vector) -> S::$vector {
                simd.$sqrt(a)
            }
            #[inline(always)]
            fn scale<S: Simd>(_: S, mut a: S::$vector, n: S::$vector) -> S::$vector {
                let digits: &[$type] = bytemuck::cast_slice(std::slice::from_ref(&n));
                let numbers: &mut [$type] = bytemuck::cast_slice_mut(std::slice::from_mut(&mut a));
                for (x, n) in numbers.iter_mut().zip(digits) {
                    let exponent = n.to_bits() << ($type::MANTISSA_DIGITS - 1);
                    *x = $type::from_bits(x.to_bits().wrapping_add(exponent));
                }
                a
            }
            #[inline(always)]
            fn less<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$mask {
                simd.$less(a, b)
            }
            #[inline(always)]
            fn or<S: Simd>(simd: S, a: S::$mask, b: S::$mask) -> S::$mask {
                simd.$or(a, b)
            }
            #[inline(always)]
            fn select<S: Simd>(
                simd: S,
                mask: S::$mask,
                yes: S::$vector,
                no: S::$vector,
            ) -> S::$vector {
                simd.$select(mask, yes, no)
            }
        }
    };
}

/// 2¹²⁰.
const P: f64 = (1u128 << 120) as f64;

real!(
    f32,
    powf,
    m32s,
    f32s,
    (1u64 << 50) as f32,
    1.0 / (1u128 << 80) as f32,
    splat_f32s,
    add_f32s,
    sub_f32s,
    mul_f32s,
    div_f32s,
    mul_add_e_f32s,
    abs_f32s,
    sqrt_f32s,
    less_than_f32s,
    or_m32s,
    select_f32s
);
real!(
    f64,
    pow,
    m64s,
    f64s,
    P * P * P * P,
    1.0 / P / P / P / P / P,
    splat_f64s,
    add_f64s,
    sub_f64s,
    mul_f64s,
    div_f64s,
    mul_add_e_f64s,
    abs_f64s,
    sqrt_f64s,
    less_than_f64s,
    or_m64s,
    select_f64s
);

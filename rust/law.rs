//! How the cosine of a pair becomes its loss, and the derivative of that.

use pulp::{Simd, bytemuck};

use crate::error::{Error, Result};
use crate::lanes::multiply_add;
use crate::real::Real;

/// How close to 1 a cosine is for its two directions to be the same.
const SAME: f64 = 1e-5 + 1e-8;

/// How a cosine becomes a loss.
#[derive(Clone, Copy, Debug)]
pub struct Law {
    power: f64,
    shift: bool,
}

impl Law {
    /// Power at least 1, and whole when cosines are not shifted.
    pub fn new(power: f64, shift: bool) -> Result<Self> {
        if !(power.is_finite() && power >= 1.0) {
            return Err(Error::Power { got: power });
        }
        if !shift && power.fract() != 0.0 {
            return Err(Error::FractionalPower { got: power });
        }
        Ok(Self { power, shift })
    }

    /// The law in numbers of one type.
    pub fn terms<T: Real>(self) -> Terms<T> {
        let slope = self.power - 1.0;
        let is_whole = slope.fract() == 0.0 && slope <= f64::from(u32::MAX);
        Terms {
            slope: if is_whole {
                Exponent::Whole(slope as u32)
            } else {
                Exponent::Real(T::of(slope))
            },
            shift: self.shift,
            factor: if self.shift {
                self.power / 2.0
            } else {
                self.power
            },
            smallest: T::of(libm::pow(T::MIN_POSITIVE, slope.recip())),
            same: T::of(1.0 - SAME),
        }
    }
}

/// An exponent: whole ones are multiplied out.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Exponent<T> {
    Whole(u32),
    Real(T),
}

/// What turns vectors of cosines into terms of the loss.
#[derive(Clone, Copy, Debug)]
pub struct Terms<T> {
    /// d(s^power)/dc = factor · s^slope.
    pub factor: f64,
    slope: Exponent<T>,
    shift: bool,
    /// Below this s^slope is subnormal, and is taken as 0: arithmetic on subnormals is slow on many
    /// processors.
    smallest: T,
    /// Cosines above this are of one direction; none is above 1 by more than rounding.
    same: T,
}

// No closures below: what is in one is compiled for the baseline.
impl<T: Real> Terms<T> {
    /// Σ s^power over `G` cosines, and s^(power − 1) of each, weighted by what comes from upstream to
    /// both samples of the pair.
    #[inline(always)]
    pub fn weigh<S: Simd, const G: usize, const WEIGHTED: bool>(
        &self,
        simd: S,
        cosines: [T::Vector<S>; G],
        ours: T::Vector<S>,
        theirs: &[T],
    ) -> (T::Vector<S>, [T::Vector<S>; G]) {
        let mut bases = cosines;
        let mut powers = self.raise(simd, &mut bases);
        let mut losses = T::product(simd, bases[0], powers[0]);
        for g in 1..G {
            losses = multiply_add::<T, S>(simd, bases[g], powers[g], losses);
        }
        if WEIGHTED {
            for g in 0..G {
                // A pair is in the losses of both its samples.
                let both = T::sum(simd, ours, T::splat(simd, theirs[g]));
                powers[g] = T::product(simd, powers[g], both);
            }
        }
        (losses, powers)
    }

    /// Turns each cosine into s, 0 where it does not count, and returns s^(power − 1).
    #[inline(always)]
    fn raise<S: Simd, const G: usize>(
        &self,
        simd: S,
        cosines: &mut [T::Vector<S>; G],
    ) -> [T::Vector<S>; G] {
        let (zero, one) = (T::splat(simd, T::ZERO), T::splat(simd, T::ONE));
        let mut powers = *cosines;
        for g in 0..G {
            let is_one = self.is_one_direction(simd, cosines[g]);
            powers[g] = T::select(simd, is_one, zero, one);
            cosines[g] = self.base(simd, cosines[g]);
        }
        match self.slope {
            Exponent::Whole(0) => {}
            Exponent::Whole(exponent) => {
                powers = *cosines;
                for bit in (0..exponent.ilog2()).rev() {
                    for power in &mut powers {
                        *power = T::product(simd, *power, *power);
                    }
                    if exponent >> bit & 1 == 1 {
                        for g in 0..G {
                            powers[g] = T::product(simd, powers[g], cosines[g]);
                        }
                    }
                }
            }
            Exponent::Real(exponent) => {
                powers = *cosines;
                for power in &mut powers {
                    let numbers: &mut [T] = bytemuck::cast_slice_mut(std::slice::from_mut(power));
                    for x in numbers {
                        *x = x.powf(exponent);
                    }
                }
            }
        }
        powers
    }

    /// What is raised to the power: 0 for pairs that do not count, or for next to nothing.
    #[inline(always)]
    fn base<S: Simd>(&self, simd: S, cosine: T::Vector<S>) -> T::Vector<S> {
        let smallest = T::splat(simd, self.smallest);
        // A NaN fails every comparison here, so it counts, and shows.
        let (base, is_negligible) = if self.shift {
            let half = T::splat(simd, T::of(0.5));
            let base = multiply_add::<T, S>(simd, cosine, half, half);
            (base, T::less(simd, base, smallest)) // as one that rounding took below 0
        } else {
            (cosine, T::less(simd, T::abs(simd, cosine), smallest))
        };
        let drop = T::or(simd, is_negligible, self.is_one_direction(simd, cosine));
        T::select(simd, drop, T::splat(simd, T::ZERO), base)
    }

    #[inline(always)]
    fn is_one_direction<S: Simd>(&self, simd: S, cosine: T::Vector<S>) -> T::Mask<S> {
        T::less(simd, T::splat(simd, self.same), cosine)
    }
}

//! How the cosine of a pair becomes its loss, and the derivative of that.

use crate::error::{Error, Result};
use crate::real::Real;

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

    pub fn shift(self) -> bool {
        self.shift
    }

    /// The exponent of a pair's loss.
    pub fn power(self) -> Exponent {
        Exponent::of(self.power)
    }

    /// The exponent of the derivative of a pair's loss.
    pub fn slope(self) -> Exponent {
        Exponent::of(self.power - 1.0)
    }

    /// d(s^power)/dc = factor · s^slope.
    pub fn factor(self) -> f64 {
        if self.shift {
            self.power / 2.0
        } else {
            self.power
        }
    }

    /// Below this size s^power is subnormal, and is taken as 0: arithmetic on subnormals is slow.
    pub fn smallest<T: Real>(self) -> T {
        T::of(T::MIN_POSITIVE.powf(self.power.recip()))
    }
}

/// An exponent: whole ones are multiplied out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Exponent {
    Whole(u32),
    Real(f64),
}

impl Exponent {
    fn of(power: f64) -> Self {
        if power.fract() == 0.0 && power <= f64::from(u32::MAX) {
            Self::Whole(power as u32)
        } else {
            Self::Real(power)
        }
    }
}

//! One variant for each way an argument can be wrong.

use std::fmt;

#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// A buffer does not hold what its stated shape needs.
    Length {
        name: &'static str,
        wanted: usize,
        got: usize,
    },
    /// A power that is not positive and finite.
    Power { got: f64 },
    /// A power that is not whole, for cosines that can be negative.
    FractionalPower { got: f64 },
    /// A number outside the range it may have.
    Range {
        name: &'static str,
        low: f64,
        high: f64,
        got: f64,
    },
    /// A hue that is not finite.
    Hue { got: f64 },
    /// A shape that says more numbers than there can be.
    Size { name: &'static str },
    /// A number of threads that is none.
    Threads { variable: &'static str, got: String },
    /// The name of vector instructions that are not known, or that this processor lacks.
    Path {
        variable: &'static str,
        got: String,
        known: String,
    },
    /// A network of no layers, or with a layer without width.
    Layers,
    /// A code that stands for nothing.
    Code { name: &'static str, got: i64 },
    /// No colours to draw from.
    NoColors,
    /// Vectors without a coordinate.
    NoWidth,
}

impl Error {
    /// A number that is not in [0, 1].
    pub fn unit(name: &'static str, got: f64) -> Self {
        let (low, high) = (0.0, 1.0);
        Self::Range {
            name,
            low,
            high,
            got,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { name, wanted, got } => write!(
                f,
                "{name} must hold {wanted} numbers, as its shape says, got {got}"
            ),
            Self::Power { got } => {
                write!(f, "power must be a positive finite number, got {got}")
            }
            Self::FractionalPower { got } => write!(
                f,
                "power must be a whole number when shift is false, since cosines can be negative, \
                 got {got}; round it or pass shift=True"
            ),
            Self::Range {
                name,
                low,
                high,
                got,
            } => {
                write!(f, "{name} must lie in [{low}, {high}], got {got}")
            }
            Self::Hue { got } => write!(f, "hue must be finite, in turns, got {got}"),
            Self::Size { name } => write!(f, "{name} must fit in memory, got a larger shape"),
            Self::Threads { variable, got } => write!(
                f,
                "{variable} must be a whole number from 1 on, got {got:?}; unset it to use every \
                 processor"
            ),
            Self::Path {
                variable,
                got,
                known,
            } => write!(
                f,
                "{variable} must be one of those that this processor has, {known}, got {got:?}; \
                 unset it to use the fastest"
            ),
            Self::Layers => write!(
                f,
                "layers must be at least one, each with inputs and outputs, got fewer; add one"
            ),
            Self::Code { name, got } => write!(f, "{name} must be a known code, got {got}"),
            Self::NoWidth => write!(f, "latents must have at least one coordinate, got none"),
            Self::NoColors => write!(f, "colors must hold at least one colour, got none"),
        }
    }
}

impl std::error::Error for Error {}

pub type Result<T> = std::result::Result<T, Error>;

//! Which vector instructions the inner loops use: the widest that the processor has.
//!
//! A loop is written once and compiled for each path. A row stays in its lane and lanes are never
//! summed over, so how many there are changes no bit. A fused multiply-add rounds once where the
//! baseline rounds twice: those two agree to rounding, and every processor with AVX2 gives the same
//! bits as one with AVX-512.

use std::sync::OnceLock;

use pulp::{Simd, WithSimd};

use crate::error::{self, Error};

const VARIABLE: &str = "COLORCORE_SIMD";

/// The vectors of a processor that is not known to have any better.
type Plain = pulp::Scalar128b;

/// The instructions to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// x86-64: 512 bits and fused multiply-add.
    Avx512,
    /// x86-64: 256 bits and fused multiply-add.
    Avx2,
    /// ARM: 128 bits and fused multiply-add.
    Neon,
    /// What every processor has.
    Baseline,
}

/// An inner loop. `run` must be marked `#[inline(always)]`, or it is compiled for the baseline.
pub trait Loop {
    fn run<S: Simd>(self, simd: S);
}

struct Inner<L>(L);

impl<L: Loop> WithSimd for Inner<L> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.0.run(simd);
    }
}

/// Whether multiply-add is one instruction here; in software it would be very slow.
#[inline(always)]
pub fn is_fused<S: Simd>() -> bool {
    std::any::TypeId::of::<S>() != std::any::TypeId::of::<Plain>()
}

impl Path {
    pub const ALL: [Self; 4] = [Self::Avx512, Self::Avx2, Self::Neon, Self::Baseline];

    /// Whether this processor has it.
    pub fn is_available(self) -> bool {
        struct Nothing;
        impl Loop for Nothing {
            fn run<S: Simd>(self, _: S) {}
        }
        self.try_run(Nothing).is_ok()
    }

    /// The fastest path that this processor has, or the one that `COLORCORE_SIMD` names.
    ///
    /// The variable is read once, at the first call that asks.
    pub fn chosen() -> error::Result<Self> {
        static CHOSEN: OnceLock<error::Result<Path>> = OnceLock::new();
        CHOSEN
            .get_or_init(|| match std::env::var_os(VARIABLE) {
                Some(text) => Self::named(&text.to_string_lossy()),
                None => Ok(Self::best()),
            })
            .clone()
    }

    pub(crate) fn best() -> Self {
        let best = Self::ALL.into_iter().find(|path| path.is_available());
        best.unwrap_or(Self::Baseline)
    }

    fn named(text: &str) -> error::Result<Self> {
        let known: Vec<Self> = Self::ALL
            .into_iter()
            .filter(|path| path.is_available())
            .collect();
        let found = known.iter().find(|path| path.name() == text.trim());
        found.copied().ok_or_else(|| Error::Path {
            variable: VARIABLE,
            got: text.to_owned(),
            known: known
                .iter()
                .map(|path| path.name())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Neon => "neon",
            Self::Baseline => "baseline",
        }
    }

    /// Runs a loop compiled for this path.
    ///
    /// # Panics
    ///
    /// When the processor does not have it.
    pub fn run(self, inner: impl Loop) {
        if self.try_run(inner).is_err() {
            panic!("this processor has no {self:?}");
        }
    }

    /// Runs a loop, or gives it back.
    fn try_run<L: Loop>(self, inner: L) -> Result<(), L> {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => match pulp::x86::V4::try_new() {
                Some(simd) => Simd::vectorize(simd, Inner(inner)),
                None => return Err(inner),
            },
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => match pulp::x86::V3::try_new() {
                Some(simd) => Simd::vectorize(simd, Inner(inner)),
                None => return Err(inner),
            },
            #[cfg(target_arch = "aarch64")]
            Self::Neon => match pulp::aarch64::Neon::try_new() {
                Some(simd) => Simd::vectorize(simd, Inner(inner)),
                None => return Err(inner),
            },
            Self::Baseline => Simd::vectorize(pulp::Scalar128b, Inner(inner)),
            #[allow(unreachable_patterns, reason = "each processor lacks some")]
            _ => return Err(inner),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_named_or_refused_with_those_there_are() {
        assert_eq!(Path::named(" baseline "), Ok(Path::Baseline));
        for text in ["", "sse", "AVX2"] {
            let error = Path::named(text).unwrap_err().to_string();
            assert!(
                error.starts_with("COLORCORE_SIMD must be one of those that"),
                "{error}"
            );
            assert!(error.contains("baseline, got"), "{error}");
        }
    }
}

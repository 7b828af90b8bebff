//! Buffers of numbers: what their shapes say, and room for results or the error that there is none.

use crate::error::{Error, Result};
use crate::real::Real;

/// Checks that a buffer holds what its shape says.
pub fn check_length(name: &'static str, got: usize, wanted: usize) -> Result<()> {
    if got == wanted {
        Ok(())
    } else {
        Err(Error::Length { name, wanted, got })
    }
}

/// How many numbers a shape holds.
pub fn size(name: &'static str, shape: &[usize]) -> Result<usize> {
    shape
        .iter()
        .try_fold(1usize, |size, &n| size.checked_mul(n))
        .ok_or(Error::Size { name })
}

/// An empty buffer with room for so many values.
pub fn room<V>(name: &'static str, values: usize) -> Result<Vec<V>> {
    let mut buffer = Vec::new();
    match buffer.try_reserve_exact(values) {
        Ok(()) => Ok(buffer),
        Err(_) => Err(Error::Size { name }),
    }
}

/// A buffer of so many zeros.
pub fn zeros<T: Real>(name: &'static str, numbers: usize) -> Result<Vec<T>> {
    // Zeros of the system's making cost nothing until they are used, but where it has none the
    // process would end: so ask first.
    drop(room::<T>(name, numbers)?);
    Ok(vec![T::ZERO; numbers])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_or_a_buffer_beyond_all_memory_is_refused() {
        let wanted = Error::Size { name: "cube" };
        assert_eq!(size("cube", &[usize::MAX, 2]), Err(wanted.clone()));
        assert_eq!(size("cube", &[usize::MAX, 2, 0]), Err(wanted.clone()));
        for numbers in [usize::MAX, isize::MAX as usize / 8, 1 << 55] {
            assert_eq!(zeros::<f64>("cube", numbers), Err(wanted.clone()));
        }
        assert_eq!(zeros::<f32>("cube", 3), Ok(vec![0.0; 3]));
    }
}

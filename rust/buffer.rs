//! Buffers of numbers: what their shapes say, and room for results or the error that there is none.

use std::ops::{Deref, DerefMut};

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

/// How many bytes the largest of our numbers takes.
const WIDEST: usize = 8;

/// How many numbers a shape holds.
///
/// Also of an empty one no array can be made when its other axes alone would exceed all memory.
pub fn size(name: &'static str, shape: &[usize]) -> Result<usize> {
    let others = shape.iter().filter(|&&n| n > 0);
    others
        .copied()
        .try_fold(WIDEST, usize::checked_mul)
        .filter(|&bytes| bytes <= isize::MAX as usize)
        .ok_or(Error::Size { name })?;
    Ok(shape.iter().product())
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

/// Bytes that a processor fetches from memory at once.
const LINE: usize = 64;

/// Numbers that begin where a line of the cache does, so that no register's worth lies across two.
pub struct Aligned<T> {
    buffer: Vec<T>,
    start: usize,
    numbers: usize,
}

impl<T: Real> Aligned<T> {
    /// So many zeros.
    pub fn zeros(name: &'static str, numbers: usize) -> Result<Self> {
        let buffer = zeros::<T>(name, numbers.saturating_add(LINE / size_of::<T>()))?;
        let start = buffer.as_ptr().align_offset(LINE);
        Ok(Self {
            buffer,
            start: start.min(LINE / size_of::<T>()), // more where there is no telling
            numbers,
        })
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.buffer[self.start..][..self.numbers]
    }
}

impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.buffer[self.start..][..self.numbers]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_or_a_buffer_beyond_all_memory_is_refused() {
        let wanted = Error::Size { name: "cube" };
        assert_eq!(size("cube", &[usize::MAX, 2]), Err(wanted.clone()));
        for shape in [[usize::MAX, 2, 0], [0, 1 << 30, 1 << 31], [1 << 60, 0, 1]] {
            assert_eq!(size("cube", &shape), Err(wanted.clone()));
        }
        assert_eq!(size("cube", &[0, 1 << 30, 1 << 29]), Ok(0));
        assert_eq!(size("cube", &[2, 3, 0]), Ok(0));
        assert_eq!(size("cube", &[2, 3, 4]), Ok(24));
        for numbers in [usize::MAX, isize::MAX as usize / 8, 1 << 55] {
            assert_eq!(zeros::<f64>("cube", numbers), Err(wanted.clone()));
        }
        assert_eq!(zeros::<f32>("cube", 3), Ok(vec![0.0; 3]));
    }
}

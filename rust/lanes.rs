//! Samples side by side in lanes, as the inner loops want them.
//!
//! Everything here is inlined into those loops, and so compiled for each instruction set with them.

use crate::real::Real;

/// Rows that are worked on together, each in a lane of its own.
pub const LANES: usize = 16;

pub type Lanes<T> = [T; LANES];

/// Vectors of as many samples as there are lanes, a coordinate of all of them side by side.
///
/// `K` is their width, or 0 for one known only when the program runs.
pub struct Columns<T, const K: usize> {
    fixed: [Lanes<T>; K],
    grown: Vec<Lanes<T>>,
}

impl<T: Real, const K: usize> Columns<T, K> {
    #[inline(always)]
    pub fn new(width: usize) -> Self {
        let zero = [T::ZERO; LANES];
        let grown = if K == 0 {
            vec![zero; width]
        } else {
            Vec::new()
        };
        Self {
            fixed: [zero; K],
            grown,
        }
    }

    #[inline(always)]
    fn get(&self) -> &[Lanes<T>] {
        if K == 0 { &self.grown } else { &self.fixed }
    }

    #[inline(always)]
    fn get_mut(&mut self) -> &mut [Lanes<T>] {
        if K == 0 {
            &mut self.grown
        } else {
            &mut self.fixed
        }
    }

    #[inline(always)]
    pub fn clear(&mut self) {
        self.get_mut().fill([T::ZERO; LANES]);
    }

    /// Takes in the samples from `start` on; lanes past them get the zero vector.
    #[inline(always)]
    pub fn gather(&mut self, units: &[T], start: usize, rows: usize) {
        self.clear();
        let columns = self.get_mut();
        let width = columns.len();
        for (lane, unit) in units[start * width..]
            .chunks_exact(width)
            .take(rows)
            .enumerate()
        {
            for (column, &x) in columns.iter_mut().zip(unit) {
                column[lane] = x;
            }
        }
    }

    /// Writes the samples out again, each times a factor.
    #[inline(always)]
    pub fn scatter(&self, out: &mut [T], factor: T) {
        let columns = self.get();
        for (lane, row) in out.chunks_exact_mut(columns.len()).enumerate() {
            for (x, column) in row.iter_mut().zip(columns) {
                *x = factor * column[lane];
            }
        }
    }

    /// The cosine of each lane's sample with another.
    #[inline(always)]
    pub fn cosines(&self, other: &[T]) -> Lanes<T> {
        let mut cosines = [T::ZERO; LANES];
        for (column, &x) in self.get().iter().zip(other) {
            for lane in 0..LANES {
                cosines[lane] += column[lane] * x;
            }
        }
        cosines
    }

    #[inline(always)]
    pub fn add_scaled(&mut self, weights: &Lanes<T>, other: &[T]) {
        for (column, &x) in self.get_mut().iter_mut().zip(other) {
            for lane in 0..LANES {
                column[lane] += weights[lane] * x;
            }
        }
    }

    #[inline(always)]
    pub fn add(&mut self, more: &Self) {
        for (column, addend) in self.get_mut().iter_mut().zip(more.get()) {
            add(column, addend);
        }
    }
}

#[inline(always)]
pub fn add<T: Real>(sums: &mut Lanes<T>, more: &Lanes<T>) {
    for lane in 0..LANES {
        sums[lane] += more[lane];
    }
}

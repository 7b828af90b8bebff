//! Directions in panels: some rows side by side, coordinate by coordinate, as products of matrices
//! want them.
//!
//! A panel is (depth × `PANEL`). Its rows are read as vectors, a row in each lane, and as numbers to
//! be multiplied with such vectors: both from front to back. Rows and coordinates past the last are
//! zeros.

use pulp::{Simd, bytemuck};

use crate::buffer::{Aligned, zeros};
use crate::directions::{Directions, normalize};
use crate::error::Result;
use crate::lanes::{MOST_LANES, lanes, store};
use crate::path::{Loop, Path};
use crate::real::Real;
use crate::threads;

/// Rows of a panel: whole registers of every path, two at once.
pub const PANEL: usize = 32;
/// Coordinates of a panel are padded to whole groups of so many.
pub const GROUP: usize = 8;

/// Coordinates that are taken from one row before the next: rows of wide vectors lie far apart.
const RUN: usize = 16;

/// Coordinates of a panel for vectors of some width.
pub fn depth(width: usize) -> usize {
    width.next_multiple_of(GROUP)
}

/// Panels of an item.
pub fn panels(batch: usize) -> usize {
    batch.div_ceil(PANEL)
}

/// Directions of latents (items × batch × width) whose units are in panels, each of one item.
pub fn directions<T: Real>(
    latents: &[T],
    (batch, width): (usize, usize),
    path: Path,
    threads: usize,
) -> Result<Directions<T>> {
    let rows = latents.len() / width;
    let panel = depth(width) * PANEL;
    let mut made = Directions {
        units: Aligned::zeros("the directions", rows / batch * panels(batch) * panel)?,
        scales: zeros("the directions", rows)?,
        pulls: zeros("the directions", rows)?,
    };
    let mut units = made.units.chunks_exact_mut(panel);
    let mut tasks = Vec::with_capacity(rows / batch * panels(batch));
    let factors = made
        .scales
        .chunks_mut(batch)
        .zip(made.pulls.chunks_mut(batch));
    for (item, (scales, pulls)) in latents.chunks(batch * width).zip(factors) {
        let factors = scales.chunks_mut(PANEL).zip(pulls.chunks_mut(PANEL));
        for ((rows, factors), units) in item.chunks(PANEL * width).zip(factors).zip(&mut units) {
            tasks.push(Normalize {
                rows,
                width,
                units,
                factors,
            });
        }
    }
    threads::each(threads, tasks, |panel| path.run(panel));
    Ok(made)
}

/// Rows to be normalised into a panel.
struct Normalize<'a, T> {
    rows: &'a [T],
    width: usize,
    units: &'a mut [T],
    factors: (&'a mut [T], &'a mut [T]),
}

impl<T: Real> Loop for Normalize<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let lanes = lanes::<T, S>();
        let mut columns = vec![T::splat(simd, T::ZERO); self.width];
        let factors = self.factors.0.chunks_mut(lanes);
        let factors = factors.zip(self.factors.1.chunks_mut(lanes));
        let rows = self.rows.chunks(lanes * self.width).zip(factors);
        for (i, (z, (scale, pull))) in rows.enumerate() {
            gather::<T, S>(z, &mut columns);
            let found = normalize::<T, S>(simd, &mut columns);
            let units = self.units.chunks_exact_mut(PANEL);
            for (unit, &column) in units.zip(&columns) {
                store::<T, S>(column, &mut unit[i * lanes..(i + 1) * lanes]);
            }
            store::<T, S>(found.0, scale);
            store::<T, S>(found.1, pull);
        }
    }
}

/// Takes rows, at most as many as there are lanes, into columns; lanes past them get the zero vector.
#[inline(always)]
fn gather<T: Real, S: Simd>(rows: &[T], columns: &mut [T::Vector<S>]) {
    let width = columns.len();
    for (i, columns) in columns.chunks_mut(RUN).enumerate() {
        let mut buffers = [[T::ZERO; MOST_LANES]; RUN];
        for (lane, row) in rows.chunks_exact(width).enumerate() {
            let row = &row[i * RUN..][..columns.len()];
            for (buffer, &x) in buffers.iter_mut().zip(row) {
                buffer[lane] = x;
            }
        }
        for (column, buffer) in columns.iter_mut().zip(&buffers) {
            *column = bytemuck::cast_slice(&buffer[..lanes::<T, S>()])[0];
        }
    }
}

/// Writes columns to rows, as many as there is room for.
#[inline(always)]
pub fn scatter<T: Real, S: Simd>(columns: &[T::Vector<S>], rows: &mut [T]) {
    for (i, run) in columns.chunks(RUN).enumerate() {
        let numbers: &[T] = bytemuck::cast_slice(run);
        for (lane, row) in rows.chunks_exact_mut(columns.len()).enumerate() {
            let row = &mut row[i * RUN..][..run.len()];
            for (x, numbers) in row.iter_mut().zip(numbers.chunks_exact(lanes::<T, S>())) {
                *x = numbers[lane];
            }
        }
    }
}

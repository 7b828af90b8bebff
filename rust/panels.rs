//! Directions in panels: some rows side by side, coordinate by coordinate, as products of matrices
//! want them.
//!
//! A panel is (depth × `PANEL`). Its rows are read as vectors, a row in each lane, and as numbers to
//! be multiplied with such vectors: both from front to back. Rows and coordinates past the last are
//! zeros.

use pulp::Simd;

use crate::buffer::zeros;
use crate::directions::{Directions, normalize};
use crate::error::Result;
use crate::lanes::{Columns, lanes, store};
use crate::path::{Loop, Path};
use crate::real::Real;
use crate::threads;

/// Rows of a panel: whole registers of every path, two at once.
pub const PANEL: usize = 32;
/// Coordinates of a panel are padded to whole groups of so many.
pub const GROUP: usize = 8;

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
        units: zeros("the directions", rows / batch * panels(batch) * panel)?,
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
        let mut columns = Columns::<T, S, 0>::zeros(simd, self.width);
        let factors = self.factors.0.chunks_mut(lanes);
        let factors = factors.zip(self.factors.1.chunks_mut(lanes));
        let rows = self.rows.chunks(lanes * self.width).zip(factors);
        for (i, (z, (scale, pull))) in rows.enumerate() {
            columns.gather(z);
            let found = normalize::<T, S>(simd, columns.get_mut());
            let units = self.units.chunks_exact_mut(PANEL);
            for (unit, &column) in units.zip(columns.get()) {
                store::<T, S>(column, &mut unit[i * lanes..(i + 1) * lanes]);
            }
            store::<T, S>(found.0, scale);
            store::<T, S>(found.1, pull);
        }
    }
}

//! Normalisation of rows to unit length, as `torch.nn.functional.normalize` has it, and back.
//!
//! Each row is summed in its own order by products and sums rounded one by one: the same bits on
//! every processor.

use crate::real::Real;

/// Lengths below this count as this.
const SHORTEST: f64 = 1e-12;

/// ‖z‖.
#[inline(always)]
fn length<T: Real>(z: &[T]) -> T {
    let mut squares = T::ZERO;
    for &x in z {
        squares = squares + x * x;
    }
    squares.root()
}

/// z/max(‖z‖, 1e-12) of each row. Rows are padded with zeros.
#[inline(always)]
pub fn normalize<T: Real>(rows: &[T], stride: usize, width: usize, out: &mut [T]) {
    let shortest = T::of(SHORTEST);
    for (z, unit) in rows.chunks_exact(stride).zip(out.chunks_exact_mut(stride)) {
        let length = length(&z[..width]);
        let length = if length < shortest { shortest } else { length };
        // What pads the row is 0, and stays so: whole registers are quicker than a few numbers.
        for (u, &x) in unit.iter_mut().zip(z) {
            *u = x / length;
        }
    }
}

/// From the gradient by unit rows to that by the rows, in its place.
///
/// (g − u (u·g))/‖z‖; g/1e-12 for a vector that short, whose length has no say in it.
#[inline(always)]
pub fn through_norm<T: Real>(
    rows: &[T],
    units: &[T],
    stride: usize,
    width: usize,
    gradient: &mut [T],
) {
    let shortest = T::of(SHORTEST);
    let pairs = rows.chunks_exact(stride).zip(units.chunks_exact(stride));
    for ((z, unit), g) in pairs.zip(gradient.chunks_exact_mut(stride)) {
        let length = length(&z[..width]);
        let mut along = T::ZERO;
        for (&g, &u) in g[..width].iter().zip(unit) {
            along = along + g * u;
        }
        let is_short = length < shortest;
        let length = if is_short { shortest } else { length };
        let along = if is_short { T::ZERO } else { along };
        for (g, &u) in g.iter_mut().zip(unit) {
            *g = (*g - u * along) / length;
        }
    }
}

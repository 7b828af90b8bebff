//! Batched pairwise angular separation, value and gradient.
//!
//! For each item of a batch of vectors, û = z/(‖z‖ + 1e-8), c_ij = ûᵢ·ûⱼ, s_ij = (c_ij + 1)/2 when
//! shifted and c_ij when not, ℓᵢ = Σⱼ s_ij^power. A pair with |c_ij − 1| ≤ 1e-5 + 1e-8 counts
//! nothing: that is a sample with itself, or with a duplicate. The gradient holds that choice
//! constant and passes through the normalisation.
//!
//! Memory is O(batch · width): no matrix of pairs is ever stored. Each row is summed in explicit
//! lanes in a fixed order and without fused multiply-add, so that every processor, and any number of
//! threads, gives the same bits.

use rayon::prelude::*;

use crate::error::{Error, Result, check_length};
use crate::real::Real;
use crate::rows::{Kernel, LANES};

/// Added to a norm, so that the zero vector has a direction: none.
const EPSILON: f64 = 1e-8;
/// Fewer multiplications than this are done on the calling thread.
const WORTH_THREADS: usize = 1 << 22;
/// Rows that one task works through.
const TASK_ROWS: usize = 16;

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

/// How latents lie in memory: items × batch × width, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub items: usize,
    pub batch: usize,
    pub width: usize,
}

impl Shape {
    fn rows(self) -> usize {
        self.items * self.batch
    }

    /// Length of a coordinate's row of units: the batch, rounded up to whole lanes.
    pub fn stride(self) -> usize {
        self.batch.next_multiple_of(LANES)
    }

    fn is_small(self) -> bool {
        self.rows() * self.batch * self.width.max(4) < WORTH_THREADS
    }
}

/// ℓ of each sample: (items × batch × width) → (items × batch).
pub fn angular_separation<T: Kernel>(latents: &[T], shape: Shape, law: Law) -> Result<Vec<T>> {
    check_length("latents", latents.len(), shape.rows() * shape.width)?;
    let units = Units::of(latents, shape);
    let mut losses = vec![T::ZERO; shape.rows()];
    each_task(&mut losses, 1, shape, |item, first, losses| {
        T::losses(units.item(item), shape, first, law, losses);
    });
    Ok(losses)
}

/// Gradient of Σ upstream · ℓ: latents and (items × batch) → (items × batch × width).
pub fn angular_separation_grad<T: Kernel>(
    latents: &[T],
    upstream: &[T],
    shape: Shape,
    law: Law,
) -> Result<Vec<T>> {
    check_length("latents", latents.len(), shape.rows() * shape.width)?;
    check_length("upstream", upstream.len(), shape.rows())?;
    let units = Units::of(latents, shape);
    let padded = pad(upstream, shape);
    let mut grad = vec![T::ZERO; latents.len()];
    each_task(&mut grad, shape.width, shape, |item, first, grad| {
        let upstream = &padded[item * shape.stride()..][..shape.stride()];
        T::gradients(units.item(item), upstream, shape, first, law, grad);
        let start = (item * shape.batch + first) * shape.width;
        let vectors = latents[start..].chunks_exact(shape.width);
        for (g, z) in grad.chunks_exact_mut(shape.width).zip(vectors) {
            through_norm(g, z);
        }
    });
    Ok(grad)
}

/// Calls `work(item, first row, rows)` for runs of rows of one item that make up the whole.
fn each_task<T: Real>(
    out: &mut [T],
    width: usize,
    shape: Shape,
    work: impl Fn(usize, usize, &mut [T]) + Sync,
) {
    if out.is_empty() {
        return;
    }
    let size = shape.batch * width;
    if shape.is_small() {
        out.chunks_exact_mut(size)
            .enumerate()
            .for_each(|(item, rows)| work(item, 0, rows));
    } else {
        out.par_chunks_exact_mut(size)
            .enumerate()
            .for_each(|(item, rows)| {
                let tasks = rows.par_chunks_mut(TASK_ROWS * width).enumerate();
                tasks.for_each(|(task, rows)| work(item, task * TASK_ROWS, rows));
            });
    }
}

/// Unit vectors with a coordinate's values for the whole batch side by side, as lanes want them.
struct Units<T> {
    values: Vec<T>,
    size: usize,
}

impl<T: Real> Units<T> {
    fn of(latents: &[T], shape: Shape) -> Self {
        let (width, stride) = (shape.width, shape.stride());
        let size = width * stride;
        let mut values = vec![T::ZERO; shape.items * size];
        if width > 0 {
            for (row, z) in latents.chunks_exact(width).enumerate() {
                let (item, sample) = (row / shape.batch, row % shape.batch);
                let scale = norm(z) + T::of(EPSILON);
                for (k, &x) in z.iter().enumerate() {
                    values[item * size + k * stride + sample] = x / scale;
                }
            }
        }
        Self { values, size }
    }

    fn item(&self, item: usize) -> &[T] {
        &self.values[item * self.size..][..self.size]
    }
}

fn pad<T: Real>(upstream: &[T], shape: Shape) -> Vec<T> {
    let mut padded = vec![T::ZERO; shape.items * shape.stride()];
    if shape.batch > 0 {
        let rows = padded.chunks_exact_mut(shape.stride());
        for (to, from) in rows.zip(upstream.chunks_exact(shape.batch)) {
            to[..shape.batch].copy_from_slice(from);
        }
    }
    padded
}

fn norm<T: Real>(z: &[T]) -> T {
    z.iter().map(|&x| x * x).sum::<T>().sqrt()
}

/// Turns the gradient by û into the gradient by z, in place.
fn through_norm<T: Real>(grad: &mut [T], z: &[T]) {
    let length = norm(z);
    let scale = length + T::of(EPSILON);
    let along: T = grad.iter().zip(z).map(|(&g, &x)| g * x).sum();
    // The norm has no slope at the zero vector; 0 is the subgradient that PyTorch takes too.
    let pull = if length == T::ZERO {
        T::ZERO
    } else {
        along / (length * scale * scale)
    };
    for (g, &x) in grad.iter_mut().zip(z) {
        *g = *g / scale - x * pull;
    }
}

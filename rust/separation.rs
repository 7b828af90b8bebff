//! Batched pairwise angular separation, value and gradient.
//!
//! For each item of a batch of vectors, û = z/(‖z‖ + 1e-8), c_ij = ûᵢ·ûⱼ, s_ij = (c_ij + 1)/2 when
//! shifted and c_ij when not, ℓᵢ = Σⱼ s_ij^power. A pair with |c_ij − 1| ≤ 1e-5 + 1e-8 counts
//! nothing: that is a sample with itself, or with a duplicate. The gradient holds that choice
//! constant and passes through the normalisation.
//!
//! Memory is O(batch · width): no matrix of pairs is ever stored. Each row is summed in a fixed
//! order, so that any number of threads gives the same bits. Narrow vectors are worked on row by row,
//! wide ones in blocks (`wide`).

use crate::buffer::{check_length, size, zeros};
use crate::directions::Directions;
use crate::error::{Error, Result};
use crate::law::Law;
use crate::made::Made;
use crate::pairs::{Pairs, Rows};
use crate::panels::PANEL;
use crate::path::Path;
use crate::real::Real;
use crate::threads;
use crate::wide;

/// Multiplications that take a thread about as long as a hundred starts of one.
const WORTH_THREAD: usize = 1 << 24;
/// Width from which blocks and products of matrices are taken, if there is a panel of samples: about
/// even with rows one by one at 64 and faster at 128, for batches of 32 to 2048 on AVX-512.
const WIDE: usize = 96;
/// Rows that one task works through: whole registers on every path.
const TASK_ROWS: usize = 64;

/// How latents lie in memory: items × batch × width, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub items: usize,
    pub batch: usize,
    pub width: usize,
}

impl Shape {
    fn check(self, latents: usize) -> Result<()> {
        if self.width == 0 {
            return Err(Error::NoWidth);
        }
        let wanted = size("latents", &[self.items, self.batch, self.width])?;
        check_length("latents", latents, wanted)
    }

    fn rows(self) -> usize {
        self.items * self.batch
    }

    /// Threads that are worth their start, when work is shared out in so many rounds.
    pub(crate) fn threads(self, rounds: usize) -> Result<usize> {
        let pairs = self.rows().saturating_mul(self.batch);
        let multiplications = pairs.saturating_mul(self.width.max(4)) / rounds;
        Ok((multiplications / WORTH_THREAD).clamp(1, threads::most()?))
    }
}

/// ℓ of each sample: (items × batch × width) → (items × batch).
pub fn angular_separation<T: Real>(latents: &[T], shape: Shape, law: Law) -> Result<Vec<T>> {
    shape.check(latents.len())?;
    let mut losses = zeros("the losses", shape.rows())?;
    make(
        latents,
        shape,
        law,
        Path::chosen()?,
        Made::Losses(&mut losses),
    )?;
    Ok(losses)
}

/// ℓ of each sample, and the gradient of Σ ℓ by the latents, in little more time than ℓ alone.
pub fn angular_separation_with_grad<T: Real>(
    latents: &[T],
    shape: Shape,
    law: Law,
) -> Result<(Vec<T>, Vec<T>)> {
    angular_separation_with_grad_on(latents, shape, law, Path::chosen()?)
}

pub(crate) fn angular_separation_with_grad_on<T: Real>(
    latents: &[T],
    shape: Shape,
    law: Law,
    path: Path,
) -> Result<(Vec<T>, Vec<T>)> {
    shape.check(latents.len())?;
    let mut losses = zeros("the losses", shape.rows())?;
    let mut gradient = zeros("the gradient", latents.len())?;
    let made = Made::LossesAndGradient(&mut losses, &mut gradient);
    make(latents, shape, law, path, made)?;
    Ok((losses, gradient))
}

/// Gradient of Σ upstream · ℓ: latents and (items × batch) → (items × batch × width).
///
/// With `grad_of_sum`, that of Σ ℓ at the same latents, there is nothing to do but multiply where
/// the upstream gradient is the same for all samples of an item, as that of a mean is.
pub fn angular_separation_grad<T: Real>(
    latents: &[T],
    upstream: &[T],
    grad_of_sum: Option<&[T]>,
    shape: Shape,
    law: Law,
) -> Result<Vec<T>> {
    angular_separation_grad_on(latents, upstream, grad_of_sum, shape, law, Path::chosen()?)
}

pub(crate) fn angular_separation_grad_on<T: Real>(
    latents: &[T],
    upstream: &[T],
    grad_of_sum: Option<&[T]>,
    shape: Shape,
    law: Law,
    path: Path,
) -> Result<Vec<T>> {
    shape.check(latents.len())?;
    check_length("upstream", upstream.len(), shape.rows())?;
    if let Some(of_sum) = grad_of_sum {
        check_length("grad_of_sum", of_sum.len(), latents.len())?;
        if is_uniform(upstream, shape.batch) {
            let mut gradient = of_sum.to_vec();
            for (row, &u) in gradient.chunks_exact_mut(shape.width).zip(upstream) {
                for g in row {
                    *g = *g * u;
                }
            }
            return Ok(gradient);
        }
    }
    let mut gradient = zeros("the gradient", latents.len())?;
    let made = Made::Gradient(upstream, &mut gradient);
    make(latents, shape, law, path, made)?;
    Ok(gradient)
}

/// Whether all samples of an item have the same. One that is not a number is like no other.
fn is_uniform<T: Real>(upstream: &[T], batch: usize) -> bool {
    let mut items = upstream.chunks(batch.max(1));
    items.all(|item| item.iter().all(|&u| u == item[0]))
}

fn make<T: Real>(latents: &[T], shape: Shape, law: Law, path: Path, made: Made<T>) -> Result<()> {
    if latents.is_empty() {
        return Ok(()); // there may be any number of items with nothing in them
    }
    if shape.width >= WIDE && shape.batch >= PANEL {
        wide::make(latents, shape, law, path, made)
    } else {
        narrow(latents, shape, law, path, made)
    }
}

/// Row by row, which suits vectors whose coordinates stay in registers.
fn narrow<T: Real>(
    latents: &[T],
    shape: Shape,
    law: Law,
    path: Path,
    mut made: Made<T>,
) -> Result<()> {
    let directions = Directions::of(latents, shape.width, path)?;
    let mut tasks = Vec::with_capacity(shape.items * shape.batch.div_ceil(TASK_ROWS));
    for item in 0..shape.items {
        let (start, stop) = (item * shape.batch, (item + 1) * shape.batch);
        for first in (start..stop).step_by(TASK_ROWS) {
            let (task, rest) = made.split_at(TASK_ROWS.min(stop - first), shape.width);
            let rows = Rows {
                directions: &directions,
                width: shape.width,
                item: (start, stop),
                first,
                terms: law.terms(),
            };
            tasks.push(Pairs(rows, task));
            made = rest;
        }
    }
    threads::each(shape.threads(1)?, tasks, |pairs| path.run(pairs));
    Ok(())
}

#[cfg(test)]
mod tests;

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
use crate::law::Law;
use crate::real::Real;
use crate::rows::Kernel;

/// Added to a norm, so that the zero vector has a direction: none.
const EPSILON: f64 = 1e-8;
/// Fewer multiplications than this are done on the calling thread.
const WORTH_THREADS: usize = 1 << 22;
/// Rows that one task works through.
const TASK_ROWS: usize = 16;

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
        check_length("latents", latents, self.rows() * self.width)
    }

    fn rows(self) -> usize {
        self.items * self.batch
    }

    /// The vectors of one item.
    fn item<T>(self, vectors: &[T], item: usize) -> &[T] {
        let size = self.batch * self.width;
        &vectors[item * size..][..size]
    }

    fn is_small(self) -> bool {
        self.rows() * self.batch * self.width.max(4) < WORTH_THREADS
    }
}

/// ℓ of each sample: (items × batch × width) → (items × batch).
pub fn angular_separation<T: Kernel>(latents: &[T], shape: Shape, law: Law) -> Result<Vec<T>> {
    shape.check(latents.len())?;
    let units = unit_vectors(latents, shape);
    let mut losses = vec![T::ZERO; shape.rows()];
    each_task(&mut losses, 1, shape, |item, first, losses| {
        T::losses(shape.item(&units, item), shape, first, law, losses);
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
    shape.check(latents.len())?;
    check_length("upstream", upstream.len(), shape.rows())?;
    let units = unit_vectors(latents, shape);
    let mut grad = vec![T::ZERO; latents.len()];
    each_task(&mut grad, shape.width, shape, |item, first, grad| {
        let upstream = &upstream[item * shape.batch..][..shape.batch];
        T::gradients(shape.item(&units, item), upstream, shape, first, law, grad);
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

/// û of every sample, laid out as the latents are.
fn unit_vectors<T: Real>(latents: &[T], shape: Shape) -> Vec<T> {
    let mut units = latents.to_vec();
    for unit in units.chunks_exact_mut(shape.width) {
        let scale = T::ONE / (norm(unit) + T::of(EPSILON));
        unit.iter_mut().for_each(|x| *x = *x * scale);
    }
    units
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape(batch: usize, width: usize) -> Shape {
        Shape {
            items: 1,
            batch,
            width,
        }
    }

    fn law(power: f64) -> Law {
        Law::new(power, true).unwrap()
    }

    #[test]
    fn samples_at_right_angles_have_one_half_to_the_power() {
        let losses = angular_separation(&[2.0f64, 0.0, 0.0, 3.0], shape(2, 2), law(3.0)).unwrap();
        assert!((losses[0] - 0.125).abs() < 1e-7);
        assert_eq!(losses[0], losses[1]);
    }

    #[test]
    fn duplicates_count_nothing() {
        let z = [1.0f32, 2.0, 2.0, 4.0, 1.0, 2.0];
        assert_eq!(
            angular_separation(&z, shape(3, 2), law(1.0)).unwrap(),
            [0.0; 3]
        );
        let grad = angular_separation_grad(&z, &[1.0; 3], shape(3, 2), law(1.0)).unwrap();
        assert_eq!(grad, [0.0; 6]);
    }

    #[test]
    fn wrong_arguments_are_refused() {
        assert_eq!(Law::new(0.5, true).unwrap_err(), Error::Power { got: 0.5 });
        assert_eq!(
            Law::new(2.5, false).unwrap_err(),
            Error::FractionalPower { got: 2.5 }
        );
        assert!(Law::new(f64::NAN, true).is_err());
        assert_eq!(
            angular_separation::<f32>(&[], shape(3, 0), law(1.0)),
            Err(Error::NoWidth)
        );
        assert!(angular_separation(&[1.0f32; 5], shape(3, 2), law(1.0)).is_err());
        assert!(angular_separation_grad(&[1.0f32; 6], &[1.0; 2], shape(3, 2), law(1.0)).is_err());
    }

    /// The formula pair by pair.
    fn naive(z: &[f64], batch: usize, width: usize, power: f64) -> Vec<f64> {
        let unit = |i: usize| {
            let v = &z[i * width..][..width];
            let scale = norm(v) + EPSILON;
            v.iter().map(|x| x / scale).collect::<Vec<_>>()
        };
        (0..batch)
            .map(|i| {
                let term = |j| {
                    let c: f64 = unit(i).iter().zip(unit(j)).map(|(a, b)| a * b).sum();
                    if (c - 1.0).abs() <= 1.001e-5 {
                        0.0
                    } else {
                        ((c + 1.0) / 2.0).powf(power)
                    }
                };
                (0..batch).map(term).sum()
            })
            .collect()
    }

    proptest! {
        #[test]
        fn values_are_those_of_the_formula(
            z in prop::collection::vec(-3.0f64..3.0, 0..120),
            width in 1usize..7,
            power in 1.0f64..50.0,
        ) {
            let batch = z.len() / width;
            let z = &z[..batch * width];
            let got = angular_separation(z, shape(batch, width), law(power)).unwrap();
            for (a, b) in got.iter().zip(naive(z, batch, width, power)) {
                prop_assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()));
            }
        }

        #[test]
        fn gradients_are_those_of_finite_differences(
            z in prop::collection::vec(0.5f64..3.0, 12),
            upstream in prop::collection::vec(-1.0f64..1.0, 4),
            at in 0usize..12,
        ) {
            let (shape, law, step) = (shape(4, 3), law(3.0), 1e-6);
            let value = |z: &[f64]| -> f64 {
                let losses = angular_separation(z, shape, law).unwrap();
                losses.iter().zip(&upstream).map(|(l, u)| l * u).sum()
            };
            let nudged = |by: f64| {
                let mut moved = z.clone();
                moved[at] += by;
                value(&moved)
            };
            let grad = angular_separation_grad(&z, &upstream, shape, law).unwrap();
            let slope = (nudged(step) - nudged(-step)) / (2.0 * step);
            // Between the two a pair may come to count, or cease to: then there is no slope.
            prop_assume!((nudged(step) - nudged(-step)).abs() < 0.1);
            prop_assert!((grad[at] - slope).abs() < 1e-4);
        }
    }
}

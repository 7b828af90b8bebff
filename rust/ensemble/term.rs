//! Terms of an objective: what a latent vector costs, and which samples count.
//!
//! Coordinates lie in columns, a sample after the other, and every operation is rounded by itself:
//! as many lanes as there are change no bit.

use super::hide::Hide;
use super::tilt::{Tilt, leave};
use crate::directions::EPSILON;
use crate::law::Law;
use crate::real::Real;

/// The place of what is left of a layer, behind the layers.
pub const REST: usize = 2;

/// What a term costs a sample.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// How crowded its direction is.
    Separation(Law),
    /// 1 − cos to a direction at unit length.
    AngularAnchor,
    /// 1 − cos to a direction at unit length that is turned off the anchored axes.
    TiltedAnchor(Tilt),
    /// 1 − cos of what is left without the anchored axes to that of typical samples, or 0 where
    /// there are none.
    Hide(Hide),
    /// Squared distance to a point.
    EuclideanAnchor,
    /// max(0, cos) to a direction at unit length, or (cos + 1)/2 over the full sphere.
    AntiAnchor { full_sphere: bool },
    /// Σ inside_k · z_k², or of what is below 0 alone, Σ inside_k · max(0, −z_k)².
    Subspace { is_one_sided: bool },
    /// (‖z‖ − 1)².
    Unitarity,
}

/// One term: what it costs, on which of the layers, and whom it concerns.
#[derive(Clone, Debug)]
pub struct Term<T> {
    pub kind: Kind,
    /// 0 for the encoder, 1 for the bottleneck.
    pub layer: usize,
    /// The direction, the point or the inside of its subspace: a number a coordinate.
    pub vector: Vec<T>,
    /// 1 for each coordinate that is of no anchored axis, which tilting and hiding ask for.
    pub off_axis: Vec<T>,
    /// How much each concept's label counts, or none when every sample does.
    pub affinities: Option<Vec<T>>,
}

/// The latents of one run at one layer, by columns (width × batch), and their lengths.
pub struct Latents<T> {
    pub columns: Vec<T>,
    pub lengths: Vec<T>,
}

impl<T: Real> Latents<T> {
    pub fn new(batch: usize, width: usize) -> Self {
        Self {
            columns: vec![T::ZERO; batch * width],
            lengths: vec![T::ZERO; batch],
        }
    }

    /// Takes in the rows of a run.
    #[inline(always)]
    pub fn take(&mut self, rows: &[T], width: usize) {
        let batch = self.lengths.len().max(1);
        for (k, column) in self.columns.chunks_exact_mut(batch).enumerate() {
            for (x, row) in column.iter_mut().zip(rows.chunks_exact(width)) {
                *x = row[k];
            }
        }
        self.measure();
    }

    /// Takes in what is left of others without the axes.
    #[inline(always)]
    pub fn take_rest(&mut self, others: &Self, off_axis: &[T]) {
        self.columns.copy_from_slice(&others.columns);
        leave(&mut self.columns, off_axis, self.lengths.len());
        self.measure();
    }

    #[inline(always)]
    fn measure(&mut self) {
        let batch = self.lengths.len().max(1);
        self.lengths.fill(T::ZERO);
        for column in self.columns.chunks_exact(batch) {
            for (sum, &x) in self.lengths.iter_mut().zip(column) {
                *sum = *sum + x * x;
            }
        }
        for length in &mut self.lengths {
            *length = length.root();
        }
    }
}

impl<T: Real> Term<T> {
    /// Which latents it looks at: those of its layer, or what is left of them.
    pub fn place(&self) -> usize {
        match self.kind {
            Kind::Hide(_) => REST,
            _ => self.layer,
        }
    }

    /// What each sample costs. A separation is not computed here: it is one of pairs.
    ///
    /// `targets` are directions, one a sample, by columns; or none, where all have that of the term.
    #[inline(always)]
    pub fn losses(&self, latents: &Latents<T>, targets: &[T], losses: &mut [T]) {
        let (one, half) = (T::ONE, T::of(0.5));
        losses.fill(T::ZERO);
        match self.kind {
            Kind::Separation(_) => {}
            Kind::Hide(_) if targets.iter().all(|&t| t == T::ZERO) => {}
            Kind::AngularAnchor | Kind::TiltedAnchor(_) | Kind::Hide(_) => {
                self.cosines(latents, targets, losses);
                for loss in losses {
                    *loss = one - *loss;
                }
            }
            Kind::AntiAnchor { full_sphere: true } => {
                self.cosines(latents, targets, losses);
                for loss in losses {
                    *loss = (*loss + one) * half;
                }
            }
            Kind::AntiAnchor { full_sphere: false } => {
                self.cosines(latents, targets, losses);
                for loss in losses {
                    // What is not a number stays.
                    *loss = if *loss < T::ZERO { T::ZERO } else { *loss };
                }
            }
            Kind::EuclideanAnchor => {
                let columns = latents.columns.chunks_exact(losses.len().max(1));
                for (column, &p) in columns.zip(&self.vector) {
                    for (loss, &x) in losses.iter_mut().zip(column) {
                        *loss = *loss + (x - p) * (x - p);
                    }
                }
            }
            Kind::Subspace { is_one_sided } => {
                let columns = latents.columns.chunks_exact(losses.len().max(1));
                for (column, &inside) in columns.zip(&self.vector) {
                    for (loss, &x) in losses.iter_mut().zip(column) {
                        let x = if is_one_sided { below(x) } else { x };
                        *loss = *loss + x * x * inside;
                    }
                }
            }
            Kind::Unitarity => {
                for (loss, &length) in losses.iter_mut().zip(&latents.lengths) {
                    *loss = (length - one) * (length - one);
                }
            }
        }
    }

    /// cos to the direction: z·t/(‖z‖ + ε).
    #[inline(always)]
    fn cosines(&self, latents: &Latents<T>, targets: &[T], cosines: &mut [T]) {
        cosines.fill(T::ZERO);
        let batch = cosines.len().max(1);
        let columns = latents.columns.chunks_exact(batch).enumerate();
        for ((k, column), &t) in columns.zip(&self.vector) {
            let pairs = cosines.iter_mut().zip(column);
            match targets.get(k * batch..(k + 1) * batch) {
                Some(own) => pairs
                    .zip(own)
                    .for_each(|((sum, &x), &t)| *sum = *sum + x * t),
                None => pairs.for_each(|(sum, &x)| *sum = *sum + x * t),
            }
        }
        let epsilon = T::of(EPSILON);
        for (sum, &length) in cosines.iter_mut().zip(&latents.lengths) {
            *sum = *sum / (length + epsilon);
        }
    }

    /// Adds the gradient of Σ weight · loss to that by the columns. `room` is a number a sample.
    #[inline(always)]
    pub fn descend(
        &self,
        latents: &Latents<T>,
        targets: &[T],
        weights: &[T],
        room: &mut [T],
        by_columns: &mut [T],
    ) {
        let (batch, two) = (weights.len().max(1), T::of(2.0));
        let columns = latents.columns.chunks_exact(batch);
        let pairs = columns.zip(by_columns.chunks_exact_mut(batch));
        match self.kind {
            Kind::Separation(_) => {}
            Kind::AngularAnchor
            | Kind::TiltedAnchor(_)
            | Kind::Hide(_)
            | Kind::AntiAnchor { .. } => {
                self.through_cosine(latents, targets, weights, room, by_columns);
            }
            Kind::EuclideanAnchor => {
                for ((column, sums), &p) in pairs.zip(&self.vector) {
                    for ((sum, &x), &w) in sums.iter_mut().zip(column).zip(weights) {
                        *sum = *sum + two * w * (x - p);
                    }
                }
            }
            Kind::Subspace { is_one_sided } => {
                for ((column, sums), &inside) in pairs.zip(&self.vector) {
                    for ((sum, &x), &w) in sums.iter_mut().zip(column).zip(weights) {
                        let x = if is_one_sided { below(x) } else { x };
                        *sum = *sum + two * w * (x * inside);
                    }
                }
            }
            Kind::Unitarity => {
                for ((scale, &length), &w) in room.iter_mut().zip(&latents.lengths).zip(weights) {
                    let pull = two * w * (length - T::ONE) / length;
                    // The norm has no slope at the zero vector; 0 is the subgradient.
                    *scale = if length == T::ZERO { T::ZERO } else { pull };
                }
                for (column, sums) in pairs {
                    for ((sum, &x), &scale) in sums.iter_mut().zip(column).zip(room.iter()) {
                        *sum = *sum + scale * x;
                    }
                }
            }
        }
    }

    /// w · ∂loss/∂cos · (t/(‖z‖ + ε) − z cos/((‖z‖ + ε) ‖z‖)).
    #[inline(always)]
    fn through_cosine(
        &self,
        latents: &Latents<T>,
        targets: &[T],
        weights: &[T],
        pulls: &mut [T],
        by_columns: &mut [T],
    ) {
        let (batch, epsilon) = (weights.len().max(1), T::of(EPSILON));
        self.cosines(latents, targets, pulls);
        let mut scales = weights.to_vec();
        for (scale, &cosine) in scales.iter_mut().zip(pulls.iter()) {
            *scale = *scale * self.slope(cosine);
        }
        let factors = scales.iter_mut().zip(pulls.iter_mut());
        for ((scale, pull), &length) in factors.zip(&latents.lengths) {
            *scale = *scale / (length + epsilon);
            let along = *scale * *pull / length;
            // The norm has no slope at the zero vector; 0 is the subgradient.
            *pull = if length == T::ZERO { T::ZERO } else { along };
        }
        let columns = latents.columns.chunks_exact(batch);
        let pairs = columns.zip(by_columns.chunks_exact_mut(batch));
        for (k, ((column, sums), &t)) in pairs.zip(&self.vector).enumerate() {
            let factors = scales.iter().zip(pulls.iter());
            let each = sums.iter_mut().zip(column).zip(factors);
            match targets.get(k * batch..(k + 1) * batch) {
                Some(own) => each
                    .zip(own)
                    .for_each(|(((sum, &x), (&scale, &pull)), &t)| {
                        *sum = *sum + (scale * t - pull * x);
                    }),
                None => each.for_each(|((sum, &x), (&scale, &pull))| {
                    *sum = *sum + (scale * t - pull * x);
                }),
            }
        }
    }

    /// The derivative of a loss by its cosine.
    #[inline(always)]
    fn slope(&self, cosine: T) -> T {
        match self.kind {
            Kind::AntiAnchor { full_sphere: true } => T::of(0.5),
            Kind::AntiAnchor { full_sphere: false } if cosine < T::ZERO => T::ZERO,
            Kind::AntiAnchor { full_sphere: false } => T::ONE,
            _ => T::of(-1.0),
        }
    }
}

/// min(0, x). What is not a number stays.
#[inline(always)]
fn below<T: Real>(x: T) -> T {
    if x > T::ZERO { T::ZERO } else { x }
}

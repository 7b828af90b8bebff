//! Where labelled samples are hidden: among what is left of typical ones without the anchored axes.

use super::samples::total;
use super::term::Latents;
use super::tilt::shorten;
use crate::real::Real;

/// How far from the mean colour a sample is still typical.
#[derive(Clone, Copy, Debug)]
pub struct Hide {
    pub reach: f64,
}

/// The samples of one run, as far as hiding asks for them.
pub struct Seen<'a, T> {
    /// Before the axes are zero.
    pub latents: &'a Latents<T>,
    /// Rows of colours (batch × channels).
    pub colors: &'a [T],
    /// How much each sample is labelled, or none when all are.
    pub concern: Option<&'a [T]>,
    /// 1 for each coordinate that is of no anchored axis.
    pub off_axis: &'a [T],
}

impl Hide {
    /// m for each sample, by columns (width × batch), and what is left of each in `rests`.
    ///
    /// m = unit(Σ wⱼ unit(uⱼ)), zeros where there is none: over samples j that are not labelled and
    /// lie off the axes, with uⱼ what is left of zⱼ.
    #[inline(always)]
    pub fn targets<T: Real>(self, seen: &Seen<T>, rests: &mut Latents<T>, targets: &mut Vec<T>) {
        rests.take_rest(seen.latents, seen.off_axis);
        let batch = rests.lengths.len();
        targets.clear();
        targets.extend_from_slice(&rests.columns);
        shorten(targets, batch);
        let mut weights = vec![T::ZERO; batch];
        if let Some(concern) = seen.concern {
            self.near_mean(seen.colors, &mut weights);
            leave_out(seen, concern, &mut weights);
        }
        let mut mean = Vec::new();
        for column in targets.chunks_exact_mut(batch.max(1)) {
            for (x, &weight) in column.iter_mut().zip(&weights) {
                *x = *x * weight;
            }
            mean.push(total(column));
        }
        shorten(&mut mean, 1);
        for (column, m) in targets.chunks_exact_mut(batch.max(1)).zip(mean) {
            column.fill(m);
        }
    }

    /// max(0, 1 − |c − c̄|²/reach²)³ of each sample's colour.
    #[inline(always)]
    fn near_mean<T: Real>(self, colors: &[T], weights: &mut [T]) {
        let batch = weights.len().max(1);
        let channels = colors.len() / batch;
        for k in 0..channels {
            let column: Vec<T> = colors.chunks_exact(channels).map(|row| row[k]).collect();
            let mean = total(&column) / T::of(batch as f64);
            for (sum, x) in weights.iter_mut().zip(column) {
                *sum = *sum + (x - mean) * (x - mean);
            }
        }
        let reach = T::of(self.reach);
        for weight in weights {
            let share = T::ONE - *weight / (reach * reach);
            // What is not a number stays.
            let share = if share < T::ZERO { T::ZERO } else { share };
            *weight = share * share * share;
        }
    }
}

/// No weight for what is labelled, or lies along an axis: from half its length on.
#[inline(always)]
fn leave_out<T: Real>(seen: &Seen<T>, concern: &[T], weights: &mut [T]) {
    let (batch, half) = (weights.len().max(1), T::of(0.5));
    for (weight, &a) in weights.iter_mut().zip(concern) {
        *weight = if a == T::ZERO { *weight } else { T::ZERO };
    }
    let columns = seen.latents.columns.chunks_exact(batch);
    for (column, _) in columns
        .zip(seen.off_axis)
        .filter(|(_, off)| **off == T::ZERO)
    {
        let pairs = column.iter().zip(&seen.latents.lengths);
        for (weight, (&x, &length)) in weights.iter_mut().zip(pairs) {
            let least = half * length;
            let is_off = x < least && T::ZERO - x < least;
            *weight = if is_off { *weight } else { T::ZERO };
        }
    }
}

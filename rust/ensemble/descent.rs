//! From gradients by the terms of an objective to those by what the networks gave.

use pulp::Simd;

use super::Shape;
use super::gelu::Curve;
use super::objective::Given;
use super::samples::{Samples, is_seen};
use super::term::{Kind, Term};
use crate::buffer::{check_length, zeros};
use crate::error::Result;
use crate::path::{Loop, Path};
use crate::real::Real;
use crate::separation;

/// The gradients by both layers and the reconstruction. Empty by a layer that no term looks at.
pub struct Descent<T> {
    pub layers: [Vec<T>; 2],
    pub recon: Vec<T>,
}

/// Leads gradients by the terms ((1 + terms) × runs) back to what the networks gave.
pub fn objective_grad<T: Curve>(
    given: Given<T>,
    terms: &[Term<T>],
    pairs: &[T],
    upstream: &[T],
) -> Result<Descent<T>> {
    objective_grad_on(given, terms, pairs, upstream, Path::chosen()?)
}

fn objective_grad_on<T: Curve>(
    given: Given<T>,
    terms: &[Term<T>],
    pairs: &[T],
    upstream: &[T],
    path: Path,
) -> Result<Descent<T>> {
    given.check(terms)?;
    let size = given.layers[0].len();
    let separations = terms
        .iter()
        .filter(|t| matches!(t.kind, Kind::Separation(_)));
    check_length("pairs", pairs.len(), separations.count() * size)?;
    let wanted = (1 + terms.len()) * given.shape.runs;
    check_length("upstream", upstream.len(), wanted)?;
    let length = |layer| if is_seen(layer, terms) { size } else { 0 };
    let mut made = Descent {
        layers: [
            zeros("the gradient", length(0))?,
            zeros("the gradient", length(1))?,
        ],
        recon: zeros("the gradient", given.recon.len())?,
    };
    let mut of_sums = Vec::new();
    let mut pairs = pairs.chunks_exact(size.max(1));
    for (i, term) in terms.iter().enumerate() {
        let Kind::Separation(law) = term.kind else {
            of_sums.push(None);
            continue;
        };
        let of_sum = pairs.next();
        if term.affinities.is_none() {
            of_sums.push(of_sum);
            continue;
        }
        let weights = weights(&given, i, term, upstream)?;
        let (z, shape) = (given.layers[term.layer], given.pairs_shape());
        let by = separation::angular_separation_grad_on(z, &weights, of_sum, shape, law, path)?;
        for (sum, more) in made.layers[term.layer].iter_mut().zip(by) {
            *sum = *sum + more;
        }
        of_sums.push(None);
    }
    path.run(Slopes {
        given,
        terms,
        of_sums: &of_sums,
        upstream,
        made: &mut made,
    });
    Ok(made)
}

/// The gradient by each sample's loss in a term.
fn weights<T: Curve>(
    given: &Given<T>,
    index: usize,
    term: &Term<T>,
    upstream: &[T],
) -> Result<Vec<T>> {
    let Shape { runs, batch } = given.shape;
    let mut samples = Samples::new(given);
    let mut found = zeros("the weights", runs * batch)?;
    for (run, weights) in found.chunks_exact_mut(batch.max(1)).enumerate() {
        let share = upstream[(1 + index) * runs + run] / samples.concern(given, run, term);
        samples.share(term, share, weights);
    }
    Ok(found)
}

struct Slopes<'a, T> {
    given: Given<'a, T>,
    terms: &'a [Term<T>],
    /// The gradient of Σ ℓ, of the separations that concern every sample.
    of_sums: &'a [Option<&'a [T]>],
    upstream: &'a [T],
    made: &'a mut Descent<T>,
}

impl<T: Curve> Loop for Slopes<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let Self {
            given,
            terms,
            of_sums,
            upstream,
            made,
        } = self;
        let Shape { runs, batch } = given.shape;
        let mut samples = Samples::new(&given);
        let (mut weights, size) = (vec![T::ZERO; batch], batch * given.width);
        let mut columns = [vec![T::ZERO; size], vec![T::ZERO; size]];
        for run in 0..runs {
            samples.error_grad(&given, run, upstream[run], &mut made.recon);
            samples.take(&given, run, terms);
            for column in &mut columns {
                column.fill(T::ZERO);
            }
            for (i, term) in terms.iter().enumerate() {
                let share = upstream[(1 + i) * runs + run] / samples.concern(&given, run, term);
                if let Some(of_sum) = of_sums[i] {
                    let place = run * size..(run + 1) * size;
                    let rows = made.layers[term.layer][place.clone()].iter_mut();
                    for (sum, &g) in rows.zip(&of_sum[place]) {
                        *sum = *sum + share * g;
                    }
                    continue;
                }
                samples.share(term, share, &mut weights);
                samples.aim(&given, run, term);
                let Samples {
                    latents,
                    targets,
                    losses,
                    ..
                } = &mut samples;
                let by = &mut columns[term.layer];
                term.descend(&latents[term.place()], targets, &weights, losses, by);
            }
            for (columns, by) in columns.iter().zip(&mut made.layers) {
                if let Some(rows) = by.get_mut(run * size..(run + 1) * size) {
                    add_columns(columns, rows, given.width);
                }
            }
        }
    }
}

/// Adds columns (width × batch) to rows (batch × width).
#[inline(always)]
fn add_columns<T: Real>(columns: &[T], rows: &mut [T], width: usize) {
    let batch = rows.len() / width;
    for (k, column) in columns.chunks_exact(batch.max(1)).enumerate() {
        for (row, &x) in rows.chunks_exact_mut(width).zip(column) {
            row[k] = row[k] + x;
        }
    }
}

//! The objective of each run: how far reconstructions are off, then each term.

use pulp::Simd;

use super::Shape;
use super::gelu::Curve;
use super::samples::{Samples, total};
use super::term::{Kind, Term};
use crate::buffer::{check_length, size, zeros};
use crate::error::{Error, Result};
use crate::path::{Loop, Path};
use crate::separation;

/// What a pass through the networks gave, and what it should have given. Rows of all runs.
#[derive(Clone, Copy)]
pub struct Given<'a, T> {
    pub shape: Shape,
    /// Latents (runs × batch × width) before and behind the normalisation.
    pub layers: [&'a [T]; 2],
    pub width: usize,
    pub recon: &'a [T],
    pub wanted: &'a [T],
    /// Labels (runs × batch × concepts).
    pub labels: &'a [bool],
    pub concepts: usize,
}

/// Each term ((1 + terms) × runs), and of each separation the gradient of Σ ℓ by its latents.
pub struct Found<T> {
    pub terms: Vec<T>,
    pub pairs: Vec<T>,
}

impl<T: Curve> Given<'_, T> {
    pub(super) fn check(&self, terms: &[Term<T>]) -> Result<()> {
        let Shape { runs, batch } = self.shape;
        if self.width == 0 {
            return Err(Error::NoWidth);
        }
        let wanted = size("latents", &[runs, batch, self.width])?;
        check_length("encoder", self.layers[0].len(), wanted)?;
        check_length("bottleneck", self.layers[1].len(), wanted)?;
        check_length("recon", self.recon.len(), self.wanted.len())?;
        let wanted = size("labels", &[runs, batch, self.concepts])?;
        check_length("labels", self.labels.len(), wanted)?;
        for term in terms {
            if term.layer > 1 {
                let got = term.layer as i64;
                return Err(Error::Code { name: "layer", got });
            }
            check_length("vector", term.vector.len(), self.width)?;
            check_length("off_axis", term.off_axis.len(), self.width)?;
            let got = term.affinities.as_ref().map_or(self.concepts, Vec::len);
            check_length("affinities", got, self.concepts)?;
        }
        Ok(())
    }

    pub(super) fn pairs_shape(&self) -> separation::Shape {
        separation::Shape {
            items: self.shape.runs,
            batch: self.shape.batch,
            width: self.width,
        }
    }
}

/// Each run's reconstruction error and terms, unweighted.
pub fn objective<T: Curve>(given: Given<T>, terms: &[Term<T>]) -> Result<Found<T>> {
    objective_on(given, terms, Path::chosen()?)
}

fn objective_on<T: Curve>(given: Given<T>, terms: &[Term<T>], path: Path) -> Result<Found<T>> {
    given.check(terms)?;
    let mut found = Found {
        terms: zeros("the terms", (1 + terms.len()) * given.shape.runs)?,
        pairs: Vec::new(),
    };
    let mut crowding = Vec::new();
    for term in terms {
        let Kind::Separation(law) = term.kind else {
            crowding.push(Vec::new());
            continue;
        };
        let (z, shape) = (given.layers[term.layer], given.pairs_shape());
        let (losses, of_sum) = separation::angular_separation_with_grad_on(z, shape, law, path)?;
        crowding.push(losses);
        found.pairs.extend_from_slice(&of_sum);
    }
    path.run(Costs {
        given,
        terms,
        crowding: &crowding,
        found: &mut found.terms,
    });
    Ok(found)
}

struct Costs<'a, T> {
    given: Given<'a, T>,
    terms: &'a [Term<T>],
    /// Each sample's loss, of the terms that are separations.
    crowding: &'a [Vec<T>],
    found: &'a mut [T],
}

impl<T: Curve> Loop for Costs<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let Shape { runs, batch } = self.given.shape;
        let mut samples = Samples::new(&self.given);
        for run in 0..runs {
            self.found[run] = samples.error(&self.given, run);
            samples.take(&self.given, run, self.terms);
            for (i, term) in self.terms.iter().enumerate() {
                let divisor = samples.concern(&self.given, run, term);
                match self.crowding[i].get(run * batch..(run + 1) * batch) {
                    Some(losses) => samples.losses.copy_from_slice(losses),
                    None => {
                        samples.aim(&self.given, run, term);
                        let latents = &samples.latents[term.place()];
                        term.losses(latents, &samples.targets, &mut samples.losses);
                    }
                }
                samples.weigh(term);
                self.found[(1 + i) * runs + run] = total(&samples.losses) / divisor;
            }
        }
    }
}

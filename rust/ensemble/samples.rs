//! The samples of one run at hand: what they cost, how much each counts, and their sums.

use super::gelu::Curve;
use super::hide::Seen;
use super::objective::Given;
use super::term::{Kind, Latents, REST, Term};
use crate::directions::EPSILON;
use crate::real::Real;

/// Sums that run side by side, so that none waits for another.
const STRANDS: usize = 16;

/// The samples of one run, and what becomes of them.
pub struct Samples<T> {
    /// Both layers, and what is left of one for a term that hides.
    pub latents: [Latents<T>; 3],
    pub losses: Vec<T>,
    /// Where each sample is drawn, by columns; none where all are to the direction of the term.
    pub targets: Vec<T>,
    /// How much each sample counts.
    affinities: Vec<T>,
    errors: Vec<T>,
}

impl<T: Curve> Samples<T> {
    pub fn new(given: &Given<T>) -> Self {
        let batch = given.shape.batch;
        let channels = given.recon.len() / given.shape.runs.max(1);
        Self {
            latents: [(); 3].map(|()| Latents::new(batch, given.width)),
            losses: vec![T::ZERO; batch],
            targets: Vec::new(),
            affinities: vec![T::ZERO; batch],
            errors: vec![T::ZERO; channels],
        }
    }

    /// Mean squared error of a run's reconstruction.
    #[inline(always)]
    pub fn error(&mut self, given: &Given<T>, run: usize) -> T {
        let size = self.errors.len();
        let recon = &given.recon[run * size..(run + 1) * size];
        let wanted = &given.wanted[run * size..(run + 1) * size];
        for ((error, &x), &y) in self.errors.iter_mut().zip(recon).zip(wanted) {
            *error = (x - y) * (x - y);
        }
        total(&self.errors) / T::of(size as f64)
    }

    /// Takes in the layers of a run that its terms look at.
    #[inline(always)]
    pub fn take(&mut self, given: &Given<T>, run: usize, terms: &[Term<T>]) {
        let size = given.shape.batch * given.width;
        for (layer, latents) in self.latents.iter_mut().enumerate() {
            if is_seen(layer, terms) {
                latents.take(
                    &given.layers[layer][run * size..(run + 1) * size],
                    given.width,
                );
            }
        }
    }

    /// Finds where a term draws each sample, once it is known how much each concerns it.
    #[inline(always)]
    pub fn aim(&mut self, given: &Given<T>, run: usize, term: &Term<T>) {
        self.targets.clear();
        let concern = term.affinities.as_ref().map(|_| &self.affinities[..]);
        let (layers, rests) = self.latents.split_at_mut(REST);
        let (latents, off_axis) = (&layers[term.layer], &term.off_axis[..]);
        match term.kind {
            Kind::TiltedAnchor(tilt) => {
                let e = &term.vector;
                tilt.targets(e, off_axis, latents, concern, &mut self.targets);
            }
            Kind::Hide(hide) => {
                let size = self.errors.len();
                let seen = Seen {
                    latents,
                    colors: &given.wanted[run * size..(run + 1) * size],
                    concern,
                    off_axis,
                };
                hide.targets(&seen, &mut rests[0], &mut self.targets);
            }
            _ => {}
        }
    }

    /// How much each sample of a run concerns a term, and what its sum is to be divided by.
    #[inline(always)]
    pub fn concern(&mut self, given: &Given<T>, run: usize, term: &Term<T>) -> T {
        let Some(of_concepts) = &term.affinities else {
            return T::of(given.shape.batch as f64);
        };
        self.affinities.fill(T::ZERO);
        let size = given.shape.batch * given.concepts;
        let labels = &given.labels[run * size..(run + 1) * size];
        let rows = labels.chunks_exact(given.concepts.max(1));
        for (sum, row) in self.affinities.iter_mut().zip(rows) {
            for (&label, &affinity) in row.iter().zip(of_concepts) {
                *sum = *sum + if label { affinity } else { T::ZERO };
            }
        }
        total(&self.affinities) + T::of(EPSILON)
    }

    #[inline(always)]
    pub fn weigh(&mut self, term: &Term<T>) {
        if term.affinities.is_some() {
            for (loss, &a) in self.losses.iter_mut().zip(&self.affinities) {
                *loss = *loss * a;
            }
        }
    }

    /// The gradient by each sample's loss.
    #[inline(always)]
    pub fn share(&self, term: &Term<T>, share: T, weights: &mut [T]) {
        weights.fill(share);
        if term.affinities.is_some() {
            for (weight, &a) in weights.iter_mut().zip(&self.affinities) {
                *weight = *weight * a;
            }
        }
    }

    #[inline(always)]
    pub fn error_grad(&self, given: &Given<T>, run: usize, upstream: T, by: &mut [T]) {
        let size = self.errors.len();
        let share = T::of(2.0) * upstream / T::of(size as f64);
        let place = run * size..(run + 1) * size;
        let pairs = given.recon[place.clone()]
            .iter()
            .zip(&given.wanted[place.clone()]);
        for (g, (&x, &y)) in by[place].iter_mut().zip(pairs) {
            *g = share * (x - y);
        }
    }
}

/// Whether a term looks at a layer.
pub fn is_seen<T>(layer: usize, terms: &[Term<T>]) -> bool {
    terms.iter().any(|term| term.layer == layer)
}

/// The sum, in strands that are joined in the end.
#[inline(always)]
pub fn total<T: Real>(numbers: &[T]) -> T {
    let mut strands = [T::ZERO; STRANDS];
    for chunk in numbers.chunks(STRANDS) {
        for (strand, &x) in strands.iter_mut().zip(chunk) {
            *strand = *strand + x;
        }
    }
    let mut sum = T::ZERO;
    for strand in strands {
        sum = sum + strand;
    }
    sum
}

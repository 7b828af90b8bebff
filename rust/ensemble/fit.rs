//! Training on squared errors, all steps of a run before the next run: what a step needs stays in
//! the cache, and Python is not called between steps.

use pulp::Simd;

use super::adam::{self, State, Step};
use super::backward::{self, Backward};
use super::forward::{self, Forward, copy};
use super::gelu::Curve;
use super::layer::Network;
use super::{Shape, check, threads_for};
use crate::buffer::{check_length, size};
use crate::error::{Error, Result};
use crate::path::{Loop, Path};
use crate::threads;

/// Which samples each step draws, and how far it goes.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// Places of samples (steps × batch).
    pub drawn: &'a [i64],
    pub batch: usize,
    /// One a step.
    pub rates: &'a [f64],
    pub betas: [f64; 2],
    pub eps: f64,
}

/// Moves parameters (runs × parameters) by Adam, from its beginning, down the mean squared error of
/// the network's only output: of samples (runs × samples × inputs) from what is wanted of them
/// (samples × outputs).
pub fn fit<T: Curve>(
    network: &Network,
    values: &mut [T],
    samples: &[T],
    wanted: &[T],
    plan: Plan,
) -> Result<()> {
    let runs = values.len() / network.parameters.max(1);
    let shape = Shape {
        runs,
        batch: plan.batch.saturating_mul(plan.rates.len()),
    };
    let threads = threads_for(network, shape)?;
    fit_on(
        network,
        values,
        samples,
        wanted,
        plan,
        Path::chosen()?,
        threads,
    )
}

pub(super) fn fit_on<T: Curve>(
    network: &Network,
    values: &mut [T],
    samples: &[T],
    wanted: &[T],
    plan: Plan,
    path: Path,
    threads: usize,
) -> Result<()> {
    let count = checked(network, values, samples, wanted, plan)?;
    let runs = values.len() / network.parameters;
    let share = runs.div_ceil(threads).max(1);
    let own = values.chunks_mut(share * network.parameters);
    let theirs = samples.chunks(share * count * network.inputs());
    let mut pieces: Vec<Fit<T>> = own
        .zip(theirs)
        .map(|(values, samples)| Fit {
            network,
            values,
            samples,
            wanted,
            plan,
        })
        .collect();
    threads::each(threads, pieces.iter_mut().collect(), |piece| {
        path.run(piece)
    });
    Ok(())
}

/// How many samples a run has, if all fits together.
fn checked<T: Curve>(
    network: &Network,
    values: &[T],
    samples: &[T],
    wanted: &[T],
    plan: Plan,
) -> Result<usize> {
    check_length("outputs", network.outputs.len(), 1)?;
    let runs = values.len() / network.parameters;
    let count = wanted.len() / network.outputs[0].width;
    let shape = Shape { runs, batch: count };
    check(network, values, samples, shape)?;
    check_length("wanted", wanted.len(), count * network.outputs[0].width)?;
    let steps = plan.rates.len();
    check_length(
        "drawn",
        plan.drawn.len(),
        size("drawn", &[steps, plan.batch])?,
    )?;
    adam::check_betas(plan.betas)?;
    let is_there = |&&place: &&i64| usize::try_from(place).is_ok_and(|place| place < count);
    match plan.drawn.iter().find(|place| !is_there(place)) {
        Some(&got) => Err(Error::Range {
            name: "drawn",
            low: 0.0,
            high: count as f64 - 1.0,
            got: got as f64,
        }),
        None => Ok(count),
    }
}

/// Runs to train.
struct Fit<'a, T> {
    network: &'a Network,
    /// Parameters and samples of these runs, a row a run.
    values: &'a mut [T],
    samples: &'a [T],
    wanted: &'a [T],
    plan: Plan<'a>,
}

impl<T: Curve> Loop for &mut Fit<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (network, wanted, plan) = (self.network, self.wanted, self.plan);
        let (inputs, outputs) = (network.inputs(), network.outputs[0].width);
        let of_run = wanted.len() / outputs * inputs;
        let zeros = |length| vec![T::ZERO; length];
        let (mut x, mut error) = (zeros(plan.batch * inputs), Vec::new());
        let mut tape = zeros(plan.batch * network.width);
        let mut there = forward::Scratch::new(network);
        let mut back = backward::Scratch::new(network, plan.batch);
        let parameters = || zeros(network.parameters);
        let (mut gradient, mut mean, mut square) = (parameters(), parameters(), parameters());
        let runs = self.values.chunks_exact_mut(network.parameters);
        for (r, values) in runs.enumerate() {
            let samples = &self.samples[r * of_run..][..of_run];
            mean.fill(T::ZERO);
            square.fill(T::ZERO);
            let steps = plan.drawn.chunks_exact(plan.batch.max(1)).zip(plan.rates);
            for (count, (drawn, &rate)) in (1..).zip(steps) {
                gather(samples, drawn, inputs, &mut x);
                let given = (network, &*values, &x[..], plan.batch);
                (there, error) = ahead::<T, S>(simd, given, there, error, &mut tape);
                descend(wanted, drawn, outputs, &mut error);
                let made = (&tape[..], &error[..]);
                back = behind::<T, S>(simd, given, made, back, &mut gradient);
                let state = State {
                    values,
                    mean: &mut mean,
                    square: &mut square,
                };
                let step = Step {
                    rate,
                    betas: plan.betas,
                    eps: plan.eps,
                    count,
                };
                let pass = adam::Pass {
                    state,
                    gradient: &gradient,
                    step,
                };
                pass.run::<S>(simd);
            }
        }
    }
}

/// Network, parameters and samples of a run, and how many those are.
type Given<'a, T> = (&'a Network, &'a [T], &'a [T], usize);

/// What the network gives, in the room of what it gave before, and what it needs to do so again.
#[inline(always)]
fn ahead<T: Curve, S: Simd>(
    simd: S,
    (network, values, inputs, batch): Given<T>,
    scratch: forward::Scratch<T>,
    mut found: Vec<T>,
    tape: &mut [T],
) -> (forward::Scratch<T>, Vec<T>) {
    found.clear();
    let mut pass = Forward {
        network,
        values,
        inputs,
        batch,
        scratch,
        outputs: vec![found],
        tape,
    };
    (&mut pass).run::<S>(simd);
    (pass.scratch, pass.outputs.swap_remove(0))
}

/// From a tape and the gradient by what was given to that by the parameters.
#[inline(always)]
fn behind<T: Curve, S: Simd>(
    simd: S,
    (network, values, inputs, batch): Given<T>,
    (tape, upstream): (&[T], &[T]),
    scratch: backward::Scratch<T>,
    by_values: &mut [T],
) -> backward::Scratch<T> {
    by_values.fill(T::ZERO);
    let mut pass = Backward {
        network,
        values,
        inputs,
        tape,
        upstream: vec![Some(upstream)],
        batch,
        scratch,
        by_values,
        by_inputs: &mut [],
    };
    (&mut pass).run::<S>(simd);
    pass.scratch
}

/// The samples that a step draws, a row each.
#[inline(always)]
fn gather<T: Curve>(samples: &[T], drawn: &[i64], width: usize, x: &mut [T]) {
    for (row, &place) in x.chunks_exact_mut(width).zip(drawn) {
        copy(&samples[place as usize * width..][..width], row);
    }
}

/// From what is found to the gradient of the mean squared error by it, in its place.
#[inline(always)]
fn descend<T: Curve>(wanted: &[T], drawn: &[i64], width: usize, found: &mut [T]) {
    let scale = T::of(2.0 / found.len() as f64);
    for (row, &place) in found.chunks_exact_mut(width).zip(drawn) {
        let wanted = &wanted[place as usize * width..][..width];
        for (y, &goal) in row.iter_mut().zip(wanted) {
            *y = (*y - goal) * scale;
        }
    }
}

#[cfg(test)]
mod tests;

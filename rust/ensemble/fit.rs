//! Training on squared errors, all steps of a run before the next run: what a step needs stays in
//! the cache, and nothing is allocated or called between steps that could be done before them.

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
        let Fit {
            network,
            values,
            samples,
            wanted,
            plan,
        } = self;
        let (inputs, outputs) = (network.inputs(), network.outputs[0].width);
        let of_run = wanted.len() / outputs * inputs;
        let zeros = |length| vec![T::ZERO; length];
        let (mut x, mut error) = (zeros(plan.batch * inputs), Vec::new());
        let mut tape = zeros(plan.batch * network.width);
        let mut there = forward::Scratch::new(network);
        let mut back = backward::Scratch::new(network, plan.batch);
        let parameters = || zeros(network.parameters);
        let (mut gradient, mut mean, mut square) = (parameters(), parameters(), parameters());
        let runs = values.chunks_exact_mut(network.parameters);
        for (r, values) in runs.enumerate() {
            let samples = &samples[r * of_run..][..of_run];
            mean.fill(T::ZERO);
            square.fill(T::ZERO);
            let steps = plan.drawn.chunks_exact(plan.batch.max(1)).zip(plan.rates);
            for (count, (drawn, &rate)) in (1..).zip(steps) {
                gather(samples, drawn, inputs, &mut x);
                error.clear();
                let mut pass = Forward {
                    network,
                    values,
                    inputs: &x,
                    batch: plan.batch,
                    scratch: there,
                    outputs: vec![error],
                    tape: &mut tape,
                };
                (&mut pass).run::<S>(simd);
                there = pass.scratch;
                error = pass.outputs.swap_remove(0);
                descend(wanted, drawn, outputs, &mut error);
                gradient.fill(T::ZERO);
                let mut pass = Backward {
                    network,
                    values,
                    inputs: &x,
                    tape: &tape,
                    upstream: vec![Some(&error)],
                    batch: plan.batch,
                    scratch: back,
                    by_values: &mut gradient,
                    by_inputs: &mut [],
                };
                (&mut pass).run::<S>(simd);
                back = pass.scratch;
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
mod tests {
    use super::super::Then;
    use super::*;

    /// y = 2x − 1 at three places, for two runs that start alike.
    fn line() -> (Network, Vec<f64>, Vec<f64>, Vec<f64>) {
        let network = Network::new(&[1, 1], &[Then::Nothing]).unwrap();
        let samples = vec![0.0, 1.0, 2.0, 0.0, 1.0, 2.0];
        (network, vec![0.0; 4], samples, vec![-1.0, 1.0, 3.0])
    }

    fn plan<'a>(drawn: &'a [i64], rates: &'a [f64]) -> Plan<'a> {
        Plan {
            drawn,
            batch: 3,
            rates,
            betas: [0.9, 0.999],
            eps: 1e-8,
        }
    }

    #[test]
    fn the_first_step_goes_its_rate_along_each_parameter() {
        let (network, mut values, samples, wanted) = line();
        fit(
            &network,
            &mut values,
            &samples,
            &wanted,
            plan(&[0, 1, 2], &[0.1]),
        )
        .unwrap();
        for value in values {
            assert!((value - 0.1).abs() < 1e-6, "{value}");
        }
    }

    #[test]
    fn a_line_is_found_from_all_its_points() {
        let (network, mut values, samples, wanted) = line();
        let (drawn, rates) = ([0, 1, 2].repeat(3000), vec![0.01; 3000]);
        fit(
            &network,
            &mut values,
            &samples,
            &wanted,
            plan(&drawn, &rates),
        )
        .unwrap();
        for run in values.chunks_exact(2) {
            assert!(
                (run[0] - 2.0).abs() < 1e-6 && (run[1] + 1.0).abs() < 1e-6,
                "{run:?}"
            );
        }
    }

    #[test]
    fn threads_and_registers_change_no_bit() {
        let network = Network::new(&[3, 16, 2], &[Then::Gelu, Then::Nothing]).unwrap();
        let numbers =
            |count: usize| -> Vec<f32> { (0..count).map(|i| (i as f32 * 0.7).sin()).collect() };
        let (samples, wanted) = (numbers(5 * 40 * 3), numbers(40 * 2));
        let drawn: Vec<i64> = (0..20 * 3).map(|i| i * 7 % 40).collect();
        let rates = vec![0.01; 20];
        let trained = |path, threads| {
            let mut values = numbers(5 * network.parameters);
            let plan = plan(&drawn, &rates);
            fit_on(
                &network,
                &mut values,
                &samples,
                &wanted,
                plan,
                path,
                threads,
            )
            .unwrap();
            values
        };
        let fused = Path::ALL[..3].iter().filter(|path| path.is_available());
        for &path in fused.clone() {
            for threads in [1, 2, 5] {
                assert_eq!(
                    trained(path, threads),
                    trained(*fused.clone().next().unwrap(), 1)
                );
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (network, mut values, samples, wanted) = line();
        let mut told = |drawn: &[i64], rates: &[f64], samples: &[f64]| {
            let plan = plan(drawn, rates);
            fit(&network, &mut values, samples, &wanted, plan)
                .unwrap_err()
                .to_string()
        };
        let length = "must hold 6 numbers, as its shape says, got";
        assert_eq!(
            told(&[0, 1, 2], &[0.1, 0.1], &samples),
            format!("drawn {length} 3")
        );
        assert_eq!(
            told(&[0, 1, 2], &[0.1], &samples[1..]),
            format!("x {length} 5")
        );
        for place in [-1, 3] {
            let error = told(&[0, 1, place], &[0.1], &samples);
            assert_eq!(error, format!("drawn must lie in [0, 2], got {place}"));
        }
        let two = Network::new(&[1, 1], &[Then::Unit]).unwrap();
        assert!(fit(&two, &mut [0.0f64; 2], &[0.0], &[0.0], plan(&[], &[])).is_err());
    }
}

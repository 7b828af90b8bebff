//! Adam in one pass over the parameters of all runs, in place.
//!
//! Source: D. Kingma and J. Ba, 2015, "Adam: a method for stochastic optimization".

use pulp::Simd;

use crate::buffer::check_length;
use crate::error::{Error, Result};
use crate::path::{Loop, Path};
use crate::real::Real;

/// What Adam is told of one step.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub rate: f64,
    pub betas: [f64; 2],
    pub eps: f64,
    /// Steps so far, this one among them.
    pub count: u64,
}

/// Parameters and the running averages of their gradients and of the squares of those.
pub struct State<'a, T> {
    pub values: &'a mut [T],
    pub mean: &'a mut [T],
    pub square: &'a mut [T],
}

/// Moves every parameter against its gradient. Each number by itself, in products and sums that are
/// rounded one by one: the same bits on every processor.
pub fn adam<T: Real>(state: State<T>, gradient: &[T], step: Step) -> Result<()> {
    adam_on(state, gradient, step, Path::chosen()?)
}

fn adam_on<T: Real>(state: State<T>, gradient: &[T], step: Step, path: Path) -> Result<()> {
    for (name, got) in [
        ("mean", state.mean.len()),
        ("square", state.square.len()),
        ("gradient", gradient.len()),
    ] {
        check_length(name, got, state.values.len())?;
    }
    check_betas(step.betas)?;
    path.run(Pass {
        state,
        gradient,
        step,
    });
    Ok(())
}

pub fn check_betas(betas: [f64; 2]) -> Result<()> {
    for (name, beta) in [("betas[0]", betas[0]), ("betas[1]", betas[1])] {
        if !(0.0..1.0).contains(&beta) {
            return Err(Error::unit(name, beta));
        }
    }
    Ok(())
}

/// One step, of parameters that it fits.
pub struct Pass<'a, T> {
    pub state: State<'a, T>,
    pub gradient: &'a [T],
    pub step: Step,
}

impl<T: Real> Loop for Pass<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let Step {
            rate,
            betas: [decay_mean, decay_square],
            eps,
            count,
        } = self.step;
        // Both averages start at 0; the corrections undo the pull of that start.
        let count = count as f64;
        let pace = T::of(rate / (1.0 - libm::pow(decay_mean, count)));
        let spread = T::of(1.0 / (1.0 - libm::pow(decay_square, count)).sqrt());
        let (gain_mean, gain_square) = (T::of(1.0 - decay_mean), T::of(1.0 - decay_square));
        let (decay_square, eps) = (T::of(decay_square), T::of(eps));
        let State {
            values,
            mean,
            square,
        } = self.state;
        let averages = mean.iter_mut().zip(square);
        for ((x, (m, v)), &g) in values.iter_mut().zip(averages).zip(self.gradient) {
            *m = *m + gain_mean * (g - *m);
            *v = *v * decay_square + gain_square * (g * g);
            *x = *x - pace * (*m / (v.root() * spread + eps));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Step = Step {
        rate: 0.1,
        betas: [0.9, 0.999],
        eps: 1e-8,
        count: 1,
    };

    fn moved(gradient: &[f32], path: Path) -> Vec<f32> {
        let size = gradient.len();
        let (mut values, mut mean, mut square) =
            (vec![0.5; size], vec![0.0; size], vec![0.0; size]);
        let state = State {
            values: &mut values,
            mean: &mut mean,
            square: &mut square,
        };
        adam_on(state, gradient, STEP, path).unwrap();
        values
    }

    #[test]
    fn the_first_step_goes_its_rate_against_the_sign_of_the_gradient() {
        for x in moved(&[3.0, 0.01], Path::Baseline) {
            assert!((x - 0.4).abs() < 1e-6, "{x}");
        }
        assert_eq!(moved(&[0.0], Path::Baseline), [0.5]);
    }

    #[test]
    fn every_path_gives_the_same_bits() {
        let gradient: Vec<f32> = (0..101).map(|i| (i as f32 * 0.37).sin() * 3.0).collect();
        let wanted = moved(&gradient, Path::Baseline);
        for path in Path::ALL.into_iter().filter(|p| p.is_available()) {
            assert_eq!(moved(&gradient, path), wanted, "{path:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut values = [0.0f32; 2];
        let state = State {
            values: &mut values,
            mean: &mut [0.0; 2],
            square: &mut [0.0; 2],
        };
        assert!(adam(state, &[0.0], STEP).is_err());
    }
}

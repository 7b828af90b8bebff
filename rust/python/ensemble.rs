//! Bindings of the kernels for ensembles of small networks.

#![allow(clippy::too_many_arguments, reason = "Python calls with as many")]

use numpy::{Element, PyReadwriteArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::{Array, Made, made, numbers};
use crate::ensemble::adam::{State, Step, adam};
use crate::ensemble::fit::{Plan, fit};
use crate::ensemble::{self, Network, Shape, Then};
use crate::error::{Error, Result};

/// An array to change in place. While it is borrowed, no other array that shares its memory is.
type Changed<'py, T> = PyReadwriteArrayDyn<'py, T>;

/// A network from its widths and from codes of what follows each layer.
fn network(widths: &[usize], then: &[i64]) -> Result<Network> {
    let then: Result<Vec<Then>> = then
        .iter()
        .map(|&code| match code {
            0 => Ok(Then::Nothing),
            1 => Ok(Then::Gelu),
            2 => Ok(Then::Unit),
            got => Err(Error::Code { name: "then", got }),
        })
        .collect();
    Network::new(widths, &then?)
}

/// Runs and samples of inputs (runs, batch, width).
pub fn shape_of<T: Element>(name: &str, array: &Array<'_, T>) -> PyResult<Shape> {
    let &[runs, batch, _] = array.shape() else {
        return Err(PyValueError::new_err(format!(
            "{name} must have three axes"
        )));
    };
    Ok(Shape { runs, batch })
}

pub fn last_axis<T: Element>(array: &Array<'_, T>) -> usize {
    array.shape().last().copied().unwrap_or(0)
}

/// A result of three axes whose last is what is left.
fn rows<'py, T: Element>(
    py: Python<'py>,
    values: Vec<T>,
    shape: Shape,
    width: usize,
) -> PyResult<Made<'py, T>> {
    made(py, values, &[shape.runs, shape.batch, width])
}

macro_rules! ensemble_bindings {
    ($type:ty, $forward:ident, $backward:ident, $gelu:ident, $unit:ident, $unit_grad:ident, $adam:ident, $fit:ident) => {
        #[pyfunction]
        pub fn $forward<'py>(
            py: Python<'py>,
            values: Array<'py, $type>,
            x: Array<'py, $type>,
            widths: Vec<usize>,
            then: Vec<i64>,
            mut tape: Option<Changed<'py, $type>>,
        ) -> PyResult<Vec<Made<'py, $type>>> {
            let (network, shape) = (network(&widths, &then)?, shape_of("x", &x)?);
            let (values, x) = (numbers("values", &values)?, numbers("x", &x)?);
            let tape = tape.as_mut().map(|tape| tape.as_slice_mut()).transpose()?;
            let kernel = || ensemble::forward(&network, values, x, shape, tape);
            let outputs = py.detach(kernel)?.into_iter().zip(&network.outputs);
            outputs
                .map(|(values, output)| rows(py, values, shape, output.width))
                .collect()
        }

        #[pyfunction]
        pub fn $backward<'py>(
            py: Python<'py>,
            values: Array<'py, $type>,
            x: Array<'py, $type>,
            tape: Array<'py, $type>,
            upstream: Vec<Option<Array<'py, $type>>>,
            widths: Vec<usize>,
            then: Vec<i64>,
            wants_inputs: bool,
        ) -> PyResult<(Made<'py, $type>, Option<Made<'py, $type>>)> {
            let (network, shape) = (network(&widths, &then)?, shape_of("x", &x)?);
            let of_values = values.shape();
            let (inputs, tape) = (numbers("x", &x)?, numbers("the tape", &tape)?);
            let values = numbers("values", &values)?;
            let upstream: PyResult<Vec<Option<&[$type]>>> = upstream
                .iter()
                .map(|g| g.as_ref().map(|g| numbers("upstream", g)).transpose())
                .collect();
            let upstream = upstream?;
            let kernel = || {
                ensemble::backward(
                    &network,
                    values,
                    inputs,
                    tape,
                    &upstream,
                    shape,
                    wants_inputs,
                )
            };
            let gradients = py.detach(kernel)?;
            let by_inputs = wants_inputs.then(|| made(py, gradients.inputs, x.shape()));
            Ok((
                made(py, gradients.values, of_values)?,
                by_inputs.transpose()?,
            ))
        }

        #[pyfunction]
        pub fn $gelu<'py>(
            py: Python<'py>,
            x: Array<'py, $type>,
        ) -> PyResult<(Made<'py, $type>, Made<'py, $type>)> {
            let numbers = numbers("x", &x)?;
            let (values, slopes) = py.detach(|| ensemble::gelu(numbers))?;
            Ok((made(py, values, x.shape())?, made(py, slopes, x.shape())?))
        }

        #[pyfunction]
        pub fn $unit<'py>(py: Python<'py>, x: Array<'py, $type>) -> PyResult<Made<'py, $type>> {
            let (numbers, width) = (numbers("x", &x)?, last_axis(&x));
            made(py, py.detach(|| ensemble::unit(numbers, width))?, x.shape())
        }

        #[pyfunction]
        pub fn $unit_grad<'py>(
            py: Python<'py>,
            x: Array<'py, $type>,
            units: Array<'py, $type>,
            upstream: Array<'py, $type>,
        ) -> PyResult<Made<'py, $type>> {
            let (values, units) = (numbers("x", &x)?, numbers("units", &units)?);
            let (upstream, width) = (numbers("upstream", &upstream)?, last_axis(&x));
            let kernel = || ensemble::unit_grad(values, units, upstream, width);
            made(py, py.detach(kernel)?, x.shape())
        }

        #[pyfunction]
        pub fn $adam<'py>(
            py: Python<'py>,
            mut values: Changed<'py, $type>,
            mut mean: Changed<'py, $type>,
            mut square: Changed<'py, $type>,
            gradient: Array<'py, $type>,
            rate: f64,
            betas: [f64; 2],
            eps: f64,
            count: u64,
        ) -> PyResult<()> {
            let state = State {
                values: values.as_slice_mut()?,
                mean: mean.as_slice_mut()?,
                square: square.as_slice_mut()?,
            };
            let gradient = numbers("gradient", &gradient)?;
            let step = Step {
                rate,
                betas,
                eps,
                count,
            };
            Ok(py.detach(|| adam(state, gradient, step))?)
        }

        #[pyfunction]
        pub fn $fit<'py>(
            py: Python<'py>,
            mut values: Changed<'py, $type>,
            samples: Array<'py, $type>,
            wanted: Array<'py, $type>,
            drawn: Array<'py, i64>,
            rates: Array<'py, f64>,
            widths: Vec<usize>,
            then: Vec<i64>,
            betas: [f64; 2],
            eps: f64,
        ) -> PyResult<()> {
            let network = network(&widths, &then)?;
            let plan = Plan {
                drawn: numbers("drawn", &drawn)?,
                batch: last_axis(&drawn),
                rates: numbers("rates", &rates)?,
                betas,
                eps,
            };
            let (samples, wanted) = (numbers("samples", &samples)?, numbers("wanted", &wanted)?);
            let values = values.as_slice_mut()?;
            Ok(py.detach(|| fit(&network, values, samples, wanted, plan))?)
        }
    };
}

ensemble_bindings!(
    f32,
    ensemble_forward_f32,
    ensemble_backward_f32,
    gelu_f32,
    unit_f32,
    unit_grad_f32,
    adam_f32,
    ensemble_fit_f32
);
ensemble_bindings!(
    f64,
    ensemble_forward_f64,
    ensemble_backward_f64,
    gelu_f64,
    unit_f64,
    unit_grad_f64,
    adam_f64,
    ensemble_fit_f64
);

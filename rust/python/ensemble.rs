//! Bindings of the kernels for ensembles of small networks.

#![allow(clippy::too_many_arguments, reason = "Python calls with as many")]

use numpy::{Element, PyReadwriteArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::{Array, Made, made, numbers};
use crate::ensemble::adam::{State, Step, adam};
use crate::ensemble::descent::objective_grad;
use crate::ensemble::objective::{Given, objective};
use crate::ensemble::{self, Curve, Kind, Network, Shape, Term, Then};
use crate::error::{Error, Result};
use crate::law::Law;

/// Numbers that say what a term is: its kind, its layer, a flag, and whether labels call for it.
const CODES: usize = 4;

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

/// Terms from their codes and numbers, each of which has as many as the others.
fn terms<T: Curve>(
    codes: &[i64],
    powers: &[f64],
    vectors: &[f64],
    affinities: &[f64],
) -> Result<Vec<Term<T>>> {
    let of = |numbers: &[f64]| numbers.iter().map(|&x| T::of(x)).collect();
    let (width, concepts) = match powers.len() {
        0 => (0, 0),
        count => (vectors.len() / count, affinities.len() / count),
    };
    let mut terms = Vec::new();
    for (i, (codes, &power)) in codes.chunks(CODES).zip(powers).enumerate() {
        let &[kind, layer, flag, has_labels] = codes else {
            let (name, wanted, got) = ("codes", CODES, codes.len());
            return Err(Error::Length { name, wanted, got });
        };
        let layer_ = usize::try_from(layer);
        terms.push(Term {
            kind: kind_of(kind, flag != 0, power)?,
            layer: layer_.map_err(|_| Error::Code {
                name: "layer",
                got: layer,
            })?,
            vector: of(&vectors[i * width..(i + 1) * width]),
            affinities: (has_labels != 0)
                .then(|| of(&affinities[i * concepts..(i + 1) * concepts])),
        });
    }
    Ok(terms)
}

fn kind_of(code: i64, flag: bool, power: f64) -> Result<Kind> {
    match code {
        0 => Ok(Kind::Separation(Law::new(power, flag)?)),
        1 => Ok(Kind::AngularAnchor),
        2 => Ok(Kind::EuclideanAnchor),
        3 => Ok(Kind::AntiAnchor { full_sphere: flag }),
        4 => Ok(Kind::Subspace),
        5 => Ok(Kind::Unitarity),
        got => Err(Error::Code { name: "term", got }),
    }
}

/// Runs and samples of inputs (runs, batch, width).
fn shape_of<T: Element>(name: &str, array: &Array<'_, T>) -> PyResult<Shape> {
    let &[runs, batch, _] = array.shape() else {
        return Err(PyValueError::new_err(format!(
            "{name} must have three axes"
        )));
    };
    Ok(Shape { runs, batch })
}

fn last_axis<T: Element>(array: &Array<'_, T>) -> usize {
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

/// What a pass made of runs, and what it should have made, borrowed from arrays.
type Arrays<'py, T> = (
    Array<'py, T>,
    Array<'py, T>,
    Array<'py, T>,
    Array<'py, T>,
    Array<'py, bool>,
);

fn given_of<'a, T: Element>(arrays: &'a Arrays<'_, T>) -> PyResult<Given<'a, T>> {
    let (encoder, bottleneck, recon, wanted, labels) = arrays;
    Ok(Given {
        shape: shape_of("encoder", encoder)?,
        layers: [
            numbers("encoder", encoder)?,
            numbers("bottleneck", bottleneck)?,
        ],
        width: last_axis(encoder),
        recon: numbers("recon", recon)?,
        wanted: numbers("wanted", wanted)?,
        labels: numbers("labels", labels)?,
        concepts: last_axis(labels),
    })
}

macro_rules! ensemble_bindings {
    ($type:ty, $forward:ident, $backward:ident, $gelu:ident, $unit:ident, $unit_grad:ident,
     $objective:ident, $objective_grad:ident, $adam:ident) => {
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
        pub fn $objective<'py>(
            py: Python<'py>,
            arrays: Arrays<'py, $type>,
            codes: Vec<i64>,
            powers: Vec<f64>,
            vectors: Vec<f64>,
            affinities: Vec<f64>,
        ) -> PyResult<(Made<'py, $type>, Made<'py, $type>)> {
            let given = given_of(&arrays)?;
            let terms = terms::<$type>(&codes, &powers, &vectors, &affinities)?;
            let found = py.detach(|| objective(given, &terms))?;
            let Shape { runs, batch } = given.shape;
            let count = found.pairs.len() / (runs * batch * given.width).max(1);
            let pairs = [count, runs, batch, given.width];
            Ok((
                made(py, found.terms, &[1 + terms.len(), runs])?,
                made(py, found.pairs, &pairs)?,
            ))
        }

        #[pyfunction]
        pub fn $objective_grad<'py>(
            py: Python<'py>,
            arrays: Arrays<'py, $type>,
            pairs: Array<'py, $type>,
            upstream: Array<'py, $type>,
            codes: Vec<i64>,
            powers: Vec<f64>,
            vectors: Vec<f64>,
            affinities: Vec<f64>,
        ) -> PyResult<(
            Option<Made<'py, $type>>,
            Option<Made<'py, $type>>,
            Made<'py, $type>,
        )> {
            let given = given_of(&arrays)?;
            let terms = terms::<$type>(&codes, &powers, &vectors, &affinities)?;
            let (pairs, upstream) = (numbers("pairs", &pairs)?, numbers("upstream", &upstream)?);
            let descent = py.detach(|| objective_grad(given, &terms, pairs, upstream))?;
            let mut layers = descent.layers.into_iter().enumerate().map(|(i, by)| {
                let is_seen = terms.iter().any(|term| term.layer == i);
                is_seen.then(|| made(py, by, arrays.0.shape())).transpose()
            });
            let (encoder, bottleneck) = (layers.next(), layers.next());
            Ok((
                encoder.transpose()?.flatten(),
                bottleneck.transpose()?.flatten(),
                made(py, descent.recon, arrays.2.shape())?,
            ))
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
    };
}

ensemble_bindings!(
    f32,
    ensemble_forward_f32,
    ensemble_backward_f32,
    gelu_f32,
    unit_f32,
    unit_grad_f32,
    objective_f32,
    objective_grad_f32,
    adam_f32
);
ensemble_bindings!(
    f64,
    ensemble_forward_f64,
    ensemble_backward_f64,
    gelu_f64,
    unit_f64,
    unit_grad_f64,
    objective_f64,
    objective_grad_f64,
    adam_f64
);

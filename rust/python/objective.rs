//! Bindings of the objective.

#![allow(clippy::too_many_arguments, reason = "Python calls with as many")]

use numpy::{Element, PyUntypedArrayMethods};
use pyo3::prelude::*;

use super::ensemble::{last_axis, shape_of};
use super::{Array, Made, made, numbers};
use crate::buffer::check_length;
use crate::ensemble::descent::objective_grad;
use crate::ensemble::objective::{Given, objective};
use crate::ensemble::{Curve, Hide, Kind, Shape, Term, Tilt, Toward};
use crate::error::{Error, Result};
use crate::law::Law;

/// Numbers that say what a term is: its kind, its layer, a flag, and whether labels call for it.
const CODES: usize = 4;

/// Terms from their codes and numbers, each of which has as many as the others.
fn terms<T: Curve>(
    codes: &[i64],
    powers: &[f64],
    vectors: &[f64],
    off_axes: &[f64],
    affinities: &[f64],
) -> Result<Vec<Term<T>>> {
    let of = |numbers: &[f64]| numbers.iter().map(|&x| T::of(x)).collect();
    let (width, concepts) = match powers.len() {
        0 => (0, 0),
        count => (vectors.len() / count, affinities.len() / count),
    };
    check_length("off_axes", off_axes.len(), vectors.len())?;
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
            off_axis: of(&off_axes[i * width..(i + 1) * width]),
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
        4 => Ok(Kind::Subspace {
            is_one_sided: !flag,
        }),
        5 => Ok(Kind::Unitarity),
        6 if (0.0..f64::INFINITY).contains(&power) => Ok(Kind::TiltedAnchor(Tilt {
            size: power,
            toward: if flag { Toward::Mean } else { Toward::Nearest },
        })),
        7 if 0.0 < power && power < f64::INFINITY => Ok(Kind::Hide(Hide { reach: power })),
        6 | 7 => Err(Error::Range {
            name: if code == 6 { "tilt" } else { "reach" },
            low: 0.0,
            high: f64::INFINITY,
            got: power,
        }),
        got => Err(Error::Code { name: "term", got }),
    }
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

macro_rules! objective_bindings {
    ($type:ty, $objective:ident, $objective_grad:ident) => {
        #[pyfunction]
        pub fn $objective<'py>(
            py: Python<'py>,
            arrays: Arrays<'py, $type>,
            codes: Vec<i64>,
            powers: Vec<f64>,
            vectors: Vec<f64>,
            off_axes: Vec<f64>,
            affinities: Vec<f64>,
        ) -> PyResult<(Made<'py, $type>, Made<'py, $type>)> {
            let given = given_of(&arrays)?;
            let terms = terms::<$type>(&codes, &powers, &vectors, &off_axes, &affinities)?;
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
            off_axes: Vec<f64>,
            affinities: Vec<f64>,
        ) -> PyResult<(
            Option<Made<'py, $type>>,
            Option<Made<'py, $type>>,
            Made<'py, $type>,
        )> {
            let given = given_of(&arrays)?;
            let terms = terms::<$type>(&codes, &powers, &vectors, &off_axes, &affinities)?;
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
    };
}

objective_bindings!(f32, objective_f32, objective_grad_f32);
objective_bindings!(f64, objective_f64, objective_grad_f64);

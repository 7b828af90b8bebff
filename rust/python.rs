//! Bindings only: borrow the arrays, detach from the interpreter, call, return.

use numpy::ndarray::{Array2, Array3, ArrayD, IxDyn};
use numpy::{Element, IntoPyArray, PyArray2, PyArray3, PyArrayDyn, PyReadonlyArray1};
use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;

use crate::error::{Error, Result};
use crate::law::Law;
use crate::separation::Shape;
use crate::{cube, hsv, labels, separation};

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::Size { .. } => PyMemoryError::new_err(error.to_string()),
            _ => PyValueError::new_err(error.to_string()),
        }
    }
}

/// A result as an array; that it fits its shape is what the kernels promise.
fn array<'py, T: Element>(
    py: Python<'py>,
    values: Vec<T>,
    shape: &[usize],
) -> PyResult<Bound<'py, PyArrayDyn<T>>> {
    let array = ArrayD::from_shape_vec(IxDyn(shape), values)
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(array.into_pyarray(py))
}

type Flat<'py, T> = PyReadonlyArray1<'py, T>;

/// A kernel that makes a cube of three axes.
type Cube<T> = fn(&[T], &[T], &[T]) -> Result<Vec<T>>;

fn cube_of<'py, T: Element + Sync>(
    py: Python<'py>,
    axes: [&Flat<'py, T>; 3],
    make: Cube<T>,
) -> PyResult<Bound<'py, PyArrayDyn<T>>> {
    let [a, b, c] = [
        axes[0].as_slice()?,
        axes[1].as_slice()?,
        axes[2].as_slice()?,
    ];
    let values = py.detach(|| make(a, b, c))?;
    array(py, values, &[a.len(), b.len(), c.len(), 3])
}

fn shape_of((items, batch, width): (usize, usize, usize)) -> Shape {
    Shape {
        items,
        batch,
        width,
    }
}

macro_rules! bindings {
    ($type:ty, $rgb:ident, $hsv:ident, $to_hsv:ident, $to_rgb:ident, $loss:ident, $both:ident, $grad:ident) => {
        #[pyfunction]
        fn $rgb<'py>(
            py: Python<'py>,
            r: Flat<'py, $type>,
            g: Flat<'py, $type>,
            b: Flat<'py, $type>,
        ) -> PyResult<Bound<'py, PyArrayDyn<$type>>> {
            cube_of(py, [&r, &g, &b], cube::rgb_cube)
        }

        #[pyfunction]
        fn $hsv<'py>(
            py: Python<'py>,
            h: Flat<'py, $type>,
            s: Flat<'py, $type>,
            v: Flat<'py, $type>,
        ) -> PyResult<Bound<'py, PyArrayDyn<$type>>> {
            cube_of(py, [&h, &s, &v], cube::hsv_cube)
        }

        #[pyfunction]
        fn $to_hsv<'py>(
            py: Python<'py>,
            rgb: Flat<'py, $type>,
        ) -> PyResult<Bound<'py, PyArrayDyn<$type>>> {
            let rgb = rgb.as_slice()?;
            let hsv = py.detach(|| hsv::rgb_to_hsv(rgb))?;
            array(py, hsv, &[rgb.len()])
        }

        #[pyfunction]
        fn $to_rgb<'py>(
            py: Python<'py>,
            hsv: Flat<'py, $type>,
        ) -> PyResult<Bound<'py, PyArrayDyn<$type>>> {
            let hsv = hsv.as_slice()?;
            let rgb = py.detach(|| hsv::hsv_to_rgb(hsv))?;
            array(py, rgb, &[hsv.len()])
        }

        #[pyfunction]
        fn $loss<'py>(
            py: Python<'py>,
            latents: Flat<'py, $type>,
            shape: (usize, usize, usize),
            power: f64,
            shift: bool,
        ) -> PyResult<Bound<'py, PyArrayDyn<$type>>> {
            let (latents, law) = (latents.as_slice()?, Law::new(power, shift)?);
            let kernel = || separation::angular_separation(latents, shape_of(shape), law);
            array(py, py.detach(kernel)?, &[shape.0, shape.1])
        }

        #[pyfunction]
        fn $both<'py>(
            py: Python<'py>,
            latents: Flat<'py, $type>,
            shape: (usize, usize, usize),
            power: f64,
            shift: bool,
        ) -> PyResult<[Bound<'py, PyArrayDyn<$type>>; 2]> {
            let (latents, law) = (latents.as_slice()?, Law::new(power, shift)?);
            let kernel = || separation::angular_separation_with_grad(latents, shape_of(shape), law);
            let (losses, grad) = py.detach(kernel)?;
            let (items, batch, width) = shape;
            Ok([
                array(py, losses, &[items, batch])?,
                array(py, grad, &[items, batch, width])?,
            ])
        }

        #[pyfunction]
        fn $grad<'py>(
            py: Python<'py>,
            latents: Flat<'py, $type>,
            upstream: Flat<'py, $type>,
            grad_of_sum: Option<Flat<'py, $type>>,
            shape: (usize, usize, usize),
            power: f64,
            shift: bool,
        ) -> PyResult<Bound<'py, PyArrayDyn<$type>>> {
            let (latents, upstream) = (latents.as_slice()?, upstream.as_slice()?);
            let of_sum = grad_of_sum.as_ref().map(|g| g.as_slice()).transpose()?;
            let law = Law::new(power, shift)?;
            let grad = py.detach(|| {
                separation::angular_separation_grad(latents, upstream, of_sum, shape_of(shape), law)
            })?;
            let (items, batch, width) = shape;
            array(py, grad, &[items, batch, width])
        }
    };
}

bindings!(
    f32,
    rgb_cube_f32,
    hsv_cube_f32,
    rgb_to_hsv_f32,
    hsv_to_rgb_f32,
    angular_separation_f32,
    angular_separation_with_grad_f32,
    angular_separation_grad_f32
);
bindings!(
    f64,
    rgb_cube_f64,
    hsv_cube_f64,
    rgb_to_hsv_f64,
    hsv_to_rgb_f64,
    angular_separation_f64,
    angular_separation_with_grad_f64,
    angular_separation_grad_f64
);

type PyBatch<'py> = (Bound<'py, PyArray2<i64>>, Bound<'py, PyArray3<bool>>);

#[pyfunction]
fn draw_batch<'py>(
    py: Python<'py>,
    colors: usize,
    probabilities: Flat<'py, f64>,
    concepts: usize,
    seeds: Flat<'py, u64>,
    step: u64,
    batch_size: usize,
) -> PyResult<PyBatch<'py>> {
    let (probabilities, seeds) = (probabilities.as_slice()?, seeds.as_slice()?);
    let batch =
        py.detach(|| labels::draw_batch(colors, probabilities, concepts, seeds, step, batch_size))?;
    let fits = |error: numpy::ndarray::ShapeError| PyValueError::new_err(error.to_string());
    let indices = Array2::from_shape_vec((seeds.len(), batch_size), batch.indices).map_err(fits)?;
    let labels =
        Array3::from_shape_vec((seeds.len(), batch_size, concepts), batch.labels).map_err(fits)?;
    Ok((indices.into_pyarray(py), labels.into_pyarray(py)))
}

#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use super::{
        angular_separation_f32, angular_separation_f64, angular_separation_grad_f32,
        angular_separation_grad_f64, angular_separation_with_grad_f32,
        angular_separation_with_grad_f64, draw_batch, hsv_cube_f32, hsv_cube_f64, hsv_to_rgb_f32,
        hsv_to_rgb_f64, rgb_cube_f32, rgb_cube_f64, rgb_to_hsv_f32, rgb_to_hsv_f64,
    };
}

//! Bindings only: borrow the arrays, detach from the interpreter, call, return.

mod ensemble;
mod labels;
mod objective;

use numpy::ndarray::{ArrayD, IxDyn};
use numpy::{Element, IntoPyArray, PyArrayDyn, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;

use crate::buffer::size;
use crate::error::{Error, Result};
use crate::law::Law;
use crate::separation::Shape;
use crate::{cube, hsv, separation};

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::Size { .. } => PyMemoryError::new_err(error.to_string()),
            _ => PyValueError::new_err(error.to_string()),
        }
    }
}

type Array<'py, T> = PyReadonlyArrayDyn<'py, T>;
type Made<'py, T> = Bound<'py, PyArrayDyn<T>>;

/// The numbers of an array, row by row.
fn numbers<'a, T: Element>(name: &str, array: &'a Array<'_, T>) -> PyResult<&'a [T]> {
    if !array.is_c_contiguous() {
        return Err(PyValueError::new_err(format!(
            "{name} must be contiguous, the last axis varying fastest"
        )));
    }
    Ok(array.as_slice()?)
}

/// A result as an array; that it fits its shape is what the kernels promise. NumPy makes none of a
/// shape that exceeds all memory, empty or not, so that must be told first.
fn made<'py, T: Element>(
    py: Python<'py>,
    values: Vec<T>,
    shape: &[usize],
) -> PyResult<Made<'py, T>> {
    size("the result", shape)?;
    let array = ArrayD::from_shape_vec(IxDyn(shape), values)
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(array.into_pyarray(py))
}

fn converted<'py, T: Element + Sync>(
    py: Python<'py>,
    colors: &Array<'py, T>,
    convert: fn(&[T]) -> Result<Vec<T>>,
) -> PyResult<Made<'py, T>> {
    let values = numbers("colors", colors)?;
    made(py, py.detach(|| convert(values))?, colors.shape())
}

/// A kernel that makes a cube of three axes.
type Cube<T> = fn(&[T], &[T], &[T]) -> Result<Vec<T>>;

fn cube_of<'py, T: Element + Sync>(
    py: Python<'py>,
    axes: [&Array<'py, T>; 3],
    make: Cube<T>,
) -> PyResult<Made<'py, T>> {
    let [a, b, c] = [
        numbers("the first axis", axes[0])?,
        numbers("the second axis", axes[1])?,
        numbers("the third axis", axes[2])?,
    ];
    let values = py.detach(|| make(a, b, c))?;
    made(py, values, &[a.len(), b.len(), c.len(), 3])
}

/// Latents (…, batch, width): their numbers, their shape, and that of their losses.
fn latents_of<'a, T: Element>(array: &'a Array<'_, T>) -> PyResult<(&'a [T], Shape, &'a [usize])> {
    let [leading @ .., batch, width] = array.shape() else {
        return Err(PyValueError::new_err("latents must have at least two axes"));
    };
    let items = size("latents", leading)?;
    let shape = Shape {
        items,
        batch: *batch,
        width: *width,
    };
    let losses = &array.shape()[..=leading.len()];
    Ok((numbers("latents", array)?, shape, losses))
}

macro_rules! bindings {
    ($type:ty, $rgb:ident, $hsv:ident, $to_hsv:ident, $to_rgb:ident, $loss:ident, $both:ident, $grad:ident) => {
        #[pyfunction]
        fn $rgb<'py>(
            py: Python<'py>,
            r: Array<'py, $type>,
            g: Array<'py, $type>,
            b: Array<'py, $type>,
        ) -> PyResult<Made<'py, $type>> {
            cube_of(py, [&r, &g, &b], cube::rgb_cube)
        }

        #[pyfunction]
        fn $hsv<'py>(
            py: Python<'py>,
            h: Array<'py, $type>,
            s: Array<'py, $type>,
            v: Array<'py, $type>,
        ) -> PyResult<Made<'py, $type>> {
            cube_of(py, [&h, &s, &v], cube::hsv_cube)
        }

        #[pyfunction]
        fn $to_hsv<'py>(py: Python<'py>, rgb: Array<'py, $type>) -> PyResult<Made<'py, $type>> {
            converted(py, &rgb, hsv::rgb_to_hsv)
        }

        #[pyfunction]
        fn $to_rgb<'py>(py: Python<'py>, hsv: Array<'py, $type>) -> PyResult<Made<'py, $type>> {
            converted(py, &hsv, hsv::hsv_to_rgb)
        }

        #[pyfunction]
        fn $loss<'py>(
            py: Python<'py>,
            latents: Array<'py, $type>,
            power: f64,
            shift: bool,
        ) -> PyResult<Made<'py, $type>> {
            let ((z, shape, of_losses), law) = (latents_of(&latents)?, Law::new(power, shift)?);
            let losses = py.detach(|| separation::angular_separation(z, shape, law))?;
            made(py, losses, of_losses)
        }

        #[pyfunction]
        fn $both<'py>(
            py: Python<'py>,
            latents: Array<'py, $type>,
            power: f64,
            shift: bool,
        ) -> PyResult<(Made<'py, $type>, Made<'py, $type>)> {
            let ((z, shape, of_losses), law) = (latents_of(&latents)?, Law::new(power, shift)?);
            let kernel = || separation::angular_separation_with_grad(z, shape, law);
            let (losses, grad) = py.detach(kernel)?;
            Ok((
                made(py, losses, of_losses)?,
                made(py, grad, latents.shape())?,
            ))
        }

        #[pyfunction]
        fn $grad<'py>(
            py: Python<'py>,
            latents: Array<'py, $type>,
            upstream: Array<'py, $type>,
            grad_of_sum: Option<Array<'py, $type>>,
            power: f64,
            shift: bool,
        ) -> PyResult<Made<'py, $type>> {
            let ((z, shape, _), law) = (latents_of(&latents)?, Law::new(power, shift)?);
            let upstream = numbers("upstream", &upstream)?;
            let of_sum = grad_of_sum.as_ref().map(|g| numbers("grad_of_sum", g));
            let of_sum = of_sum.transpose()?;
            let kernel = || separation::angular_separation_grad(z, upstream, of_sum, shape, law);
            made(py, py.detach(kernel)?, latents.shape())
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

#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use super::ensemble::{
        adam_f32, adam_f64, ensemble_backward_f32, ensemble_backward_f64, ensemble_fit_f32,
        ensemble_fit_f64, ensemble_forward_f32, ensemble_forward_f64, gelu_f32, gelu_f64, unit_f32,
        unit_f64, unit_grad_f32, unit_grad_f64,
    };
    #[pymodule_export]
    use super::labels::{draw_batch_f32, draw_batch_f64, draw_labels_f32, draw_labels_f64};
    #[pymodule_export]
    use super::objective::{objective_f32, objective_f64, objective_grad_f32, objective_grad_f64};
    #[pymodule_export]
    use super::{
        angular_separation_f32, angular_separation_f64, angular_separation_grad_f32,
        angular_separation_grad_f64, angular_separation_with_grad_f32,
        angular_separation_with_grad_f64, hsv_cube_f32, hsv_cube_f64, hsv_to_rgb_f32,
        hsv_to_rgb_f64, rgb_cube_f32, rgb_cube_f64, rgb_to_hsv_f32, rgb_to_hsv_f64,
    };
}

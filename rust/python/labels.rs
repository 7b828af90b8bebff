//! Bindings of what is drawn.

use pyo3::prelude::*;

use super::{Array, Made, made, numbers};
use crate::labels;

macro_rules! bindings {
    ($type:ty, $batch:ident, $labels:ident) => {
        #[pyfunction]
        pub fn $batch<'py>(
            py: Python<'py>,
            colors: usize,
            probabilities: Array<'py, $type>,
            concepts: usize,
            seeds: Array<'py, u64>,
            step: u64,
            batch_size: usize,
        ) -> PyResult<(Made<'py, i64>, Made<'py, bool>)> {
            let chances = numbers("probabilities", &probabilities)?;
            let seeds = numbers("seeds", &seeds)?;
            let batch = py.detach(|| {
                labels::draw_batch(colors, chances, concepts, seeds, step, batch_size)
            })?;
            let shape = [seeds.len(), batch_size, concepts];
            Ok((
                made(py, batch.indices, &shape[..2])?,
                made(py, batch.labels, &shape)?,
            ))
        }

        #[pyfunction]
        pub fn $labels<'py>(
            py: Python<'py>,
            indices: Array<'py, i64>,
            slots: Array<'py, u64>,
            probabilities: Array<'py, $type>,
            concepts: usize,
            seed: u64,
            step: u64,
        ) -> PyResult<Made<'py, bool>> {
            let chances = numbers("probabilities", &probabilities)?;
            let (samples, slots) = (numbers("indices", &indices)?, numbers("slots", &slots)?);
            let drawn =
                py.detach(|| labels::draw_labels(samples, slots, chances, concepts, seed, step))?;
            made(py, drawn, &[samples.len(), concepts])
        }
    };
}

bindings!(f32, draw_batch_f32, draw_labels_f32);
bindings!(f64, draw_batch_f64, draw_labels_f64);

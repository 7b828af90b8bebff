//! The backward pass of some runs: from gradients by what the network gives to those by its
//! parameters and inputs.

use pulp::Simd;

use super::affine::{Rows, affine, column_sums, outer};
use super::forward::{TILE, copy, read};
use super::gelu::{Curve, steepen};
use super::layer::{Layer, Network, Output, Then};
use super::unit::through_norm;
use crate::path::Loop;

/// Runs to work through, and what is made of them.
pub struct Backward<'a, T> {
    pub network: &'a Network,
    /// Of these runs, a row a run.
    pub values: &'a [T],
    pub inputs: &'a [T],
    pub tape: &'a [T],
    /// By each output, where there is one.
    pub upstream: Vec<Option<&'a [T]>>,
    pub batch: usize,
    pub scratch: Scratch<T>,
    /// Zeros, to which sums are added.
    pub by_values: &'a mut [T],
    /// Room for the gradient by the inputs, or none.
    pub by_inputs: &'a mut [T],
}

pub struct Scratch<T> {
    /// The gradient by what a layer makes, and by what it reads.
    gradient: Vec<T>,
    next: Vec<T>,
    /// Of each layer: weights by outputs (outputs × padded inputs).
    weights: Vec<Vec<T>>,
    /// A layer's gradient, padded.
    sums: Vec<T>,
    zeros: Vec<T>,
}

impl<T: Curve> Scratch<T> {
    pub fn new(network: &Network, batch: usize) -> Self {
        let zeros = |length| vec![T::ZERO; length];
        let (rows, widest) = (batch.min(TILE), network.widest());
        Self {
            gradient: zeros(rows * widest),
            next: zeros(rows * widest),
            weights: network
                .layers
                .iter()
                .map(|l| zeros(l.outputs * l.padded_inputs()))
                .collect(),
            sums: zeros(widest * widest),
            zeros: zeros(widest),
        }
    }
}

impl<T: Curve> Loop for &mut Backward<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (network, batch) = (self.network, self.batch);
        let width = network.inputs();
        let wants_inputs = !self.by_inputs.is_empty();
        for (r, run) in self.values.chunks_exact(network.parameters).enumerate() {
            pad(network, run, &mut self.scratch.weights);
            let by_run = &mut self.by_values[r * network.parameters..][..network.parameters];
            for first in (0..batch).step_by(TILE) {
                let (start, rows) = (r * batch + first, TILE.min(batch - first));
                let tile = Tile {
                    network,
                    inputs: &self.inputs[start * width..(start + rows) * width],
                    tape: &self.tape[start * network.width..(start + rows) * network.width],
                    start,
                    rows,
                };
                let by_inputs = match wants_inputs {
                    true => &mut self.by_inputs[start * width..(start + rows) * width],
                    false => &mut [],
                };
                tile.pass::<S>(simd, &self.upstream, &mut self.scratch, by_run, by_inputs);
            }
        }
    }
}

/// The weights of a run, with rows padded.
#[inline(always)]
fn pad<T: Curve>(network: &Network, run: &[T], weights: &mut [Vec<T>]) {
    for (layer, weights) in network.layers.iter().zip(weights) {
        let rows = layer.weights(run).chunks_exact(layer.inputs);
        for (row, out) in rows.zip(weights.chunks_exact_mut(layer.padded_inputs())) {
            copy(row, &mut out[..layer.inputs]);
        }
    }
}

/// Some samples of one run, and what the forward pass kept of them.
struct Tile<'a, T> {
    network: &'a Network,
    inputs: &'a [T],
    tape: &'a [T],
    /// The first of them among those of all runs.
    start: usize,
    rows: usize,
}

impl<T: Curve> Tile<'_, T> {
    #[inline(always)]
    fn pass<S: Simd>(
        &self,
        simd: S,
        upstream: &[Option<&[T]>],
        scratch: &mut Scratch<T>,
        by_run: &mut [T],
        by_inputs: &mut [T],
    ) {
        let rows = self.rows;
        scratch.gradient.fill(T::ZERO);
        for (i, layer) in self.network.layers.iter().enumerate().rev() {
            let stride = layer.padded_outputs();
            let gradient = &mut scratch.gradient[..rows * stride];
            self.descend::<S>(simd, i, layer, upstream, gradient);
            let y = Rows {
                numbers: &*gradient,
                stride,
                width: layer.outputs,
            };
            let x = read(self.network, i, self.inputs, rows, self.tape);
            by_parameters::<T, S>(simd, layer, x, y, &mut scratch.sums, by_run);
            if i == 0 && by_inputs.is_empty() {
                break;
            }
            let padded = layer.padded_inputs();
            let next = &mut scratch.next[..rows * padded];
            affine::<T, S>(simd, y, &scratch.weights[i], &scratch.zeros[..padded], next);
            std::mem::swap(&mut scratch.gradient, &mut scratch.next);
        }
        let layer = &self.network.layers[0];
        let made = scratch.gradient.chunks_exact(layer.padded_inputs());
        for (row, out) in made.zip(by_inputs.chunks_exact_mut(layer.inputs)) {
            copy(&row[..layer.inputs], out);
        }
    }

    /// From the gradient by what follows a layer to that by what it computes, in its place.
    #[inline(always)]
    fn descend<S: Simd>(
        &self,
        simd: S,
        index: usize,
        layer: &Layer,
        upstream: &[Option<&[T]>],
        gradient: &mut [T],
    ) {
        let (rows, stride) = (self.rows, layer.padded_outputs());
        let (made, rest) = self.tape[rows * layer.place..].split_at(rows * stride);
        self.add(index, false, upstream, gradient);
        match layer.then {
            Then::Nothing => {}
            Then::Gelu => steepen::<T, S>(simd, gradient, &rest[..rows * stride]),
            Then::Unit => {
                let before = &rest[..rows * stride];
                through_norm(before, made, stride, layer.outputs, gradient);
                self.add(index, true, upstream, gradient);
            }
        }
    }

    /// Adds what comes from outside by an output of this layer.
    #[inline(always)]
    fn add(&self, index: usize, is_before: bool, upstream: &[Option<&[T]>], gradient: &mut [T]) {
        for (output, upstream) in self.network.outputs.iter().zip(upstream) {
            let &Output { padded, width, .. } = output;
            let Some(upstream) = upstream else { continue };
            if (output.layer, output.is_before) != (index, is_before) {
                continue;
            }
            let more = &upstream[self.start * width..][..self.rows * width];
            let rows = gradient.chunks_exact_mut(padded);
            for (row, more) in rows.zip(more.chunks_exact(width)) {
                match width {
                    3 => increase::<T, 3>(row, more),
                    4 => increase::<T, 4>(row, more),
                    5 => increase::<T, 5>(row, more),
                    _ => increase::<T, 0>(row, more),
                }
            }
        }
    }
}

/// Adds to a row one of a width that is known, or of any with `K` = 0.
#[inline(always)]
fn increase<T: Curve, const K: usize>(row: &mut [T], more: &[T]) {
    let width = if K == 0 { more.len() } else { K };
    for (g, &m) in row[..width].iter_mut().zip(&more[..width]) {
        *g = *g + m;
    }
}

/// Adds a layer's share of a tile to the gradient of its run.
///
/// Whichever side lies in lanes, each number is the same sum in the same order.
#[inline(always)]
fn by_parameters<T: Curve, S: Simd>(
    simd: S,
    layer: &Layer,
    x: Rows<T>,
    y: Rows<T>,
    sums: &mut [T],
    by_run: &mut [T],
) {
    let (inputs, biases) = (layer.inputs, layer.biases());
    let by_outputs = layer.padded_outputs() * inputs;
    let by_inputs = layer.padded_inputs() * layer.outputs;
    if x.stride == layer.padded_inputs() && by_inputs <= by_outputs {
        outer::<T, S>(simd, y, x, sums);
        let rows = by_run[layer.start..biases].chunks_exact_mut(inputs);
        for (row, sums) in rows.zip(sums.chunks_exact(x.stride)) {
            for (g, &sum) in row.iter_mut().zip(sums) {
                *g = *g + sum;
            }
        }
    } else {
        outer::<T, S>(simd, x, y, sums);
        for (i, sums) in sums.chunks_exact(y.stride).take(inputs).enumerate() {
            for (o, &sum) in sums[..layer.outputs].iter().enumerate() {
                let g = &mut by_run[layer.start + o * inputs + i];
                *g = *g + sum;
            }
        }
    }
    column_sums::<T, S>(simd, y, &mut sums[..y.stride]);
    let biases = by_run[biases..].iter_mut().take(layer.outputs);
    for (g, &sum) in biases.zip(sums.iter()) {
        *g = *g + sum;
    }
}

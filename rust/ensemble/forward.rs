//! The forward pass of some runs, tile by tile.

use pulp::Simd;

use super::affine::{Rows, affine};
use super::gelu::{Curve, activate};
use super::layer::{Layer, Network, Output, Then};
use super::unit::normalize;
use crate::path::Loop;

/// Samples of one run that go through all layers together: what they make stays in the cache, and
/// sums over a long batch are broken as often.
pub const TILE: usize = 64;

/// Runs to work through, and what is made of them.
pub struct Forward<'a, T> {
    pub network: &'a Network,
    /// Parameters and inputs of these runs, a row a run.
    pub values: &'a [T],
    pub inputs: &'a [T],
    pub batch: usize,
    /// The matrices of a run.
    pub scratch: Scratch<T>,
    pub outputs: Vec<Vec<T>>,
    /// Room for what the backward pass needs, tile after tile; or for one tile, when nothing is to
    /// be kept.
    pub tape: &'a mut [T],
}

pub struct Scratch<T> {
    /// Of each layer: weights by inputs (inputs × padded outputs), and biases (padded).
    pub weights: Vec<Vec<T>>,
    pub biases: Vec<Vec<T>>,
}

impl<T: Curve> Scratch<T> {
    pub fn new(network: &Network) -> Self {
        let zeros = |length| vec![T::ZERO; length];
        let layers = || network.layers.iter();
        Self {
            weights: layers()
                .map(|l| zeros(l.inputs * l.padded_outputs()))
                .collect(),
            biases: layers().map(|l| zeros(l.padded_outputs())).collect(),
        }
    }
}

impl<T: Curve> Loop for &mut Forward<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Forward {
            network,
            values,
            inputs,
            batch,
            scratch,
            outputs,
            tape,
        } = self;
        let width = network.inputs();
        let mut place = 0;
        let runs = values.chunks_exact(network.parameters);
        for (run, inputs) in runs.zip(inputs.chunks_exact(*batch * width)) {
            transpose(network, run, scratch);
            for inputs in inputs.chunks(TILE * width) {
                let rows = inputs.len() / width;
                let size = rows * network.width;
                if place + size > tape.len() {
                    place = 0; // room for one tile, which is not to be kept
                }
                let tile = &mut tape[place..place + size];
                place += size;
                let matrices = (scratch.weights.as_slice(), scratch.biases.as_slice());
                pass::<T, S>(simd, network, matrices, inputs, rows, tile);
                for (output, made) in network.outputs.iter().zip(outputs.iter_mut()) {
                    give(*output, rows, tile, made);
                }
            }
        }
    }
}

/// The matrices of a run, as the products want them.
#[inline(always)]
fn transpose<T: Curve>(network: &Network, run: &[T], scratch: &mut Scratch<T>) {
    let matrices = scratch.weights.iter_mut().zip(&mut scratch.biases);
    for (layer, (weights, biases)) in network.layers.iter().zip(matrices) {
        let stride = layer.padded_outputs();
        let rows = layer.weights(run).chunks_exact(layer.inputs);
        for (o, row) in rows.enumerate() {
            for (i, &w) in row.iter().enumerate() {
                weights[i * stride + o] = w;
            }
        }
        biases[..layer.outputs].copy_from_slice(layer.bias(run));
    }
}

/// All layers of a tile.
#[inline(always)]
fn pass<T: Curve, S: Simd>(
    simd: S,
    network: &Network,
    (weights, biases): (&[Vec<T>], &[Vec<T>]),
    inputs: &[T],
    rows: usize,
    tile: &mut [T],
) {
    for (i, layer) in network.layers.iter().enumerate() {
        let (done, rest) = tile.split_at_mut(rows * layer.place);
        let size = rows * layer.padded_outputs();
        let (made, rest) = rest.split_at_mut(size);
        let x = read(network, i, inputs, rows, done);
        match layer.then {
            Then::Nothing => affine::<T, S>(simd, x, &weights[i], &biases[i], made),
            Then::Gelu => {
                affine::<T, S>(simd, x, &weights[i], &biases[i], made);
                activate::<T, S>(simd, made, &mut rest[..size]);
            }
            Then::Unit => {
                affine::<T, S>(simd, x, &weights[i], &biases[i], &mut rest[..size]);
                normalize(&rest[..size], layer.padded_outputs(), layer.outputs, made);
            }
        }
    }
}

/// What a layer reads: the inputs, or what the layer before it made in this tile.
#[inline(always)]
pub fn read<'a, T: Curve>(
    network: &Network,
    layer: usize,
    inputs: &'a [T],
    rows: usize,
    tile: &'a [T],
) -> Rows<'a, T> {
    let width = network.layers[layer].inputs;
    if layer == 0 {
        let (numbers, stride) = (inputs, width);
        return Rows {
            numbers,
            stride,
            width,
        };
    }
    let before: &Layer = &network.layers[layer - 1];
    let stride = before.padded_outputs();
    Rows {
        numbers: &tile[rows * before.place..][..rows * stride],
        stride,
        width,
    }
}

/// Rows without what pads them.
#[inline(always)]
fn give<T: Curve>(output: Output, rows: usize, tile: &[T], made: &mut Vec<T>) {
    let kept = &tile[rows * output.place..][..rows * output.padded];
    let start = made.len();
    made.resize(start + rows * output.width, T::ZERO);
    let pairs = made[start..].chunks_exact_mut(output.width);
    for (out, row) in pairs.zip(kept.chunks_exact(output.padded)) {
        copy(&row[..output.width], out);
    }
}

/// Copies a row, and calls nothing for a narrow one.
#[inline(always)]
pub fn copy<T: Curve>(from: &[T], to: &mut [T]) {
    match to.len() {
        1 => narrow::<T, 1>(from, to),
        2 => narrow::<T, 2>(from, to),
        3 => narrow::<T, 3>(from, to),
        4 => narrow::<T, 4>(from, to),
        5 => narrow::<T, 5>(from, to),
        6 => narrow::<T, 6>(from, to),
        8 => narrow::<T, 8>(from, to),
        16 => narrow::<T, 16>(from, to),
        _ => to.copy_from_slice(from),
    }
}

#[inline(always)]
fn narrow<T: Curve, const K: usize>(from: &[T], to: &mut [T]) {
    if let (Some(from), Some(to)) = (from.first_chunk::<K>(), to.first_chunk_mut::<K>()) {
        *to = *from;
    }
}

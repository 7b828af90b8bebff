//! Many small networks side by side: forward and backward passes, an objective, and Adam.
//!
//! A network is a list of affine layers, each followed by nothing, by exact GELU, or by
//! normalisation to unit length; a run's parameters lie side by side in one row. Every sum has one
//! order, whatever runs stand beside it, however many threads there are and however wide a register
//! is: the same run gives the same bits, on every processor that multiplies and adds in one
//! rounding.

pub mod adam;
mod affine;
mod backward;
pub mod descent;
pub mod fit;
mod forward;
mod gelu;
mod hide;
mod layer;
pub mod objective;
mod samples;
mod term;
mod tilt;
mod unit;

use crate::buffer::{check_length, room, size, zeros};
use crate::error::{Error, Result};
use crate::path::Path;
use crate::threads;

use backward::Backward;
use forward::{Forward, TILE};
pub use gelu::Curve;
pub use hide::Hide;
pub use layer::{Network, Then};
pub use term::{Kind, Term};
pub use tilt::{Tilt, Toward};

/// Multiplications that take a thread about as long as a hundred starts of one.
const WORTH_THREAD: usize = 1 << 25;

/// How many runs there are, and samples of each.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub runs: usize,
    pub batch: usize,
}

/// Gradients by the parameters (runs × parameters) and by the inputs, empty when not asked for.
#[derive(Debug, PartialEq)]
pub struct Gradients<T> {
    pub values: Vec<T>,
    pub inputs: Vec<T>,
}

/// Passes inputs (runs × batch × inputs) through the network of each run. Gives each output (runs ×
/// batch × its width), and puts what the backward pass needs into the tape, where there is one.
pub fn forward<T: Curve>(
    network: &Network,
    values: &[T],
    inputs: &[T],
    shape: Shape,
    tape: Option<&mut [T]>,
) -> Result<Vec<Vec<T>>> {
    let threads = threads_for(network, shape)?;
    let path = Path::chosen()?;
    forward_on(network, values, inputs, shape, tape, path, threads)
}

fn forward_on<T: Curve>(
    network: &Network,
    values: &[T],
    inputs: &[T],
    shape: Shape,
    tape: Option<&mut [T]>,
    path: Path,
    threads: usize,
) -> Result<Vec<Vec<T>>> {
    check(network, values, inputs, shape)?;
    let share = shape.runs.div_ceil(threads).max(1);
    // Without a tape each piece has room for one tile.
    let (mut own, kept) = match tape {
        Some(_) => (Vec::new(), share * shape.batch * network.width),
        None => {
            let tile = shape.batch.min(TILE) * network.width;
            (zeros("a tile", shape.runs.div_ceil(share) * tile)?, tile)
        }
    };
    if let Some(tape) = &tape {
        check_length("the tape", tape.len(), tape_length(network, shape)?)?;
    }
    let mut tape = tape.unwrap_or(&mut own);
    let mut pieces = Vec::new();
    for first in (0..shape.runs).step_by(share).filter(|_| shape.batch > 0) {
        let runs = share.min(shape.runs - first);
        let (p, x) = (network.parameters, shape.batch * network.inputs());
        let mut outputs = Vec::new();
        for output in &network.outputs {
            outputs.push(room("the outputs", runs * shape.batch * output.width)?);
        }
        let (some, rest) = tape.split_at_mut(kept.min(tape.len()));
        tape = rest;
        pieces.push(Forward {
            network,
            values: &values[first * p..(first + runs) * p],
            inputs: &inputs[first * x..(first + runs) * x],
            batch: shape.batch,
            scratch: forward::Scratch::new(network),
            outputs,
            tape: some,
        });
    }
    threads::each(threads, pieces.iter_mut().collect(), |piece| {
        path.run(piece)
    });
    Ok(joined(network, pieces))
}

/// How many numbers the backward pass needs.
pub fn tape_length(network: &Network, shape: Shape) -> Result<usize> {
    size("the tape", &[shape.runs, shape.batch, network.width])
}

/// What the pieces gave, in the order of their runs.
fn joined<T: Curve>(network: &Network, pieces: Vec<Forward<T>>) -> Vec<Vec<T>> {
    let mut pieces = pieces.into_iter();
    let Some(first) = pieces.next() else {
        return network.outputs.iter().map(|_| Vec::new()).collect();
    };
    let mut outputs = first.outputs;
    for piece in pieces {
        for (output, more) in outputs.iter_mut().zip(&piece.outputs) {
            output.extend_from_slice(more);
        }
    }
    outputs
}

/// Leads gradients by the outputs, each of which may be absent, back to the parameters.
pub fn backward<T: Curve>(
    network: &Network,
    values: &[T],
    inputs: &[T],
    tape: &[T],
    upstream: &[Option<&[T]>],
    shape: Shape,
    wants_inputs: bool,
) -> Result<Gradients<T>> {
    let of_inputs = if wants_inputs { inputs.len() } else { 0 };
    let mut made = Gradients {
        values: zeros("the gradient", values.len())?,
        inputs: zeros("the gradient", of_inputs)?,
    };
    let threads = threads_for(network, shape)?;
    let given = (values, inputs, tape, upstream);
    backward_on(network, given, shape, &mut made, Path::chosen()?, threads)?;
    Ok(made)
}

/// Parameters, inputs, tape, and gradients by the outputs.
type Given<'a, T> = (&'a [T], &'a [T], &'a [T], &'a [Option<&'a [T]>]);

fn backward_on<T: Curve>(
    network: &Network,
    (values, inputs, tape, upstream): Given<T>,
    shape: Shape,
    made: &mut Gradients<T>,
    path: Path,
    threads: usize,
) -> Result<()> {
    check(network, values, inputs, shape)?;
    let samples = shape.runs * shape.batch;
    check_length("the tape", tape.len(), tape_length(network, shape)?)?;
    check_length("upstream", upstream.len(), network.outputs.len())?;
    for (output, upstream) in network.outputs.iter().zip(upstream) {
        let got = upstream.map_or(samples * output.width, <[T]>::len);
        check_length("upstream", got, samples * output.width)?;
    }
    if samples == 0 {
        return Ok(());
    }
    let share = shape.runs.div_ceil(threads).max(1);
    let (p, b) = (network.parameters, shape.batch);
    let mut pieces = Vec::new();
    let (mut by_values, mut by_inputs) = (&mut made.values[..], &mut made.inputs[..]);
    for first in (0..shape.runs).step_by(share) {
        let runs = first..(first + share).min(shape.runs);
        let of = |width: usize| runs.start * width..runs.end * width;
        let (some, rest) = by_values.split_at_mut(runs.len() * p);
        by_values = rest;
        let wanted = by_inputs.len().min(runs.len() * b * network.inputs());
        let (some_inputs, rest) = by_inputs.split_at_mut(wanted);
        by_inputs = rest;
        let outputs = network.outputs.iter().zip(upstream);
        pieces.push(Backward {
            network,
            values: &values[of(p)],
            inputs: &inputs[of(b * network.inputs())],
            tape: &tape[of(b * network.width)],
            upstream: outputs
                .map(|(output, up)| up.map(|g| &g[of(b * output.width)]))
                .collect(),
            batch: b,
            scratch: backward::Scratch::new(network, b),
            by_values: some,
            by_inputs: some_inputs,
        });
    }
    threads::each(threads, pieces.iter_mut().collect(), |piece| {
        path.run(piece)
    });
    Ok(())
}

fn check<T>(network: &Network, values: &[T], inputs: &[T], shape: Shape) -> Result<()> {
    let Shape { runs, batch } = shape;
    let wanted = size("values", &[runs, network.parameters])?;
    check_length("values", values.len(), wanted)?;
    let wanted = size("x", &[runs, batch, network.inputs()])?;
    size("the tape", &[runs, batch, network.width])?;
    check_length("x", inputs.len(), wanted)
}

/// Threads that are worth their start.
fn threads_for(network: &Network, shape: Shape) -> Result<usize> {
    let samples = shape.runs.saturating_mul(shape.batch);
    let multiplications = samples.saturating_mul(network.parameters);
    Ok((multiplications / WORTH_THREAD).clamp(1, threads::most()?))
}

/// GELU of each number, and its slope there.
pub fn gelu<T: Curve>(x: &[T]) -> Result<(Vec<T>, Vec<T>)> {
    let slopes = zeros("the slopes", x.len())?;
    Ok(gelu::gelu_of(x.to_vec(), slopes, Path::chosen()?))
}

/// Rows (… × width) at unit length; those shorter than 1e-12 are divided by that.
pub fn unit<T: Curve>(x: &[T], width: usize) -> Result<Vec<T>> {
    if width == 0 {
        return Err(Error::NoWidth);
    }
    let mut units = zeros("the directions", x.len())?;
    unit::normalize(x, width, width, &mut units);
    Ok(units)
}

/// The gradient by rows from that by their directions.
pub fn unit_grad<T: Curve>(x: &[T], units: &[T], upstream: &[T], width: usize) -> Result<Vec<T>> {
    if width == 0 {
        return Err(Error::NoWidth);
    }
    check_length("units", units.len(), x.len())?;
    check_length("upstream", upstream.len(), x.len())?;
    let mut gradient = upstream.to_vec();
    unit::through_norm(x, units, width, width, &mut gradient);
    Ok(gradient)
}

#[cfg(test)]
mod tests;

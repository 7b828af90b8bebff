//! A network: its layers, where their parameters lie, and where a tile keeps what they make.

use crate::error::{Error, Result};
use crate::lanes::MOST_LANES;

/// What follows an affine layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Nothing,
    /// x · Φ(x), exactly.
    Gelu,
    /// Normalisation of each row to unit length.
    Unit,
}

/// One layer, y = W x + b, and what follows.
#[derive(Clone, Copy, Debug)]
pub struct Layer {
    pub inputs: usize,
    pub outputs: usize,
    pub then: Then,
    /// Where its parameters start in the row of a run: weights (outputs × inputs), then biases.
    pub start: usize,
    /// Numbers a sample that a tile keeps for the layers before it.
    pub place: usize,
}

impl Layer {
    /// Inputs as a row of whole registers, on every path.
    pub fn padded_inputs(&self) -> usize {
        padded(self.inputs)
    }

    pub fn padded_outputs(&self) -> usize {
        padded(self.outputs)
    }

    pub fn weights<'a, T>(&self, run: &'a [T]) -> &'a [T] {
        &run[self.start..self.biases()]
    }

    pub fn bias<'a, T>(&self, run: &'a [T]) -> &'a [T] {
        &run[self.biases()..self.biases() + self.outputs]
    }

    /// Where its biases start.
    pub fn biases(&self) -> usize {
        self.start + self.inputs * self.outputs
    }

    /// What a tile keeps of it a sample: what it makes, and slopes or rows before normalisation.
    fn kept(&self) -> usize {
        match self.then {
            Then::Nothing => self.padded_outputs(),
            Then::Gelu | Then::Unit => 2 * self.padded_outputs(),
        }
    }
}

/// A row that a pass gives, and where a tile keeps it.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    pub layer: usize,
    /// Whether it is the row before its normalisation.
    pub is_before: bool,
    pub place: usize,
    pub padded: usize,
    pub width: usize,
}

/// The layers of one run. A run's parameters lie side by side in one row, layer after layer.
#[derive(Clone, Debug)]
pub struct Network {
    pub layers: Vec<Layer>,
    pub outputs: Vec<Output>,
    /// Parameters of a run.
    pub parameters: usize,
    /// Numbers that a tile keeps of a sample.
    pub width: usize,
}

impl Network {
    /// A network of these widths, inputs first, and of what follows each layer.
    pub fn new(widths: &[usize], then: &[Then]) -> Result<Self> {
        if then.is_empty() || widths.len() != then.len() + 1 || widths.contains(&0) {
            return Err(Error::Layers);
        }
        let (mut layers, mut outputs) = (Vec::new(), Vec::new());
        let (mut start, mut place) = (0, 0);
        for (i, &then_) in then.iter().enumerate() {
            let layer = Layer {
                inputs: widths[i],
                outputs: widths[i + 1],
                then: then_,
                start,
                place,
            };
            outputs.extend(given(i, &layer, i + 1 == then.len()));
            start = checked(layer.inputs, layer.outputs, start)?;
            place += layer.kept();
            layers.push(layer);
        }
        Ok(Self {
            layers,
            outputs,
            parameters: start,
            width: place,
        })
    }

    pub fn inputs(&self) -> usize {
        self.layers[0].inputs
    }

    /// The widest row of any layer, padded.
    pub fn widest(&self) -> usize {
        let rows = self.layers.iter();
        rows.map(|l| l.padded_outputs().max(l.padded_inputs()))
            .fold(0, usize::max)
    }
}

/// Where the parameters of the next layer start.
fn checked(inputs: usize, outputs: usize, start: usize) -> Result<usize> {
    let weights = inputs.checked_mul(outputs);
    let end = weights.and_then(|w| w.checked_add(outputs)?.checked_add(start));
    end.ok_or(Error::Size { name: "layers" })
}

/// What a layer gives: all but activations, which only a last layer does.
fn given(index: usize, layer: &Layer, is_last: bool) -> Vec<Output> {
    let made = Output {
        layer: index,
        is_before: false,
        place: layer.place,
        padded: layer.padded_outputs(),
        width: layer.outputs,
    };
    let before = Output {
        is_before: true,
        place: layer.place + made.padded,
        ..made
    };
    match layer.then {
        Then::Nothing => vec![made],
        Then::Gelu if !is_last => vec![],
        Then::Gelu => vec![made],
        Then::Unit => vec![before, made],
    }
}

/// A width in whole registers of the widest kind.
pub fn padded(width: usize) -> usize {
    width.next_multiple_of(MOST_LANES)
}

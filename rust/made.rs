//! What is made of pairs.

/// What is made of the rows, each as long as there are rows.
pub enum Made<'a, T> {
    /// ℓ.
    Losses(&'a mut [T]),
    /// ℓ, and the gradient of Σ ℓ over the item by each row.
    LossesAndGradient(&'a mut [T], &'a mut [T]),
    /// The gradient of Σ upstream · ℓ over the item by each row; `upstream` is that of all items.
    Gradient(&'a [T], &'a mut [T]),
}

impl<'a, T> Made<'a, T> {
    /// The first `rows` rows, and the rest.
    pub fn split_at(self, rows: usize, width: usize) -> (Self, Self) {
        match self {
            Self::Losses(losses) => {
                let (head, tail) = losses.split_at_mut(rows);
                (Self::Losses(head), Self::Losses(tail))
            }
            Self::LossesAndGradient(losses, gradient) => {
                let (head, tail) = losses.split_at_mut(rows);
                let (above, below) = gradient.split_at_mut(rows * width);
                (
                    Self::LossesAndGradient(head, above),
                    Self::LossesAndGradient(tail, below),
                )
            }
            Self::Gradient(upstream, gradient) => {
                let (above, below) = gradient.split_at_mut(rows * width);
                (
                    Self::Gradient(upstream, above),
                    Self::Gradient(upstream, below),
                )
            }
        }
    }
}

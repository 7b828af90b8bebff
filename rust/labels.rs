//! Batches of colours and their Bernoulli labels, addressed by (seed, step).

use crate::buffer::{check_length, room, size};
use crate::error::{Error, Result};
use crate::rng::{Stream, uniforms};

/// A uniform has 53 bits: of more colours it could not tell neighbours apart.
const MOST_COLORS: usize = 1 << 53;

/// Indices (seeds × batch) and labels (seeds × batch × concepts) of one step, row by row.
#[derive(Debug, PartialEq)]
pub struct Batch {
    pub indices: Vec<i64>,
    pub labels: Vec<bool>,
}

/// Draws a batch for each seed: colours uniformly with replacement, and for each drawn colour and
/// each concept a fresh label that is true with the colour's probability.
///
/// `probabilities` is colours × concepts, in [0, 1].
pub fn draw_batch(
    colors: usize,
    probabilities: &[f64],
    concepts: usize,
    seeds: &[u64],
    step: u64,
    batch: usize,
) -> Result<Batch> {
    let wanted = size("probabilities", &[colors, concepts])?;
    check_length("probabilities", probabilities.len(), wanted)?;
    if let Some(&got) = probabilities.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(Error::unit("probabilities", got));
    }
    if colors == 0 {
        return Err(Error::NoColors);
    }
    if colors > MOST_COLORS {
        return Err(Error::Size { name: "colors" });
    }
    let mut indices = room("the batch", size("the batch", &[seeds.len(), batch])?)?;
    let mut labels = room(
        "the labels",
        size("the labels", &[seeds.len(), batch, concepts])?,
    )?;
    for &seed in seeds {
        let start = indices.len();
        let drawn = uniforms(seed, Stream::Colors, step, batch);
        indices.extend(drawn.map(|u| (u * colors as f64) as i64));
        if concepts == 0 {
            continue;
        }
        let mut chances = uniforms(seed, Stream::Labels, step, batch * concepts);
        for &index in &indices[start..] {
            let row = &probabilities[index as usize * concepts..][..concepts];
            labels.extend(row.iter().zip(&mut chances).map(|(&p, v)| v < p));
        }
    }
    Ok(Batch { indices, labels })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_too_large_to_count_are_refused() {
        let drawn = draw_batch(usize::MAX, &[], 2, &[0], 0, 1);
        assert_eq!(
            drawn,
            Err(Error::Size {
                name: "probabilities"
            })
        );
        let drawn = draw_batch(MOST_COLORS + 1, &[], 0, &[0], 0, 1);
        assert_eq!(drawn, Err(Error::Size { name: "colors" }));
        let drawn = draw_batch(1, &[], 0, &[0, 1], 0, usize::MAX);
        assert_eq!(drawn, Err(Error::Size { name: "the batch" }));
    }

    #[test]
    fn a_seed_draws_the_same_whatever_seeds_stand_beside_it() {
        let p = [0.5; 10];
        let alone = draw_batch(10, &p, 1, &[3], 5, 4).unwrap();
        let together = draw_batch(10, &p, 1, &[1, 2, 3], 5, 4).unwrap();
        assert_eq!(alone.indices, together.indices[8..]);
        assert_eq!(alone.labels, together.labels[8..]);
    }

    #[test]
    fn probability_one_always_labels_and_zero_never() {
        let p = [1.0, 0.0].repeat(5);
        let batch = draw_batch(5, &p, 2, &[0], 0, 200).unwrap();
        assert!(batch.labels.chunks(2).all(|pair| pair == [true, false]));
    }

    #[test]
    fn every_color_is_drawn_about_as_often() {
        let batch = draw_batch(4, &[], 0, &[9], 0, 40_000).unwrap();
        for color in 0..4 {
            let count = batch.indices.iter().filter(|&&i| i == color).count() as f64;
            // Binomial with mean 10 000 and standard deviation 87.
            assert!((count - 10_000.0).abs() < 5.0 * 87.0, "{count}");
        }
    }

    #[test]
    fn wrong_arguments_are_refused() {
        assert_eq!(draw_batch(0, &[], 0, &[0], 0, 1), Err(Error::NoColors));
        assert_eq!(
            draw_batch(2, &[0.5, 1.5], 1, &[0], 0, 1),
            Err(Error::Range {
                name: "probabilities",
                low: 0.0,
                high: 1.0,
                got: 1.5
            })
        );
        assert_eq!(
            draw_batch(2, &[0.5], 1, &[0], 0, 1),
            Err(Error::Length {
                name: "probabilities",
                wanted: 2,
                got: 1
            })
        );
        assert!(draw_batch(1, &[f64::NAN], 1, &[0], 0, 1).is_err());
    }
}

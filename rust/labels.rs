//! Batches of colours and their Bernoulli labels, addressed by (seed, step).

use crate::buffer::{check_length, room, size};
use crate::error::{Error, Result};
use crate::rng::{Stream, uniform, uniforms};

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
/// `probabilities` is colours × concepts, in [0, 1]: of the rows that are drawn that is checked here,
/// since a table may be large and be drawn from often.
pub fn draw_batch<P: Copy + Into<f64>>(
    colors: usize,
    probabilities: &[P],
    concepts: usize,
    seeds: &[u64],
    step: u64,
    batch: usize,
) -> Result<Batch> {
    let wanted = size("probabilities", &[colors, concepts])?;
    check_length("probabilities", probabilities.len(), wanted)?;
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
            for (&p, v) in row.iter().zip(&mut chances) {
                labels.push(v < chance(p)?);
            }
        }
    }
    Ok(Batch { indices, labels })
}

/// Labels of samples that somebody else chose: those that `draw_batch` draws for (seed, step) where
/// it chooses the same sample for the same slot of its batch.
///
/// `indices` and `slots` have one number a sample; `probabilities` is samples × concepts, in [0, 1].
pub fn draw_labels<P: Copy + Into<f64>>(
    indices: &[i64],
    slots: &[u64],
    probabilities: &[P],
    concepts: usize,
    seed: u64,
    step: u64,
) -> Result<Vec<bool>> {
    check_length("slots", slots.len(), indices.len())?;
    let samples = probabilities.len().checked_div(concepts).unwrap_or(0);
    check_length("probabilities", probabilities.len(), samples * concepts)?;
    let mut labels = room(
        "the labels",
        size("the labels", &[indices.len(), concepts])?,
    )?;
    if concepts == 0 {
        return Ok(labels);
    }
    for (&index, &slot) in indices.iter().zip(slots) {
        let row = usize::try_from(index)
            .ok()
            .filter(|&row| row < samples)
            .ok_or(Error::Range {
                name: "indices",
                low: 0.0,
                high: samples as f64 - 1.0,
                got: index as f64,
            })?;
        let first = slot
            .checked_mul(concepts as u64)
            .filter(|first| first.checked_add(concepts as u64).is_some())
            .ok_or(Error::Size { name: "slots" })?;
        for (number, &p) in (first..).zip(&probabilities[row * concepts..][..concepts]) {
            labels.push(uniform(seed, Stream::Labels, step, number) < chance(p)?);
        }
    }
    Ok(labels)
}

fn chance<P: Into<f64>>(p: P) -> Result<f64> {
    let p = p.into();
    if (0.0..=1.0).contains(&p) {
        Ok(p)
    } else {
        Err(Error::unit("probabilities", p))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_too_large_to_count_are_refused() {
        let drawn = draw_batch::<f64>(usize::MAX, &[], 2, &[0], 0, 1);
        assert_eq!(
            drawn,
            Err(Error::Size {
                name: "probabilities"
            })
        );
        let drawn = draw_batch::<f64>(MOST_COLORS + 1, &[], 0, &[0], 0, 1);
        assert_eq!(drawn, Err(Error::Size { name: "colors" }));
        let drawn = draw_batch::<f64>(1, &[], 0, &[0, 1], 0, usize::MAX);
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
        let batch = draw_batch::<f64>(4, &[], 0, &[9], 0, 40_000).unwrap();
        for color in 0..4 {
            let count = batch.indices.iter().filter(|&&i| i == color).count() as f64;
            // Binomial with mean 10 000 and standard deviation 87.
            assert!((count - 10_000.0).abs() < 5.0 * 87.0, "{count}");
        }
    }

    #[test]
    fn wrong_arguments_are_refused() {
        assert_eq!(
            draw_batch::<f64>(0, &[], 0, &[0], 0, 1),
            Err(Error::NoColors)
        );
        assert_eq!(
            draw_batch(2, &[1.5, 1.5], 1, &[0], 0, 1),
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

    #[test]
    fn labels_of_chosen_samples_are_those_of_a_drawn_batch() {
        let p = [0.5f32; 20];
        let batch = draw_batch(10, &p, 2, &[7], 5, 13).unwrap();
        let slots: Vec<u64> = (0..13).collect();
        let all = draw_labels(&batch.indices, &slots, &p, 2, 7, 5).unwrap();
        assert_eq!(all, batch.labels);
        let (few, at) = (&batch.indices[9..11], &slots[9..11]);
        let some = draw_labels(few, at, &p, 2, 7, 5).unwrap();
        assert_eq!(some, batch.labels[18..22]);
    }

    #[test]
    fn samples_and_slots_that_there_are_not_are_refused() {
        for index in [-1, 2] {
            let drawn = draw_labels(&[index], &[0], &[0.5, 0.5], 1, 0, 0);
            assert!(matches!(
                drawn,
                Err(Error::Range {
                    name: "indices",
                    ..
                })
            ));
        }
        let drawn = draw_labels(&[0], &[u64::MAX], &[0.5, 0.5], 2, 0, 0);
        assert_eq!(drawn, Err(Error::Size { name: "slots" }));
        let drawn = draw_labels(&[0, 0], &[0], &[0.5], 1, 0, 0);
        assert!(matches!(drawn, Err(Error::Length { name: "slots", .. })));
        let drawn = draw_labels(&[0], &[0], &[0.5; 3], 2, 0, 0);
        assert!(matches!(
            drawn,
            Err(Error::Length {
                name: "probabilities",
                ..
            })
        ));
        assert!(draw_labels(&[0], &[0], &[f32::NAN], 1, 0, 0).is_err());
    }
}

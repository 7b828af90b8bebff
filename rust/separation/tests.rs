mod blocks;

use super::*;
use crate::directions::EPSILON;
use proptest::prelude::*;

fn shape(batch: usize, width: usize) -> Shape {
    Shape {
        items: 1,
        batch,
        width,
    }
}

fn law(power: f64) -> Law {
    Law::new(power, true).unwrap()
}

#[test]
fn samples_at_right_angles_have_one_half_to_the_power() {
    let losses = angular_separation(&[2.0f64, 0.0, 0.0, 3.0], shape(2, 2), law(3.0)).unwrap();
    assert!((losses[0] - 0.125).abs() < 1e-7);
    assert_eq!(losses[0], losses[1]);
}

#[test]
fn duplicates_count_nothing() {
    let z = [1.0f32, 2.0, 2.0, 4.0, 1.0, 2.0];
    assert_eq!(
        angular_separation(&z, shape(3, 2), law(1.0)).unwrap(),
        [0.0; 3]
    );
    let grad = angular_separation_grad(&z, &[1.0; 3], None, shape(3, 2), law(1.0)).unwrap();
    assert_eq!(grad, [0.0; 6]);
}

#[test]
fn wrong_arguments_are_refused() {
    assert_eq!(Law::new(0.5, true).unwrap_err(), Error::Power { got: 0.5 });
    assert_eq!(
        Law::new(2.5, false).unwrap_err(),
        Error::FractionalPower { got: 2.5 }
    );
    assert!(Law::new(f64::NAN, true).is_err());
    assert_eq!(
        angular_separation::<f32>(&[], shape(3, 0), law(1.0)),
        Err(Error::NoWidth)
    );
    assert!(angular_separation(&[1.0f32; 5], shape(3, 2), law(1.0)).is_err());
    assert!(angular_separation_grad(&[1.0f32; 6], &[1.0; 2], None, shape(3, 2), law(1.0)).is_err());
}

#[test]
fn vectors_of_any_length_have_their_direction() {
    for length in [1e-2f32, 1e18, 1e30, 3e38] {
        let z = [length, 0.0, 0.0, length];
        let losses = angular_separation(&z, shape(2, 2), law(1.0)).unwrap();
        assert_eq!(losses, [0.5, 0.5], "{length}");
    }
    let z = [3e38f32, 3e38, 3e38, -3e38];
    let losses = angular_separation(&z, shape(2, 2), law(1.0)).unwrap();
    assert_eq!(losses, [0.5, 0.5]);
    let z = [1e200f64, 1e200, 1e308, -1e308];
    let (losses, gradient) = angular_separation_with_grad(&z, shape(2, 2), law(1.0)).unwrap();
    assert_eq!(losses, [0.5, 0.5]);
    assert!(gradient.iter().all(|g| g.is_finite()));
}

#[test]
fn what_is_not_a_number_shows_in_every_loss_it_is_part_of() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let z = [1.0, 2.0, bad, 1.0, 2.0, 1.0];
        for power in [1.0, 2.5, 100.0] {
            let (losses, gradient) =
                angular_separation_with_grad(&z, shape(3, 2), law(power)).unwrap();
            assert!(losses.iter().chain(&gradient).all(|x| x.is_nan()));
        }
    }
}

#[test]
fn a_shape_too_large_to_count_is_refused() {
    let shape = Shape {
        items: usize::MAX,
        batch: 2,
        width: 2,
    };
    let error = angular_separation::<f32>(&[], shape, law(1.0)).unwrap_err();
    assert_eq!(error, Error::Size { name: "latents" });
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let scale = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt() + EPSILON;
    a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / (scale(a) * scale(b))
}

/// The formula pair by pair.
fn naive(z: &[f64], width: usize, power: f64) -> Vec<f64> {
    let term = |a: &[f64], b: &[f64]| {
        let c = cosine(a, b);
        let counts = (c - 1.0).abs() > 1.001e-5;
        if counts {
            ((c + 1.0) / 2.0).powf(power)
        } else {
            0.0
        }
    };
    let rows = || z.chunks_exact(width);
    rows().map(|a| rows().map(|b| term(a, b)).sum()).collect()
}

/// Whether rounding may decide if two directions are the same.
fn is_on_the_edge(z: &[f32], width: usize) -> bool {
    let z: Vec<f64> = z.iter().map(|&x| f64::from(x)).collect();
    let mut rows = z.chunks_exact(width);
    rows.any(|a| {
        let mut others = z.chunks_exact(width);
        others.any(|b| (1.0 - cosine(a, b) - 1.001e-5).abs() < 1e-6)
    })
}

proptest! {
    #[test]
    fn values_are_those_of_the_formula(
        z in prop::collection::vec(-3.0f64..3.0, 0..120),
        width in 1usize..7,
        power in 1.0f64..50.0,
    ) {
        let batch = z.len() / width;
        let z = &z[..batch * width];
        let got = angular_separation(z, shape(batch, width), law(power)).unwrap();
        for (a, b) in got.iter().zip(naive(z, width, power)) {
            prop_assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()));
        }
    }

    #[test]
    fn every_path_agrees_and_fused_ones_to_the_last_bit(
        z in prop::collection::vec(-3.0f32..3.0, 0..300),
        width in prop::sample::select(vec![1usize, 2, 3, 4, 5, 6, 7, 8, 33]),
        power in prop::sample::select(vec![1.0, 2.0, 2.5, 100.0]),
        upstream in prop::collection::vec(-1.0f32..1.0, 300),
    ) {
        let batch = z.len() / width;
        let z = &z[..batch * width];
        prop_assume!(!is_on_the_edge(z, width));
        let on = |path| {
            let (mut losses, mut of_sum) = (vec![0.0; batch], vec![0.0; z.len()]);
            let mut gradient = vec![0.0; z.len()];
            let both = Made::LossesAndGradient(&mut losses, &mut of_sum);
            make(z, shape(batch, width), law(power), path, both).unwrap();
            let weighted = Made::Gradient(&upstream, &mut gradient);
            make(z, shape(batch, width), law(power), path, weighted).unwrap();
            [losses, of_sum, gradient]
        };
        let baseline = on(Path::Baseline);
        let fused: Vec<_> = Path::ALL[..3].iter().filter(|p| p.is_available()).collect();
        for path in &fused {
            let got = on(**path);
            prop_assert_eq!(&got, &on(*fused[0]));
            for (a, b) in got.iter().flatten().zip(baseline.iter().flatten()) {
                let size = batch as f32 * power as f32;
                prop_assert!((a - b).abs() <= 1e-5 * size * (1.0 + a.abs()), "{a} {b}");
            }
        }
    }

    #[test]
    fn one_pass_gives_what_two_passes_give(
        z in prop::collection::vec(-3.0f64..3.0, 0..200),
        width in 1usize..10,
        shift: bool,
    ) {
        let shape = shape(z.len() / width, width);
        let z = &z[..shape.batch * width];
        let law = Law::new(7.0, shift).unwrap();
        let (losses, of_sum) = angular_separation_with_grad(z, shape, law).unwrap();
        prop_assert_eq!(&losses, &angular_separation(z, shape, law).unwrap());
        let (ones, some) = (vec![1.0; shape.batch], vec![-0.5; shape.batch]);
        let gradient = angular_separation_grad(z, &ones, None, shape, law).unwrap();
        let scaled = angular_separation_grad(z, &some, Some(&of_sum), shape, law).unwrap();
        for ((a, b), c) in of_sum.iter().zip(&gradient).zip(&scaled) {
            prop_assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()));
            prop_assert_eq!(-0.5 * a, *c);
        }
    }

    #[test]
    fn gradients_are_those_of_finite_differences(
        z in prop::collection::vec(0.5f64..3.0, 12),
        upstream in prop::collection::vec(-1.0f64..1.0, 4),
        at in 0usize..12,
    ) {
        let (shape, law, step) = (shape(4, 3), law(3.0), 1e-6);
        let value = |z: &[f64]| -> f64 {
            let losses = angular_separation(z, shape, law).unwrap();
            losses.iter().zip(&upstream).map(|(l, u)| l * u).sum()
        };
        let nudged = |by: f64| {
            let mut moved = z.clone();
            moved[at] += by;
            value(&moved)
        };
        let grad = angular_separation_grad(&z, &upstream, None, shape, law).unwrap();
        let slope = (nudged(step) - nudged(-step)) / (2.0 * step);
        // Between the two a pair may come to count, or cease to: then there is no slope.
        prop_assume!((nudged(step) - nudged(-step)).abs() < 0.1);
        prop_assert!((grad[at] - slope).abs() < 1e-4);
    }
}

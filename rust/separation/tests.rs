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

/// Numbers between −1/2 and 1/2 that are the same at each call.
fn arbitrary<T: Real>(count: usize) -> Vec<T> {
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        T::of((state >> 40) as f64 / (1u64 << 24) as f64 - 0.5)
    };
    (0..count).map(|_| next()).collect()
}

/// ℓ, the gradient of Σ ℓ and that of Σ upstream · ℓ.
fn all_of<T: Real>(
    way: impl Fn(Made<T>) -> Result<()>,
    upstream: &[T],
    numbers: usize,
) -> [Vec<T>; 4] {
    let mut made = [upstream.len(), upstream.len(), numbers, numbers].map(|n| vec![T::ZERO; n]);
    let [alone, losses, of_sum, gradient] = &mut made;
    way(Made::Losses(alone)).unwrap();
    way(Made::LossesAndGradient(losses, of_sum)).unwrap();
    way(Made::Gradient(upstream, gradient)).unwrap();
    made
}

/// Panels and blocks that are full, begun and just begun, in one item and in several.
const WIDE_SHAPES: [[usize; 3]; 5] = [
    [1, 32, 8],
    [2, 33, 70],
    [1, 65, 64],
    [1, 129, 65],
    [2, 257, 3],
];

fn paths_agree_on_wide_vectors<T: Real>(rounding: f64) {
    for [items, batch, width] in WIDE_SHAPES {
        let shape = Shape {
            items,
            batch,
            width,
        };
        let latents = arbitrary::<T>(items * batch * width);
        let upstream = &latents[..items * batch];
        let on = |path| {
            let way = |made: Made<T>| wide::make(&latents, shape, law(7.0), path, made);
            all_of(way, upstream, latents.len())
        };
        let baseline = on(Path::Baseline);
        for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
            let got = on(path);
            let bits = |made: &[Vec<T>; 4]| {
                made.concat()
                    .iter()
                    .map(|x| x.to_f64().to_bits())
                    .collect::<Vec<_>>()
            };
            if path != Path::Baseline {
                assert_eq!(bits(&got), bits(&on(Path::best())), "{path:?} {shape:?}");
            }
            assert_eq!(
                bits(&got)[..upstream.len()],
                bits(&got)[upstream.len()..2 * upstream.len()]
            );
            for (a, b) in got.concat().iter().zip(baseline.concat()) {
                let (a, b) = (a.to_f64(), b.to_f64());
                let size = 7.0 * batch as f64 * (1.0 + a.abs());
                assert!((a - b).abs() <= rounding * size, "{a} {b}");
            }
        }
    }
}

#[test]
fn every_path_agrees_on_wide_vectors_and_fused_ones_to_the_last_bit() {
    paths_agree_on_wide_vectors::<f32>(1e-6);
    paths_agree_on_wide_vectors::<f64>(1e-15);
}

#[test]
fn blocks_of_wide_vectors_make_what_rows_make_one_by_one() {
    for [items, batch, width] in WIDE_SHAPES {
        let shape = Shape {
            items,
            batch,
            width,
        };
        let mut latents = arbitrary::<f64>(items * batch * width);
        latents.copy_within(..width, 2 * width); // a duplicate
        latents[3 * width..4 * width].fill(0.0);
        let upstream = &latents[..items * batch];
        for (power, shift) in [(2.5, true), (3.0, false)] {
            let law = Law::new(power, shift).unwrap();
            let path = Path::best();
            let by_rows = |made: Made<f64>| narrow(&latents, shape, law, path, made);
            let by_blocks = |made: Made<f64>| wide::make(&latents, shape, law, path, made);
            let wanted = all_of(by_rows, upstream, latents.len()).concat();
            let got = all_of(by_blocks, upstream, latents.len()).concat();
            for (a, b) in got.iter().zip(&wanted) {
                assert!(
                    (a - b).abs() <= 1e-12 * (1.0 + b.abs()),
                    "{a} {b} {shape:?}"
                );
            }
        }
    }
}

#[test]
fn wide_duplicates_are_known_whatever_they_are_made_of() {
    for batch in [2, 40] {
        for x in [0.1f32, 0.7, 1e-3, 3e37] {
            let z = vec![x; batch * 4096];
            let made = angular_separation_with_grad(&z, shape(batch, 4096), law(1.0)).unwrap();
            assert_eq!(made, (vec![0.0; batch], vec![0.0; z.len()]), "{x}");
        }
    }
}

#[test]
fn what_is_not_a_number_shows_in_every_loss_of_its_item_and_in_no_other() {
    let shape = Shape {
        items: 2,
        batch: 150,
        width: 100,
    };
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut z = arbitrary::<f32>(2 * 150 * 100);
        z[140 * 100 + 7] = bad;
        let (losses, gradient) = angular_separation_with_grad(&z, shape, law(100.0)).unwrap();
        assert!(losses[..150].iter().all(|x| x.is_nan()));
        assert!(gradient[..150 * 100].iter().all(|x| x.is_nan()));
        assert!(losses[150..].iter().all(|x| x.is_finite()));
        assert!(gradient[150 * 100..].iter().all(|x| x.is_finite()));
    }
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

//! Wide vectors, in blocks.

use super::*;

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

//! Whatever buffers and shapes arrive, a kernel returns what it promises, or an error.
//!
//! ```sh
//! cargo +nightly fuzz run arrays -- -max_total_time=300
//! ```

#![no_main]

use arbitrary::Arbitrary;
use colorcore::law::Law;
use colorcore::real::Real;
use colorcore::separation::{
    Shape, angular_separation, angular_separation_grad, angular_separation_with_grad,
};
use colorcore::{cube, hsv, labels};
use libfuzzer_sys::fuzz_target;

const MOST_SAMPLES: usize = 2000;

/// A shape that may or may not be that of a buffer.
#[derive(Arbitrary, Debug)]
enum Claim {
    Fits { batch: u8, width: u8 },
    Any(usize, usize, usize),
}

#[derive(Arbitrary, Debug)]
enum Call<T> {
    Separation {
        latents: Vec<T>,
        upstream: Option<Vec<T>>,
        of_sum: Option<Vec<T>>,
        claim: Claim,
        power: f64,
        shift: bool,
    },
    Cube([Vec<T>; 3]),
    Colors(Vec<T>),
    Batch {
        colors: usize,
        probabilities: Vec<f64>,
        concepts: usize,
        seeds: Vec<u64>,
        step: u64,
        batch: u16,
    },
}

fn shape(claim: &Claim, numbers: usize) -> Shape {
    match *claim {
        Claim::Fits { batch, width } => {
            let (batch, width) = (usize::from(batch).max(1), usize::from(width).max(1));
            let items = numbers / (batch * width);
            Shape { items, batch, width }
        }
        Claim::Any(items, batch, width) => Shape { items, batch, width },
    }
}

fn separate<T: Real>(
    latents: &[T],
    upstream: Option<&[T]>,
    of_sum: Option<&[T]>,
    claim: &Claim,
    law: Law,
) {
    let shape = shape(claim, latents.len());
    let fits = shape.items.saturating_mul(shape.batch).saturating_mul(shape.width);
    let latents = &latents[..fits.min(latents.len())];
    let losses = angular_separation(latents, shape, law);
    let both = angular_separation_with_grad(latents, shape, law);
    assert_eq!(losses.is_ok(), both.is_ok());
    if let Ok(losses) = &losses {
        assert_eq!(losses.len(), shape.items * shape.batch);
        let bad = latents.iter().any(|z| !z.to_f64().is_finite());
        assert!(bad || !losses.iter().any(|l| l.to_f64().is_nan()));
    }
    let given = upstream.or(losses.as_deref().ok()).unwrap_or(latents);
    if let Ok(gradient) = angular_separation_grad(latents, given, of_sum, shape, law) {
        assert_eq!(gradient.len(), latents.len());
    }
}

fn call<T: Real>(call: Call<T>) {
    match call {
        Call::Separation {
            latents,
            upstream,
            of_sum,
            claim,
            power,
            shift,
        } => {
            if let (Ok(law), true) = (Law::new(power, shift), latents.len() < MOST_SAMPLES) {
                separate(&latents, upstream.as_deref(), of_sum.as_deref(), &claim, law);
            }
        }
        Call::Cube([a, b, c]) => {
            let points = a.len() * b.len() * c.len();
            for cube in [cube::rgb_cube(&a, &b, &c), cube::hsv_cube(&a, &b, &c)] {
                if let Ok(cube) = cube {
                    assert_eq!(cube.len(), points * 3);
                    assert!(cube.iter().all(|x| (0.0..=1.0).contains(&x.to_f64())));
                }
            }
        }
        Call::Colors(colors) => {
            for converted in [hsv::rgb_to_hsv(&colors), hsv::hsv_to_rgb(&colors)] {
                if let Ok(converted) = converted {
                    assert_eq!(converted.len(), colors.len());
                    assert!(converted.iter().all(|x| (0.0..=1.0).contains(&x.to_f64())));
                }
            }
        }
        Call::Batch {
            colors,
            probabilities,
            concepts,
            seeds,
            step,
            batch,
        } => {
            let batch = usize::from(batch) % MOST_SAMPLES;
            let drawn = labels::draw_batch(colors, &probabilities, concepts, &seeds, step, batch);
            if let Ok(drawn) = drawn {
                assert_eq!(drawn.indices.len(), seeds.len() * batch);
                assert_eq!(drawn.labels.len(), seeds.len() * batch * concepts);
                assert!(drawn.indices.iter().all(|&i| (i as usize) < colors));
            }
        }
    }
}

#[derive(Arbitrary, Debug)]
enum Input {
    Single(Call<f32>),
    Double(Call<f64>),
}

fuzz_target!(|input: Input| match input {
    Input::Single(single) => call(single),
    Input::Double(double) => call(double),
});

use super::*;
use proptest::prelude::*;

/// Numbers that look like drawn ones.
fn numbers(count: usize, salt: f64) -> Vec<f32> {
    let mixed = (1..=count).map(|i| ((i as f64 * 12.9898 + salt).sin() * 43758.5453).fract());
    mixed.map(|x| x as f32).collect()
}

fn network(widths: &[usize]) -> Network {
    let last = widths.len() - 2;
    let then: Vec<Then> = (0..=last)
        .map(|i| match i {
            1 if last > 1 => Then::Unit,
            i if i < last => Then::Gelu,
            _ => Then::Nothing,
        })
        .collect();
    Network::new(widths, &then).unwrap()
}

/// Everything that both passes make of some runs.
fn both(
    network: &Network,
    values: &[f32],
    x: &[f32],
    shape: Shape,
    path: Path,
    threads: usize,
) -> (Vec<Vec<f32>>, Gradients<f32>) {
    let mut tape = vec![f32::NAN; tape_length(network, shape).unwrap()];
    let passed = forward_on(network, values, x, shape, Some(&mut tape), path, threads).unwrap();
    assert_eq!(
        forward_on(network, values, x, shape, None, path, threads)
            .unwrap()
            .len(),
        passed.len()
    );
    let upstream: Vec<Option<&[f32]>> = passed.iter().map(|o| Some(&o[..])).collect();
    let mut made = Gradients {
        values: vec![0.0; values.len()],
        inputs: vec![0.0; x.len()],
    };
    let given = (values, x, &tape[..], &upstream[..]);
    backward_on(network, given, shape, &mut made, path, threads).unwrap();
    (passed, made)
}

fn paths() -> Vec<Path> {
    let fused = Path::ALL[..3].iter().copied();
    fused.filter(|path| path.is_available()).collect()
}

#[test]
fn one_layer_is_a_product_and_a_sum() {
    let network = Network::new(&[2, 1], &[Then::Nothing]).unwrap();
    let shape = Shape { runs: 2, batch: 1 };
    let values = [2.0f32, 3.0, 1.0, -1.0, 0.5, 0.0];
    let (passed, made) = both(
        &network,
        &values,
        &[1.0, 2.0, 4.0, 2.0],
        shape,
        Path::Baseline,
        1,
    );
    assert_eq!(passed, [[9.0, -3.0]]);
    assert_eq!(made.values, [9.0, 18.0, 9.0, -12.0, -6.0, -3.0]);
    assert_eq!(made.inputs, [18.0, 27.0, 3.0, -1.5]);
}

#[test]
fn a_vector_of_three_and_four_has_length_five() {
    let units = unit(&[3.0f64, 4.0, 0.0, 0.0], 2).unwrap();
    assert_eq!(units, [0.6, 0.8, 0.0, 0.0]);
    let gradient = unit_grad(&[3.0, 4.0], &units[..2], &[0.6, 0.8], 2).unwrap();
    assert!(gradient.iter().all(|g: &f64| g.abs() < 1e-16));
}

#[test]
fn gelu_is_nothing_at_zero_and_itself_far_out() {
    for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
        let x = vec![0.0f32, 20.0, -20.0, f32::NAN, 3.0e38];
        let (values, slopes) = gelu::gelu_of(x, vec![0.0; 5], path);
        assert_eq!(
            (values[0], values[1], values[2], values[4]),
            (0.0, 20.0, 0.0, 3.0e38)
        );
        assert_eq!(
            (slopes[0], slopes[1], slopes[2], slopes[4]),
            (0.5, 1.0, 0.0, 1.0)
        );
        assert!(values[3].is_nan() && slopes[3].is_nan());
    }
}

#[test]
fn what_is_not_a_number_shows() {
    let network = network(&[3, 5, 4, 2]);
    let mut x = numbers(12, 0.0);
    x[4] = f32::NAN;
    let values = numbers(network.parameters, 1.0);
    let shape = Shape { runs: 1, batch: 4 };
    let (passed, made) = both(&network, &values, &x, shape, Path::Baseline, 1);
    assert!(passed.iter().all(|o| o.iter().any(|x| x.is_nan())));
    assert!(made.values.iter().all(|g| g.is_nan()));
}

#[test]
fn nothing_in_gives_nothing_out() {
    let network = network(&[3, 2]);
    for (runs, batch) in [(0, 4), (2, 0)] {
        let shape = Shape { runs, batch };
        let values = numbers(runs * network.parameters, 0.0);
        let (passed, made) = both(&network, &values, &[], shape, Path::Baseline, 1);
        assert_eq!(passed, [[0.0f32; 0]]);
        assert_eq!(made.values, vec![0.0; values.len()]);
    }
}

#[test]
fn wrong_arguments_are_refused() {
    for (widths, then) in [
        (&[3][..], &[][..]),
        (&[3, 0], &[Then::Nothing]),
        (&[3], &[Then::Gelu]),
    ] {
        assert_eq!(Network::new(widths, then).unwrap_err(), Error::Layers);
    }
    let network = network(&[3, 2]);
    let shape = Shape { runs: 1, batch: 2 };
    let error = forward(&network, &[0.0f32; 7], &[0.0; 6], shape, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "values must hold 8 numbers, as its shape says, got 7"
    );
    let error = forward(&network, &[0.0f32; 8], &[0.0; 5], shape, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "x must hold 6 numbers, as its shape says, got 5"
    );
    let error = backward(
        &network,
        &[0.0f32; 8],
        &[0.0; 6],
        &[0.0; 31],
        &[None],
        shape,
        true,
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .starts_with("the tape must hold 32 numbers")
    );
    let tape = [0.0; 32];
    assert!(backward(&network, &[0.0f32; 8], &[0.0; 6], &tape, &[], shape, true).is_err());
    assert!(unit::<f32>(&[], 0).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_run_has_the_same_bits_on_every_path_and_thread_and_among_any_others(
        widths in prop::collection::vec(1usize..40, 2..6),
        runs in 1usize..5,
        batch in prop::sample::select(vec![1usize, 2, 7, 63, 64, 65, 130]),
        salt in 0.0f64..9.0,
    ) {
        let (network, shape) = (network(&widths), Shape { runs, batch });
        let values = numbers(runs * network.parameters, salt);
        let x = numbers(runs * batch * widths[0], salt + 1.0);
        let wanted = both(&network, &values, &x, shape, paths()[0], 1);
        for path in paths() {
            for threads in [1, 2, 3] {
                prop_assert_eq!(&both(&network, &values, &x, shape, path, threads), &wanted);
            }
        }
        let (p, n, last) = (network.parameters, batch * widths[0], runs - 1);
        let alone = Shape { runs: 1, batch };
        let (passed, made) =
            both(&network, &values[last * p..], &x[last * n..], alone, paths()[0], 1);
        prop_assert_eq!(&made.values[..], &wanted.1.values[last * p..]);
        prop_assert_eq!(&made.inputs[..], &wanted.1.inputs[last * n..]);
        for (some, all) in passed.iter().zip(&wanted.0) {
            prop_assert_eq!(&some[..], &all[all.len() - some.len()..]);
        }
        let baseline = both(&network, &values, &x, shape, Path::Baseline, 1);
        for (a, b) in baseline.0.iter().flatten().zip(wanted.0.iter().flatten()) {
            prop_assert!((a - b).abs() <= 1e-3 * (1.0 + b.abs()), "{a} {b}");
        }
    }
}

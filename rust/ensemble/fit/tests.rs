use super::super::Then;
use super::*;

/// y = 2x − 1 at three places, for two runs that start alike.
fn line() -> (Network, Vec<f64>, Vec<f64>, Vec<f64>) {
    let network = Network::new(&[1, 1], &[Then::Nothing]).unwrap();
    let samples = vec![0.0, 1.0, 2.0, 0.0, 1.0, 2.0];
    (network, vec![0.0; 4], samples, vec![-1.0, 1.0, 3.0])
}

fn plan<'a>(drawn: &'a [i64], rates: &'a [f64]) -> Plan<'a> {
    Plan {
        drawn,
        batch: 3,
        rates,
        betas: [0.9, 0.999],
        eps: 1e-8,
    }
}

#[test]
fn the_first_step_goes_its_rate_along_each_parameter() {
    let (network, mut values, samples, wanted) = line();
    fit(
        &network,
        &mut values,
        &samples,
        &wanted,
        plan(&[0, 1, 2], &[0.1]),
    )
    .unwrap();
    for value in values {
        assert!((value - 0.1).abs() < 1e-6, "{value}");
    }
}

#[test]
fn a_line_is_found_from_all_its_points() {
    let (network, mut values, samples, wanted) = line();
    let (drawn, rates) = ([0, 1, 2].repeat(3000), vec![0.01; 3000]);
    fit(
        &network,
        &mut values,
        &samples,
        &wanted,
        plan(&drawn, &rates),
    )
    .unwrap();
    for run in values.chunks_exact(2) {
        assert!(
            (run[0] - 2.0).abs() < 1e-6 && (run[1] + 1.0).abs() < 1e-6,
            "{run:?}"
        );
    }
}

#[test]
fn threads_and_registers_change_no_bit() {
    let network = Network::new(&[3, 16, 2], &[Then::Gelu, Then::Nothing]).unwrap();
    let numbers =
        |count: usize| -> Vec<f32> { (0..count).map(|i| (i as f32 * 0.7).sin()).collect() };
    let (samples, wanted) = (numbers(5 * 40 * 3), numbers(40 * 2));
    let drawn: Vec<i64> = (0..20 * 3).map(|i| i * 7 % 40).collect();
    let rates = vec![0.01; 20];
    let trained = |path, threads| {
        let mut values = numbers(5 * network.parameters);
        let plan = plan(&drawn, &rates);
        fit_on(
            &network,
            &mut values,
            &samples,
            &wanted,
            plan,
            path,
            threads,
        )
        .unwrap();
        values
    };
    let fused = Path::ALL[..3].iter().filter(|path| path.is_available());
    for &path in fused.clone() {
        for threads in [1, 2, 5] {
            assert_eq!(
                trained(path, threads),
                trained(*fused.clone().next().unwrap(), 1)
            );
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let (network, mut values, samples, wanted) = line();
    let mut told = |drawn: &[i64], rates: &[f64], samples: &[f64]| {
        let plan = plan(drawn, rates);
        fit(&network, &mut values, samples, &wanted, plan)
            .unwrap_err()
            .to_string()
    };
    let length = "must hold 6 numbers, as its shape says, got";
    assert_eq!(
        told(&[0, 1, 2], &[0.1, 0.1], &samples),
        format!("drawn {length} 3")
    );
    assert_eq!(
        told(&[0, 1, 2], &[0.1], &samples[1..]),
        format!("x {length} 5")
    );
    for place in [-1, 3] {
        let error = told(&[0, 1, place], &[0.1], &samples);
        assert_eq!(error, format!("drawn must lie in [0, 2], got {place}"));
    }
    let two = Network::new(&[1, 1], &[Then::Unit]).unwrap();
    assert!(fit(&two, &mut [0.0f64; 2], &[0.0], &[0.0], plan(&[], &[])).is_err());
}

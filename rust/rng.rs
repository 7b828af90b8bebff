//! Philox4x64-10 counter uniforms, bit for bit NumPy's.
//!
//! Source: J. Salmon et al., 2011, "Parallel random numbers: as easy as 1, 2, 3"; addressing as in
//! `numpy.random.Philox(key=[seed, 0], counter=[0, step, stream, 0])`: the key is the run, the counter
//! says where in the run.

/// What a draw is for. Streams of one seed share nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Stream {
    Colors = 0,
    Labels = 1,
}

const MULTIPLIERS: (u64, u64) = (0xD2E7_470E_E14C_6C93, 0xCA5A_8263_9512_1157);
const WEYL: (u64, u64) = (0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B);
const ROUNDS: usize = 10;
const TWO_TO_MINUS_53: f64 = 1.0 / (1u64 << 53) as f64;

/// One block of four words.
pub fn philox(mut counter: [u64; 4], mut key: (u64, u64)) -> [u64; 4] {
    for _ in 0..ROUNDS {
        let (high0, low0) = multiply(MULTIPLIERS.0, counter[0]);
        let (high1, low1) = multiply(MULTIPLIERS.1, counter[2]);
        counter = [
            high1 ^ counter[1] ^ key.0,
            low1,
            high0 ^ counter[3] ^ key.1,
            low0,
        ];
        key = (key.0.wrapping_add(WEYL.0), key.1.wrapping_add(WEYL.1));
    }
    counter
}

fn multiply(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    ((product >> 64) as u64, product as u64)
}

/// The first `count` uniforms in [0, 1) of (seed, stream, step).
pub fn uniforms(seed: u64, stream: Stream, step: u64, count: usize) -> impl Iterator<Item = f64> {
    (0..)
        .flat_map(move |block| words(seed, stream, step, block))
        .map(fraction)
        .take(count)
}

/// One of them, counted from 0.
pub fn uniform(seed: u64, stream: Stream, step: u64, number: u64) -> f64 {
    fraction(words(seed, stream, step, number / 4)[(number % 4) as usize])
}

fn words(seed: u64, stream: Stream, step: u64, block: u64) -> [u64; 4] {
    // NumPy counts on before it draws, so its first block is number 1.
    philox([block + 1, step, stream as u64, 0], (seed, 0))
}

fn fraction(word: u64) -> f64 {
    (word >> 11) as f64 * TWO_TO_MINUS_53
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniforms_are_those_of_numpy() {
        // np.random.Generator(np.random.Philox(key=[7, 0], counter=[0, 3, 1, 0])).random(5)
        let got: Vec<f64> = uniforms(7, Stream::Labels, 3, 5).collect();
        let wanted = [
            0.49894017081957953,
            0.670138127159854,
            0.08510574585538078,
            0.5647653702589948,
            0.6030517789880898,
        ];
        assert_eq!(got, wanted);
    }

    #[test]
    fn uniforms_do_not_depend_on_how_many_are_drawn() {
        let few: Vec<f64> = uniforms(1, Stream::Colors, 2, 3).collect();
        let many: Vec<f64> = uniforms(1, Stream::Colors, 2, 300).collect();
        assert_eq!(few, many[..3]);
    }

    #[test]
    fn one_uniform_is_that_of_its_number() {
        let all: Vec<f64> = uniforms(1, Stream::Labels, 2, 9).collect();
        let each: Vec<f64> = (0..9).map(|n| uniform(1, Stream::Labels, 2, n)).collect();
        assert_eq!(all, each);
        assert!(uniform(1, Stream::Labels, 2, u64::MAX) < 1.0);
    }

    #[test]
    fn seeds_streams_and_steps_draw_differently() {
        let first = |seed, stream, step| uniforms(seed, stream, step, 1).next();
        let base = first(0, Stream::Colors, 0);
        assert_ne!(base, first(1, Stream::Colors, 0));
        assert_ne!(base, first(0, Stream::Labels, 0));
        assert_ne!(base, first(0, Stream::Colors, 1));
    }
}

//! RGB ⇄ HSV, colour by colour. Hue is in turns.
//!
//! Same operations in the same order as Python's `colorsys`, so that results are equal to the last
//! bit in `f64`; as many colours at a time as a register has lanes.

use std::sync::atomic::{AtomicBool, Ordering};

use pulp::Simd;

use crate::buffer::{check_length, zeros};
use crate::error::{Error, Result};
use crate::lanes::MOST_LANES;
use crate::path::{Loop, Path};
use crate::real::Real;
use crate::threads;

/// Colours that take a thread several times as long as its start.
const WORTH_THREAD: usize = 1 << 18;

/// RGB → HSV: (n × 3) → (n × 3).
pub fn rgb_to_hsv<T: Real>(rgb: &[T]) -> Result<Vec<T>> {
    convert(rgb, Way::ToHsv, Path::chosen()?)
}

/// HSV → RGB: (n × 3) → (n × 3). Hue wraps.
pub fn hsv_to_rgb<T: Real>(hsv: &[T]) -> Result<Vec<T>> {
    convert(hsv, Way::ToRgb, Path::chosen()?)
}

#[derive(Clone, Copy)]
enum Way {
    ToHsv,
    ToRgb,
}

fn convert<T: Real>(colors: &[T], way: Way, path: Path) -> Result<Vec<T>> {
    check_length("colors", colors.len(), colors.len() / 3 * 3)?;
    let mut converted = zeros("the colours", colors.len())?;
    let valid = AtomicBool::new(true);
    let pieces = colors
        .chunks(WORTH_THREAD / 8 * 3)
        .zip(converted.chunks_mut(WORTH_THREAD / 8 * 3))
        .map(|(colors, converted)| Convert {
            colors,
            converted,
            way,
            valid: &valid,
        })
        .collect();
    let threads = (colors.len() / 3 / WORTH_THREAD).clamp(1, threads::most()?);
    threads::each(threads, pieces, |piece| path.run(piece));
    if valid.into_inner() {
        Ok(converted)
    } else {
        Err(fault(colors, way))
    }
}

/// What is wrong with colours of which one is.
fn fault<T: Real>(colors: &[T], way: Way) -> Error {
    let (name, free) = match way {
        Way::ToHsv => ("rgb", 0),
        Way::ToRgb => ("saturation and value", 1),
    };
    for color in colors.chunks_exact(3) {
        if let Some(hue) = color[..free].iter().find(|x| !x.to_f64().is_finite()) {
            return Error::Hue { got: hue.to_f64() };
        }
        if let Some(got) = color[free..].iter().find(|x| outside_unit(**x)) {
            return Error::unit(name, got.to_f64());
        }
    }
    unreachable!("a colour was found to be wrong")
}

struct Convert<'a, T> {
    colors: &'a [T],
    converted: &'a mut [T],
    way: Way,
    valid: &'a AtomicBool,
}

impl<T: Real> Loop for Convert<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let valid = match self.way {
            Way::ToHsv => each_block::<T>(self.colors, self.converted, to_hsv),
            Way::ToRgb => each_block::<T>(self.colors, self.converted, to_rgb),
        };
        if !valid {
            self.valid.store(false, Ordering::Relaxed);
        }
    }
}

/// Three channels of several colours.
type Block<T> = [[T; MOST_LANES]; 3];

/// Converts colours a block at a time. Returns whether all of them were valid.
#[inline(always)]
fn each_block<T: Real>(
    colors: &[T],
    converted: &mut [T],
    f: impl Fn(&Block<T>, &mut [T; MOST_LANES]) -> Block<T>,
) -> bool {
    let mut faults = [T::ZERO; MOST_LANES];
    for (color, out) in colors
        .chunks(3 * MOST_LANES)
        .zip(converted.chunks_mut(3 * MOST_LANES))
    {
        let mut block = [[T::ZERO; MOST_LANES]; 3];
        for (i, pixel) in color.chunks_exact(3).enumerate() {
            for channel in 0..3 {
                block[channel][i] = pixel[channel];
            }
        }
        let block = f(&block, &mut faults);
        for (i, pixel) in out.chunks_exact_mut(3).enumerate() {
            for channel in 0..3 {
                pixel[channel] = block[channel][i];
            }
        }
    }
    faults.iter().all(|&fault| fault == T::ZERO)
}

#[inline(always)]
fn to_rgb<T: Real>([h, s, v]: &Block<T>, faults: &mut [T; MOST_LANES]) -> Block<T> {
    let mut rgb = [[T::ZERO; MOST_LANES]; 3];
    for i in 0..MOST_LANES {
        let endless = outside_unit(h[i] - h[i].floor());
        let wrong = endless | outside_unit(s[i]) | outside_unit(v[i]);
        faults[i] = if wrong { T::ONE } else { faults[i] };
        let (sector, along) = sixths(h[i]);
        let [r, g, b] = coefficients(sector, along, s[i]);
        rgb[0][i] = v[i] * r;
        rgb[1][i] = v[i] * g;
        rgb[2][i] = v[i] * b;
    }
    rgb
}

#[inline(always)]
fn to_hsv<T: Real>([r, g, b]: &Block<T>, faults: &mut [T; MOST_LANES]) -> Block<T> {
    let max = |a: T, b: T| if b > a { b } else { a };
    let min = |a: T, b: T| if b < a { b } else { a };
    let mut hsv = [[T::ZERO; MOST_LANES]; 3];
    for i in 0..MOST_LANES {
        let (r, g, b) = (r[i], g[i], b[i]);
        let wrong = outside_unit(r) | outside_unit(g) | outside_unit(b);
        faults[i] = if wrong { T::ONE } else { faults[i] };
        let (high, low) = (max(max(r, g), b), min(min(r, g), b));
        let gray = high == low;
        let range = high - low;
        let (is_red, is_green) = (r == high, g == high);
        let pick = |red: T, green: T, blue: T| {
            let other = if is_green { green } else { blue };
            if is_red { red } else { other }
        };
        let ahead = (high - pick(b, r, g)) / range;
        let behind = (high - pick(g, b, r)) / range;
        let turns = (pick(T::ZERO, T::of(2.0), T::of(4.0)) + ahead - behind) / T::of(6.0);
        hsv[0][i] = if gray { T::ZERO } else { turns - turns.floor() };
        hsv[1][i] = if gray { T::ZERO } else { range / high };
        hsv[2][i] = high;
    }
    hsv
}

/// Which sixth of the hue circle, as a whole number from 0 to 6, and how far along it.
#[inline(always)]
pub fn sixths<T: Real>(hue: T) -> (T, T) {
    let sixths = (hue - hue.floor()) * T::of(6.0);
    let sector = sixths.floor();
    (sector, sixths - sector)
}

/// By what the value is multiplied to give red, green and blue.
#[inline(always)]
pub fn coefficients<T: Real>(sector: T, along: T, saturation: T) -> [T; 3] {
    let p = T::ONE - saturation;
    let q = T::ONE - saturation * along;
    let t = T::ONE - saturation * (T::ONE - along);
    let is = |number: f64| sector == T::of(number);
    // A hue just below a whole turn rounds to sector 6, which is sector 0.
    let choose = |one: bool, q_there: bool, t_there: bool| {
        let rest = if t_there { t } else { p };
        let rest = if q_there { q } else { rest };
        if one { T::ONE } else { rest }
    };
    let first = is(0.0) | is(6.0);
    [
        choose(first | is(5.0), is(1.0), is(4.0)),
        choose(is(1.0) | is(2.0), is(3.0), first),
        choose(is(3.0) | is(4.0), is(5.0), is(2.0)),
    ]
}

/// Whether a number is not in [0, 1].
#[inline(always)]
pub fn outside_unit<T: Real>(x: T) -> bool {
    !((x >= T::ZERO) & (x <= T::ONE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn primaries_have_the_hues_of_the_wheel() {
        let hsv = rgb_to_hsv(&[1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.5, 0.5, 0.5]).unwrap();
        assert_eq!(hsv, [0.0, 1.0, 1.0, 0.5, 1.0, 1.0, 0.0, 0.0, 0.5]);
    }

    #[test]
    fn a_fault_anywhere_is_named() {
        let mut colors = vec![0.5f32; 3 * 100];
        colors[3 * 70 + 1] = -0.25;
        let error = rgb_to_hsv(&colors).unwrap_err();
        assert_eq!(error.to_string(), "rgb must lie in [0, 1], got -0.25");
        let error = hsv_to_rgb(&colors).unwrap_err();
        assert_eq!(
            error.to_string(),
            "saturation and value must lie in [0, 1], got -0.25"
        );
        let error = hsv_to_rgb(&[0.5, 0.5, 0.5, f64::NAN, 0.0, 0.0]).unwrap_err();
        assert_eq!(error.to_string(), "hue must be finite, in turns, got NaN");
        assert!(hsv_to_rgb(&[0.5, 0.5]).is_err());
    }

    proptest! {
        #[test]
        fn conversion_there_and_back_is_the_identity(rgb in prop::array::uniform3(0.0f64..=1.0)) {
            let back = hsv_to_rgb(&rgb_to_hsv(&rgb).unwrap()).unwrap();
            for (a, b) in rgb.iter().zip(&back) {
                prop_assert!((a - b).abs() < 1e-14);
            }
        }

        #[test]
        fn every_path_gives_the_same_bits(
            colors in prop::collection::vec(prop::array::uniform3(0.0f64..=1.0), 0..80),
        ) {
            let colors = colors.concat();
            for way in [Way::ToHsv, Way::ToRgb] {
                let wanted = convert(&colors, way, Path::Baseline).unwrap();
                for path in Path::ALL.into_iter().filter(|p| p.is_available()) {
                    prop_assert_eq!(&convert(&colors, way, path).unwrap(), &wanted);
                }
            }
        }
    }
}

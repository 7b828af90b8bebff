//! Colour grids, and the conversions between RGB and HSV.
//!
//! Same operations in the same order as Python's `colorsys`, so that results are equal to the last
//! bit in `f64`. Hue is in turns.

use rayon::prelude::*;

use crate::error::{Error, Result, check_length};
use crate::real::Real;

/// Fewer colours than this are converted on the calling thread: starting others costs more.
const WORTH_THREADS: usize = 1 << 15;

/// Every combination of three axes, the last varying fastest: (R × G × B × 3).
pub fn rgb_cube<T: Real>(red: &[T], green: &[T], blue: &[T]) -> Result<Vec<T>> {
    for (name, axis) in [("r", red), ("g", green), ("b", blue)] {
        check_unit(name, axis)?;
    }
    let mut cube = Vec::with_capacity(red.len() * green.len() * blue.len() * 3);
    for &r in red {
        for &g in green {
            cube.extend(blue.iter().flat_map(|&b| [r, g, b]));
        }
    }
    Ok(cube)
}

/// RGB of every combination of hue, saturation and value: (H × S × V × 3).
pub fn hsv_cube<T: Real>(hue: &[T], saturation: &[T], value: &[T]) -> Result<Vec<T>> {
    check_finite("h", hue)?;
    check_unit("s", saturation)?;
    check_unit("v", value)?;
    let plane = saturation.len() * value.len() * 3;
    let mut cube = vec![T::ZERO; hue.len() * plane];
    if cube.is_empty() {
        return Ok(cube);
    }
    let fill = |(plane, &h): (&mut [T], &T)| {
        let sector = Sector::of(h);
        let pairs = saturation
            .iter()
            .flat_map(|&s| value.iter().map(move |&v| (s, v)));
        for (rgb, (s, v)) in plane.chunks_exact_mut(3).zip(pairs) {
            rgb.copy_from_slice(&sector.rgb(s, v));
        }
    };
    if cube.len() < WORTH_THREADS * 3 {
        cube.chunks_exact_mut(plane).zip(hue).for_each(fill);
    } else {
        cube.par_chunks_exact_mut(plane).zip(hue).for_each(fill);
    }
    Ok(cube)
}

/// RGB → HSV, colour by colour: (n × 3) → (n × 3).
pub fn rgb_to_hsv<T: Real>(rgb: &[T]) -> Result<Vec<T>> {
    check_unit("rgb", rgb)?;
    convert(rgb, |[r, g, b]| to_hsv(r, g, b))
}

/// HSV → RGB, colour by colour: (n × 3) → (n × 3). Hue wraps.
pub fn hsv_to_rgb<T: Real>(hsv: &[T]) -> Result<Vec<T>> {
    let outside = |x: &T| !(T::ZERO..=T::ONE).contains(x);
    if let Some(got) = hsv.chunks_exact(3).find(|c| !c[0].to_f64().is_finite()) {
        return Err(finite_error("hue", got[0]));
    }
    if let Some(got) = hsv
        .chunks_exact(3)
        .find_map(|c| c[1..].iter().find(|x| outside(x)))
    {
        return Err(unit_error("saturation and value", *got));
    }
    convert(hsv, |[h, s, v]| Sector::of(h).rgb(s, v))
}

fn convert<T: Real>(colors: &[T], f: impl Fn([T; 3]) -> [T; 3] + Sync) -> Result<Vec<T>> {
    check_length("colors", colors.len(), colors.len() / 3 * 3)?;
    let mut result = vec![T::ZERO; colors.len()];
    let each = |(out, color): (&mut [T], &[T])| {
        out.copy_from_slice(&f([color[0], color[1], color[2]]));
    };
    if colors.len() < WORTH_THREADS * 3 {
        result
            .chunks_exact_mut(3)
            .zip(colors.chunks_exact(3))
            .for_each(each);
    } else {
        let size = WORTH_THREADS / 4 * 3;
        let parts = result.par_chunks_mut(size).zip(colors.par_chunks(size));
        parts.for_each(|(out, part)| {
            out.chunks_exact_mut(3)
                .zip(part.chunks_exact(3))
                .for_each(each);
        });
    }
    Ok(result)
}

/// Which sixth of the hue circle, and how far along it.
#[derive(Clone, Copy)]
struct Sector<T> {
    index: usize,
    along: T,
}

impl<T: Real> Sector<T> {
    #[inline(always)]
    fn of(hue: T) -> Self {
        let sixths = hue.turn() * T::of(6.0);
        let whole = sixths.floor();
        Self {
            index: whole.to_f64() as usize % 6,
            along: sixths - whole,
        }
    }

    #[inline(always)]
    fn rgb(self, s: T, v: T) -> [T; 3] {
        let p = v * (T::ONE - s);
        let q = v * (T::ONE - s * self.along);
        let t = v * (T::ONE - s * (T::ONE - self.along));
        match self.index {
            _ if s == T::ZERO => [v, v, v],
            0 => [v, t, p],
            1 => [q, v, p],
            2 => [p, v, t],
            3 => [p, q, v],
            4 => [t, p, v],
            _ => [v, p, q],
        }
    }
}

#[inline(always)]
fn to_hsv<T: Real>(r: T, g: T, b: T) -> [T; 3] {
    let max = |a: T, b: T| if b > a { b } else { a };
    let min = |a: T, b: T| if b < a { b } else { a };
    let (high, low) = (max(max(r, g), b), min(min(r, g), b));
    if high == low {
        return [T::ZERO, T::ZERO, high];
    }
    let range = high - low;
    let [rc, gc, bc] = [r, g, b].map(|channel| (high - channel) / range);
    let sixths = if r == high {
        bc - gc
    } else if g == high {
        T::of(2.0) + rc - bc
    } else {
        T::of(4.0) + gc - rc
    };
    [(sixths / T::of(6.0)).turn(), range / high, high]
}

fn check_unit<T: Real>(name: &'static str, values: &[T]) -> Result<()> {
    match values.iter().find(|x| !(T::ZERO..=T::ONE).contains(*x)) {
        Some(&got) => Err(unit_error(name, got)),
        None => Ok(()),
    }
}

fn check_finite<T: Real>(name: &'static str, values: &[T]) -> Result<()> {
    match values.iter().find(|x| !x.to_f64().is_finite()) {
        Some(&got) => Err(finite_error(name, got)),
        None => Ok(()),
    }
}

fn unit_error<T: Real>(name: &'static str, got: T) -> Error {
    Error::Range {
        name,
        low: 0.0,
        high: 1.0,
        got: got.to_f64(),
    }
}

fn finite_error<T: Real>(name: &'static str, got: T) -> Error {
    Error::Range {
        name,
        low: f64::MIN,
        high: f64::MAX,
        got: got.to_f64(),
    }
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
    fn the_last_axis_of_a_cube_varies_fastest() {
        let cube = rgb_cube(&[0.0, 1.0], &[0.5], &[0.0, 0.25]).unwrap();
        assert_eq!(cube[..6], [0.0, 0.5, 0.0, 0.0, 0.5, 0.25]);
        assert_eq!(cube.len(), 12);
    }

    #[test]
    fn hue_wraps_past_both_ends() {
        let cube = hsv_cube(&[-0.25f64, 0.75, 1.75], &[1.0], &[1.0]).unwrap();
        assert_eq!(cube[..3], cube[3..6]);
        assert_eq!(cube[3..6], cube[6..]);
    }

    #[test]
    fn large_cubes_are_filled_like_small_ones() {
        let axis: Vec<f64> = (0..50).map(|i| f64::from(i) / 49.0).collect();
        let cube = hsv_cube(&axis, &axis, &axis).unwrap();
        let hsv: Vec<f64> = rgb_cube(&axis, &axis, &axis).unwrap();
        assert_eq!(cube, hsv_to_rgb(&hsv).unwrap());
    }

    #[test]
    fn values_out_of_range_are_refused() {
        let error = Error::Range {
            name: "s",
            low: 0.0,
            high: 1.0,
            got: 1.5,
        };
        assert_eq!(hsv_cube(&[0.0], &[1.5], &[1.0]), Err(error));
        assert!(rgb_to_hsv(&[f64::NAN, 0.0, 0.0]).is_err());
        assert!(hsv_to_rgb(&[f64::INFINITY, 0.0, 0.0]).is_err());
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
    }
}

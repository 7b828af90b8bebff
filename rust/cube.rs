//! Colour grids.

use pulp::Simd;

use crate::buffer::{room, size, zeros};
use crate::error::{Error, Result};
use crate::hsv::{coefficients, outside_unit, sixths};
use crate::path::{Loop, Path};
use crate::real::Real;

/// Every combination of three axes, the last varying fastest: (R × G × B × 3).
pub fn rgb_cube<T: Real>(red: &[T], green: &[T], blue: &[T]) -> Result<Vec<T>> {
    for (name, axis) in [("r", red), ("g", green), ("b", blue)] {
        check_unit(name, axis)?;
    }
    let numbers = size("the cube", &[red.len(), green.len(), blue.len(), 3])?;
    let mut cube = room("the cube", numbers)?;
    for &r in red {
        for &g in green {
            cube.extend(blue.iter().flat_map(|&b| [r, g, b]));
        }
    }
    Ok(cube)
}

/// RGB of every combination of hue, saturation and value: (H × S × V × 3).
pub fn hsv_cube<T: Real>(hue: &[T], saturation: &[T], value: &[T]) -> Result<Vec<T>> {
    if let Some(got) = hue.iter().map(|x| x.to_f64()).find(|x| !x.is_finite()) {
        return Err(Error::Hue { got });
    }
    check_unit("s", saturation)?;
    check_unit("v", value)?;
    let numbers = size("the cube", &[hue.len(), saturation.len(), value.len(), 3])?;
    let mut cube = zeros("the cube", numbers)?;
    if numbers > 0 {
        Path::chosen()?.run(Fill {
            hue,
            saturation,
            value,
            cube: &mut cube,
        });
    }
    Ok(cube)
}

struct Fill<'a, T> {
    hue: &'a [T],
    saturation: &'a [T],
    value: &'a [T],
    cube: &'a mut [T],
}

impl<T: Real> Loop for Fill<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let mut rows = self.cube.chunks_exact_mut(self.value.len() * 3);
        for &h in self.hue {
            let (sector, along) = sixths(h);
            for (&s, row) in self.saturation.iter().zip(&mut rows) {
                let [r, g, b] = coefficients(sector, along, s);
                for (rgb, &v) in row.chunks_exact_mut(3).zip(self.value) {
                    rgb[0] = v * r;
                    rgb[1] = v * g;
                    rgb[2] = v * b;
                }
            }
        }
    }
}

fn check_unit<T: Real>(name: &'static str, values: &[T]) -> Result<()> {
    match values.iter().find(|x| outside_unit(**x)) {
        Some(&got) => Err(Error::unit(name, got.to_f64())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hsv::hsv_to_rgb;

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
        assert!(rgb_cube(&[0.0], &[f32::NAN], &[1.0]).is_err());
        let error = hsv_cube(&[f64::INFINITY], &[1.0], &[1.0]).unwrap_err();
        assert_eq!(error.to_string(), "hue must be finite, in turns, got inf");
    }
}

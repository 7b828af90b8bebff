//! Kernels for sparse concept anchoring.
//!
//! | kernel | computes |
//! |---|---|
//! | [`cube`] | RGB and HSV grids; RGB ⇄ HSV, equal to Python's `colorsys` to the last bit |
//! | [`labels`] | index ⌊u·N⌋ and label v < p, where u and v are functions of (seed, step, slot) |
//! | [`ensemble`] | many small networks side by side: passes forward and backward, an objective, Adam |
//! | [`separation`] | ℓᵢ = Σⱼ s_ij^power over the pairs that are not the same direction, s_ij = (ûᵢ·ûⱼ + 1)/2, and its gradient |
//!
//! Every kernel takes slices, allocates what it returns, refuses what it cannot use with an
//! [`error::Error`], and gives the same bits whatever the number of threads.

#![cfg_attr(not(feature = "python"), forbid(unsafe_code))] // bindings are made of it

mod buffer;
pub mod cube;
mod directions;
pub mod ensemble;
pub mod error;
pub mod hsv;
pub mod labels;
mod lanes;
pub mod law;
mod made;
mod pairs;
mod panels;
pub mod path;
mod product;
#[cfg(feature = "python")]
mod python;
pub mod real;
pub mod rng;
pub mod separation;
pub mod threads;
mod tile;
mod wide;

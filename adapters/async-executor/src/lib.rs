#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod handle;
mod on;

pub use handle::Handle;
pub use on::On;

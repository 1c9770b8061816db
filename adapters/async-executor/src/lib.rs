#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod handle;
mod on;

pub use handle::Handle;
pub use on::On;

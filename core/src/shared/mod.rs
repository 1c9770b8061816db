//! What runs hold in common: resources that are made once and given to any pipelines.

mod bucket;
mod claim;
mod resource;

pub use resource::SharedResource;

pub(crate) use claim::{Claim, Lack, Want};

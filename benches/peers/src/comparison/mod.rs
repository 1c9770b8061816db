//! All contestants beside each other: what is measured, how, and what is told of it.

pub mod charts;
pub mod machine;
pub mod markdown;
pub mod measure;
pub mod options;
pub mod plan;
pub mod program;
pub mod record;

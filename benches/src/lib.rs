//! What the benchmarks share.

pub mod callgrind;
pub mod clock;
pub mod diamond;
pub mod graph;
pub mod job;
pub mod many;
pub mod phase;
pub mod pictures;
pub mod plain;
pub mod table;

/// Whether this process was started to measure: as `cargo bench` starts it, unlike `cargo test --all-targets`.
pub fn is_wanted() -> bool {
    std::env::args().any(|arg| arg == "--bench")
}

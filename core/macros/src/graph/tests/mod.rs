//! All small graphs, against what can be found by trying everything.

mod apart;
mod cycles;
mod orders;
mod paths;
mod runs;
mod space;

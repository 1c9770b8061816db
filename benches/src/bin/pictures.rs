//! Draws plans, under valgrind: see [`rungs_benches::pictures`]. A program of its own, so that the other one is as small as what
//! it measures.

fn main() {
    rungs_benches::pictures::Pictured::of_process();
}

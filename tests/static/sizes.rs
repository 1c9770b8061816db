//! A run takes the room of the graph's width, not of its length.

use crate::Bad;
use rungs::NoClock;
use std::mem::size_of_val;

/// A future of 256 bytes and a little.
async fn bulky(seed: u8) -> u8 {
    let buffer = [seed; 256];
    std::future::ready(()).await;
    std::hint::black_box(&buffer)[7]
}

macro_rules! bulky_steps {
    ($name:ident: $($step:ident($($need:ident),*))*) => {
        #[rungs::pipeline(error = Bad)]
        mod $name {
            use super::*;
            $(#[step] async fn $step($($need: &u8),*) -> Result<u8, Bad> {
                Ok(bulky(1 $(+ *$need)*).await)
            })*
        }
    };
}

bulky_steps! { chain: a() b(a) c(b) d(c) e(d) f(e) g(f) h(g) }
bulky_steps! { two_wide: a() b() c(a, b) d(a, b) e(c, d) f(c, d) g(e, f) h(e, f) }
bulky_steps! { flat: a() b() c() d() e() f() g() h() }

#[test]
fn a_run_is_as_large_as_its_graph_is_wide() {
    let [one, two, eight] =
        [size_of_val(&chain::run(&NoClock)), size_of_val(&two_wide::run(&NoClock)), size_of_val(&flat::run(&NoClock))];
    let joined = 8 * size_of_val(&bulky(1));
    println!(
        "8 steps of {} bytes: {one} as a chain, {two} two wide, {eight} flat; joined flat {joined}",
        size_of_val(&bulky(1))
    );
    let step = size_of_val(&bulky(1));
    // What is not futures is the same for all but for a few words a path, and one for each result that another path needs.
    let published = 6 * size_of::<usize>();
    assert!(two - one >= step && two - one < step + 100 + published, "{one} {two}");
    assert!(eight - one >= 7 * step && eight - one < 7 * (step + 100), "{one} {eight}");
    let report = futures_lite::future::block_on(two_wide::run(&NoClock));
    assert_eq!(report.outputs.h, Some(15));
}

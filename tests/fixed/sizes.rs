//! The size of a run depends on the width of the graph, not on its length; it keeps little per step.

use crate::Bad;
use futures_lite::future::zip;
use rungs::NoClock;
use std::mem::size_of_val;

/// A future of slightly more than 256 bytes.
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
    let pair = || zip(bulky(1), bulky(2));
    let four = || zip(pair(), pair());
    let joined = size_of_val(&zip(four(), four()));
    println!(
        "8 steps of {} bytes: {one} as a chain, {two} two wide, {eight} flat; joined flat {joined}",
        size_of_val(&bulky(1))
    );
    let step = size_of_val(&bulky(1));
    // The rest is the same for all, except for a few words per lane and one per result that another lane takes.
    let published = 6 * size_of::<usize>();
    assert!(two - one >= step && two - one < step + 100 + published, "{one} {two}");
    assert!(eight - one >= 7 * step && eight - one < 7 * (step + 100), "{one} {eight}");
    let report = futures_lite::future::block_on(two_wide::run(&NoClock));
    assert_eq!(report.outputs.h, Some(15));
}

macro_rules! kept {
    ($name:ident $settings:tt $($step:ident)*) => {
        #[allow(dead_code, reason = "only its storage is looked at")]
        #[rungs::pipeline(error = Bad)]
        mod $name {
            use super::*;
            $(#[step $settings] async fn $step() -> Result<u32, Bad> {
                Ok(1)
            })*
        }
    };
}

kept! { six () a b c d e f }
kept! { eight () a b c d e f g h }
kept! { six_in_time (timeout = ms(5)) a b c d e f }
kept! { eight_in_time (timeout = ms(5)) a b c d e f g h }

#[test]
fn a_run_keeps_24_bytes_per_step_and_16_per_time_limit() {
    // An output, and an error with the attempt that returned it.
    let own = size_of::<Option<u32>>() + size_of::<Option<Bad>>() + size_of::<u32>();
    assert_eq!(size_of::<eight::Storage>() - size_of::<six::Storage>(), 2 * (24 + own), "beside output and error");
    assert_eq!(size_of::<eight_in_time::Storage>() - size_of::<six_in_time::Storage>(), 2 * (24 + 16 + own));
    let rest = size_of::<eight_in_time::Storage>() - 8 * (24 + 16 + own);
    println!("8 steps with time limits: {rest} bytes beside 40 a step, outputs and errors");
    assert!(rest <= 48, "the run's own start and end, its ready bits: {rest}");
}

//! Calls by the number of needs, for crates with typed inputs: each number is a type of its own.

/// Matches up to eight needs, and calls the macro `$each` with the arguments that are given and a name for each need and its
/// value.
macro_rules! match_needs {
    ($needs:expr, $each:ident, $($arg:tt),*) => {
        match *$needs {
            [] => $each!($($arg),*),
            [a] => $each!($($arg),*, a a),
            [a, b] => $each!($($arg),*, a a, b b),
            [a, b, c] => $each!($($arg),*, a a, b b, c c),
            [a, b, c, d] => $each!($($arg),*, a a, b b, c c, d d),
            [a, b, c, d, e] => $each!($($arg),*, a a, b b, c c, d d, e e),
            [a, b, c, d, e, f] => $each!($($arg),*, a a, b b, c c, d d, e e, f f),
            [a, b, c, d, e, f, g] => $each!($($arg),*, a a, b b, c c, d d, e e, f f, g g),
            [a, b, c, d, e, f, g, h] => $each!($($arg),*, a a, b b, c c, d d, e e, f f, g g, h h),
            _ => unreachable!("a step has more needs than `MOST_NEEDS`"),
        }
    };
}
pub(super) use match_needs;

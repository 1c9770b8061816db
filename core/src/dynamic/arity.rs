//! The numbers of arguments that a step may have: 0 to 12, listed once.

/// All numbers.
macro_rules! all {
    ($each:ident) => {
        crate::dynamic::arity::all_but_two!($each, (A1 a1, A2 a2));
    };
}

/// All numbers but two, which the caller lists itself; with `$more`, if that is given.
#[rustfmt::skip]
macro_rules! all_but_two {
    ($each:ident $(, $more:tt)?) => {
        $each! {
            ()
            $($more)?
            (A1 a1)
            (A1 a1, A2 a2, A3 a3)
            (A1 a1, A2 a2, A3 a3, A4 a4)
            (A1 a1, A2 a2, A3 a3, A4 a4, A5 a5)
            (A1 a1, A2 a2, A3 a3, A4 a4, A5 a5, A6 a6)
            (A1 a1, A2 a2, A3 a3, A4 a4, A5 a5, A6 a6, A7 a7)
            (A1 a1, A2 a2, A3 a3, A4 a4, A5 a5, A6 a6, A7 a7, A8 a8)
            (A1 a1, A2 a2, A3 a3, A4 a4, A5 a5, A6 a6, A7 a7, A8 a8, A9 a9)
            (A1 a1, A2 a2, A3 a3, A4 a4, A5 a5, A6 a6, A7 a7, A8 a8, A9 a9, A10 a10)
            (A1 a1, A2 a2, A3 a3, A4 a4, A5 a5, A6 a6, A7 a7, A8 a8, A9 a9, A10 a10, A11 a11)
            (A1 a1, A2 a2, A3 a3, A4 a4, A5 a5, A6 a6, A7 a7, A8 a8, A9 a9, A10 a10, A11 a11, A12 a12)
        }
    };
}
pub(super) use {all, all_but_two};

//! The guide: one page for each subject, from the first pipeline on. All its code is compiled and run as tests.
//!
//! The code goes on in the folder of the first page, with the packages `rungs`, `rungs-smol` and `smol`; a page that takes more
//! says so. Code without a `main` is the body of `fn main() -> Result<(), rungs::BoxError>`, and `Ok(())` its last line.
//!
//! | page | what it is about |
//! | --- | --- |
//! | [`first`] | a pipeline from an empty folder: steps, needs, results, the report |
//! | [`ownership`] | who has a step's result, for how long, and how to have it alone |
//! | [`state`] | what steps share: clients, counters, what each attempt owns; arguments of a run; when the compiler objects |
//! | [`retries`] | attempts, backoff, timeouts and deadlines |
//! | [`failure`] | what happens after a failure, branches, clean-up |
//! | [`spawning`] | steps in place, and steps on other threads; how many at once |
//! | [`stopping`] | cancelling a run, shutting down a service |
//! | [`carry_on`] | results that are there already, a part of a pipeline, what is taken back, and what a run would do |
//! | [`testing`] | a held clock, scripted steps, interleavings |
//! | [`seeing`] | tables, pictures, events, JSON, exit codes |
//! | [`firmware`] | the same without a heap, on a board |
//! | [`adapter`] | a runtime of your own |
//! | [`performance`] | what a step costs, and what to do about it |
//! | [`coming_from`] | the same job in Prefect, in Luigi, and with joins by hand |
//! | [`instead`] | what rungs does not do, and what to do instead |
//!
//! The rules of each setting are in one table: [what happens when](crate#what-happens-when).

// The code of the pages needs adapters, so it is tested as a part of the package `rungs-tests`, which has them.

#[cfg_attr(not(doctest), doc = include_str!("first.md"))]
pub mod first {}

#[cfg_attr(not(doctest), doc = include_str!("ownership.md"))]
pub mod ownership {}

#[cfg_attr(not(doctest), doc = include_str!("state.md"))]
pub mod state {}

#[cfg_attr(not(doctest), doc = include_str!("retries.md"))]
pub mod retries {}

#[cfg_attr(not(doctest), doc = include_str!("failure.md"))]
pub mod failure {}

#[cfg_attr(not(doctest), doc = include_str!("spawning.md"))]
pub mod spawning {}

#[cfg_attr(not(doctest), doc = include_str!("stopping.md"))]
pub mod stopping {}

#[cfg_attr(not(doctest), doc = include_str!("carry_on.md"))]
pub mod carry_on {}

#[cfg_attr(not(doctest), doc = include_str!("testing.md"))]
pub mod testing {}

#[cfg_attr(not(doctest), doc = include_str!("seeing.md"))]
pub mod seeing {}

#[cfg_attr(not(doctest), doc = include_str!("firmware.md"))]
pub mod firmware {}

#[cfg_attr(not(doctest), doc = include_str!("adapter.md"))]
pub mod adapter {}

#[cfg_attr(not(doctest), doc = include_str!("performance.md"))]
pub mod performance {}

#[cfg_attr(not(doctest), doc = include_str!("coming_from.md"))]
pub mod coming_from {}

#[cfg_attr(not(doctest), doc = include_str!("instead.md"))]
pub mod instead {}

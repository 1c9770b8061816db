#![doc = include_str!("../../README.md")]

#[cfg(doctest)]
#[doc = include_str!("../../adapters/README.md")]
mod adapters {}

/// The code of the pages of `rungs::guide`, which needs adapters.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../../core/src/guide/first.md")]
    mod first {}
    #[doc = include_str!("../../core/src/guide/ownership.md")]
    mod ownership {}
    #[doc = include_str!("../../core/src/guide/state.md")]
    mod state {}
    #[doc = include_str!("../../core/src/guide/retries.md")]
    mod retries {}
    #[doc = include_str!("../../core/src/guide/failure.md")]
    mod failure {}
    #[doc = include_str!("../../core/src/guide/spawning.md")]
    mod spawning {}
    #[doc = include_str!("../../core/src/guide/stopping.md")]
    mod stopping {}
    #[doc = include_str!("../../core/src/guide/carry_on.md")]
    mod carry_on {}
    #[doc = include_str!("../../core/src/guide/testing.md")]
    mod testing {}
    #[doc = include_str!("../../core/src/guide/seeing.md")]
    mod seeing {}
    #[doc = include_str!("../../core/src/guide/firmware.md")]
    mod firmware {}
    #[doc = include_str!("../../core/src/guide/adapter.md")]
    mod adapter {}
    #[doc = include_str!("../../core/src/guide/performance.md")]
    mod performance {}
    #[doc = include_str!("../../core/src/guide/coming_from.md")]
    mod coming_from {}
    #[doc = include_str!("../../core/src/guide/instead.md")]
    mod instead {}
}

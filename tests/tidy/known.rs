//! What breaks the rules today. Nothing may be added, and what is mended must go: the tests fail on an entry that is no
//! longer true.

/// Layers that use what the table does not allow: from, to.
// to be mended
pub(crate) const ARROWS: &[(&str, &str)] = &[("static plan", "static API")];

/// Circles between files.
// to be mended
pub(crate) const CIRCLES: &[&[&str]] = &[
    &["core/scheduler/src/policy/backoff.rs", "core/scheduler/src/policy/settings.rs"],
    &[
        "core/src/fixed/observers.rs",
        "core/src/fixed/run_future.rs",
        "core/src/fixed/runner.rs",
        "core/src/fixed/storage.rs",
    ],
    &["core/src/fixed/settings.rs", "core/src/fixed/signal.rs", "core/src/fixed/static_plan.rs"],
];

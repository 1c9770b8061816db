//! A seed from the system.

use core::hash::BuildHasher;

/// A seed for jitter that differs from process to process and from call to call, from the same source as the keys of `HashMap`.
///
/// ```
/// assert_ne!(rungs::random_seed(), rungs::random_seed());
/// ```
pub fn random_seed() -> u64 {
    std::hash::RandomState::new().hash_one(())
}

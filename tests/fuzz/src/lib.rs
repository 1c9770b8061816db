//! Tests only; this package has no code of its own.

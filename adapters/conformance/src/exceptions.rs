//! The rules that an adapter need not keep.

/// Why a rule is an exception, if it is one.
pub const fn find(mut exceptions: &[(&'static str, &'static str)], rule: &str) -> Option<&'static str> {
    while let [(name, why), others @ ..] = exceptions {
        if is_same(name.as_bytes(), rule.as_bytes()) {
            return Some(why);
        }
        exceptions = others;
    }
    None
}

/// `==`, which a constant cannot call.
const fn is_same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([a, ones @ ..], [b, others @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (ones, others);
    }
    one.is_empty() && other.is_empty()
}

#![no_std]
#![no_main]
#[embedded_test::tests]
mod tests {
    #[test]
    fn a() {}
}

use super::check;

#[test]
fn a_cycle_is_told_where_it_closes() {
    check(
        "#[step] async fn hen(egg: &Egg) -> R {} #[step] async fn egg(shell: &u8, hen: &Hen) -> R {} #[step] async fn shell() -> R {}",
        &[("hen", "a cycle: `hen` needs `egg` needs `hen`")],
    );
    check(
        "#[step] async fn a(b: &B) -> R {} #[step] async fn b(c: &C) -> R {} #[step(after(a))] async fn c() -> R {}",
        &[("a", "a cycle: `a` needs `b` needs `c` needs `a`")],
    );
}

#[test]
fn orders_close_cycles_too() {
    check(
        "#[step(follows(b))] async fn a() -> R {} #[step] async fn b(a: &A) -> R {}",
        &[("a", "a cycle: `a` follows `b` needs `a`")],
    );
    check(
        "#[step(follows(tidy))] async fn a() -> R {} #[step(when_all_done, after_all)] async fn tidy() -> R {}",
        &[("after_all", "a cycle: `a` follows `tidy` needs `a`")],
    );
}

#[test]
fn every_cycle_is_told() {
    check(
        "#[step] async fn a(b: &B) -> R {} #[step] async fn b(a: &C) -> R {}
         #[step] async fn c(d: &C, a: &A) -> R {} #[step] async fn d(c: &C) -> R {}",
        &[("a", "a cycle: `a` needs `b` needs `a`"), ("c", "a cycle: `c` needs `d` needs `c`")],
    );
}

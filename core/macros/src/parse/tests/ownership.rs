use super::{check, model};
use crate::model::Access;

/// Steps after one that makes a result.
#[track_caller]
fn steps(steps: &str, expected: &[(&str, &str)]) {
    check(&format!("struct A {{ bus: Bus }} #[step] async fn radio() -> R {{}} {steps}"), expected);
}

#[test]
fn a_result_is_taken_once_and_last() {
    steps("#[step] async fn a(radio: &mut T) {} #[step] async fn b(radio: &T) {} #[step] async fn c(radio: T) {}", &[]);
    steps(
        "#[step] async fn a(radio: T) {} #[step] async fn b(radio: T) {}",
        &[(
            "radio",
            "step `a` takes the result of `radio` by value already: take it as `&T` or `&mut T` in one of the two",
        )],
    );
    for later in ["&T", "&mut T"] {
        let told = "step `a` takes the result of `radio` by value, and `b` comes after it: declare `b` before `a`, or take \
            the result as `&T` or `&mut T` in `a`";
        steps(
            &format!("#[step] async fn a(radio: T) {{}} #[step] async fn b(radio: {later}) {{}}"),
            &[("radio", told)],
        );
    }
    // The order of the needs comes before that of declaration.
    steps("#[step(after(b))] async fn a(radio: T) {} #[step] async fn b(radio: &T) {}", &[]);
}

#[test]
fn a_result_that_borrows_a_field_keeps_it() {
    let told = |step: &str| {
        format!(
            "the result of step `a` borrows the field `bus` for the rest of the run, and `{step}` comes after it: declare \
             `{step}` before `a`, or let it use the result of `a`"
        )
    };
    steps("#[step] async fn b(bus: &mut Bus) {} #[step] async fn a(bus: &mut Bus) -> Dev<'_> {}", &[]);
    for (borrow, later, is_wrong) in
        [("&", "&", false), ("&", "&mut", true), ("&mut", "&", true), ("&mut", "&mut", true)]
    {
        let told = told("b");
        let expected = [("bus", told.as_str())];
        let expected: &[(&str, &str)] = if is_wrong { &expected } else { &[] };
        steps(
            &format!("#[step] async fn a(bus: {borrow} Bus) -> Dev<'_> {{}} #[step] async fn b(bus: {later} Bus) {{}}"),
            expected,
        );
    }
    steps(
        "#[step] async fn a<'r>(radio: &'r mut T) -> Dev<'r> {}",
        &[("&'r mut T", "a result can borrow from fields of the context, and not from `radio`")],
    );
    steps("#[step] async fn a<'r>(radio: T<'r>) -> Dev<'r> {}", &[]);
}

/// Where a result is found: `Shared` if no step changes it, else on its users' only lane, or handed over.
#[test]
fn how_results_are_taken() {
    let made = "#[step] async fn radio() -> R {} #[step] async fn other() -> R {}";
    let access = |steps: &str| {
        let model = model("error = E", &format!("{made} {steps}"));
        let place = &model.results[0];
        (place.access, place.users.clone(), place.readers.clone())
    };
    assert_eq!(access("#[step] async fn a(radio: &T) {}"), (Access::Shared, vec![2], vec![]));
    assert_eq!(access("#[step] async fn a(radio: T) {}"), (Access::Owned, vec![0, 2], vec![]));
    let reads =
        "#[step] async fn a(radio: &mut T) {} #[step] async fn b(radio: &T) {} #[step] async fn c(radio: &T) {}";
    assert_eq!(access(reads), (Access::HandedOver, vec![0, 2, 3, 4], vec![3, 4]));
    let both = "#[step] async fn a(other: &mut T) {} #[step] async fn b(radio: T, other: T) {}";
    let results = model("error = E", &format!("{made} {both}")).results;
    // The step that takes both is on the lane of the first.
    assert_eq!([results[0].access, results[1].access], [Access::Owned, Access::HandedOver]);
}

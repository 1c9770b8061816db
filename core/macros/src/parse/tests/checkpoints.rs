use super::{check, model};

const NEEDS_THE_FEATURE: &str = "`checkpoint` needs the feature `postcard` of the crate `rungs`";

/// What is told of steps, where the feature is on; elsewhere each `checkpoint` is told first.
#[track_caller]
fn steps(steps: &str, expected: &[(&str, &str)]) {
    if cfg!(feature = "postcard") {
        check(&format!("struct A {{ bus: Bus }} {steps}"), expected);
    }
}

#[test]
fn a_checkpoint_needs_its_feature() {
    let expected: &[_] = if cfg!(feature = "postcard") { &[] } else { &[("checkpoint", NEEDS_THE_FEATURE)] };
    check("#[step(checkpoint)] async fn a() -> R {}", expected);
}

#[test]
fn what_is_stored_does_not_borrow_and_has_a_size() {
    steps("#[step(checkpoint, version = 2)] async fn a() -> Result<u8, E> {}", &[]);
    steps(
        "#[step(checkpoint)] async fn a(bus: &mut Bus) -> Dev<'_> {}",
        &[("Dev<'_>", "the result of a checkpoint is stored, so it cannot borrow")],
    );
    if cfg!(feature = "postcard") {
        check(
            "struct A<T> { bus: T } #[step(checkpoint)] async fn a<T>(bus: &T) -> Option<T> {}",
            &[("Option<T>", "the result of a checkpoint cannot depend on a generic parameter: its size must be known")],
        );
    }
}

#[test]
fn what_would_be_wrong_after_a_loss_of_power_is_told() {
    steps(
        "#[step(checkpoint)] async fn a() -> T {} #[step] async fn b(a: &mut T) {}",
        &[("a", "`a` is a checkpoint, and what a step changes in its result is not stored: take it as `&T` or `T`")],
    );
    steps("#[step(checkpoint)] async fn a() -> T {} #[step] async fn b(a: T) {}", &[]);
    steps(
        "#[step(checkpoint, when_all_done)] async fn a() -> T {}",
        &[("checkpoint", "a step that cleans up runs in each run, so its result cannot be a checkpoint")],
    );
}

#[test]
fn a_version_needs_a_checkpoint_in_the_pipeline() {
    let expected = [("2", "`version` has no effect in a pipeline without a `checkpoint`")];
    check("#[step(version = 2)] async fn a() -> T {}", &expected);
    steps("#[step(version = 2)] async fn a() -> T {} #[step(checkpoint)] async fn b(a: &T) -> T {}", &[]);
}

#[test]
fn the_model_has_the_checkpoints() {
    if cfg!(feature = "postcard") {
        let model = model("error = E", "#[step] async fn a() {} #[step(checkpoint, version = 3)] async fn b() -> T {}");
        assert_eq!(model.checkpoints().map(|(number, _)| number).collect::<Vec<_>>(), [1]);
        assert!(model.steps.iter().map(|step| step.version.is_some()).eq([false, true]));
    }
}

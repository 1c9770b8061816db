//! Needs by name: looked up by name and type.

use rungs::{BoxError, InputErrorKind, Inputs, NoClock, Pipeline};

use crate::support::{Log, block};

#[test]
fn forward_references() {
    let mut p = Pipeline::new("forward");
    let sum = p.step("sum").depends_on(["a", "b"]).run(|inputs: Inputs| async move {
        assert_eq!(inputs.names().collect::<Vec<_>>(), ["a", "b"]);
        Ok(*inputs.get::<u32>("a")? + u32::from(*inputs.get::<u8>("b")?))
    });
    p.step("a").run(|| async { Ok(40_u32) });
    p.step("b").run(|| async { Ok(2_u8) });
    assert_eq!(*block(p.run(&NoClock)).unwrap().output(sum).unwrap(), 42);
}

#[test]
fn after_orders_by_handle_and_by_name() {
    let log = Log::new();
    let mut p = Pipeline::new("order");
    p.step("last").after_named(vec!["middle".to_string()]).run(|| async { Ok(log.write("last")) });
    let first = p.step("first").run(|| async {
        crate::support::give_way().await;
        Ok(log.write("first"))
    });
    p.step("middle").after(first).run(|| async { Ok(log.write("middle")) });
    assert!(block(p.run(&NoClock)).unwrap().is_success());
    drop(p);
    assert_eq!(log.lines(), ["first", "middle", "last"]);
}

#[test]
fn after_is_no_argument_beside_needs_said_by_name() {
    let mut p = Pipeline::new("mixed");
    let first = p.step("first").run(|| async { Ok("not taken") });
    let names = p
        .step("step")
        .after(first)
        .depends_on(["taken"])
        .after_named(["third"])
        .run(|inputs: Inputs| async move { Ok(inputs.names().collect::<Vec<_>>().join(",")) });
    p.step("taken").run(|| async { Ok(()) });
    p.step("third").run(|| async { Ok(()) });
    assert_eq!(*block(p.run(&NoClock)).unwrap().output(names).unwrap(), "taken");
    let picture = p.visualize().to_string();
    assert!(picture.contains("- step <- [first, taken, third]"), "{picture}");
}

#[test]
fn what_is_not_there_is_told() {
    let mut p = Pipeline::new("wrong");
    p.step("a").run(|| async { Ok(1_u32) });
    p.step("other").run(|| async { Ok(1_u32) });
    let told = p.step("asks").depends_on(["a"]).run(|inputs: Inputs| async move {
        let stranger = inputs.get::<u32>("other").unwrap_err();
        let typed = inputs.get::<u64>("a").unwrap_err();
        assert_eq!((stranger.name(), stranger.kind()), ("other", InputErrorKind::NotANeed));
        assert_eq!((typed.name(), typed.kind()), ("a", InputErrorKind::OtherType));
        Ok(format!("{stranger}; {typed}"))
    });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(
        *report.output(told).unwrap(),
        "`other` is not among the needs of this step; the result of `a` is of type `u32`, and was asked for as `u64`",
    );
}

#[test]
fn a_lookup_error_is_a_steps_error() {
    let mut p = Pipeline::new("wrong");
    p.step("a").run(|| async { Ok(1_u32) });
    p.step("asks").depends_on(["a"]).run(|inputs: Inputs| async move { Ok(inputs.get::<String>("a")?.len()) });
    let report = block(p.run(&NoClock)).unwrap();
    let asks = report.get("asks").unwrap();
    let told = "the result of `a` is of type `u32`, and was asked for as `alloc::string::String`";
    assert_eq!(asks.reason().unwrap().to_string(), told);
}

#[test]
fn a_clean_up_step_by_name_learns_what_failed() {
    let mut p = Pipeline::new("clean-up");
    p.step("bad").run(|| async { Err::<u32, BoxError>("no".into()) });
    p.step("good").run(|| async { Ok(1_u32) });
    let told = p.step("tidy").depends_on(["bad", "good"]).when_all_done().run(|inputs: Inputs| async move {
        let error = inputs.get::<u32>("bad").unwrap_err();
        Ok(format!("{error}, {}", inputs.get::<u32>("good")?))
    });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(*report.output(told).unwrap(), "`bad` has no result: failed, 1");
}

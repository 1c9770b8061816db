//! Typed handles: results become arguments.

use std::{fmt, num::ParseIntError};

use rungs::{NoClock, Out, Pipeline, Status};

use crate::support::block;

#[test]
fn every_number_of_needs_from_none_to_twelve() {
    let mut p = Pipeline::new("arity");
    let none = p.step("0").needs(()).run(|| async { Ok(0_u64) });
    let one = p.step("1").needs((none,)).run(|a| async move { Ok(*a + 1) });
    let [a, b, c, d, e, f] = [1_u64, 2, 3, 4, 5, 6].map(|n| p.step(&format!("n{n}")).run(move || async move { Ok(n) }));
    let s2 = p.step("2").needs((a, b)).run(|a, b| async move { Ok([*a, *b].to_vec()) });
    let s3 = p.step("3").needs((c, a, b)).run(|a, b, c| async move { Ok([*a, *b, *c].to_vec()) });
    let s4 = p.step("4").needs((a, b, c, d)).run(|a, b, c, d| async move { Ok([*a, *b, *c, *d].to_vec()) });
    let s5 = p.step("5").needs((a, b, c, d, e)).run(|a, b, c, d, e| async move { Ok([*a, *b, *c, *d, *e].to_vec()) });
    let s6 = p
        .step("6")
        .needs((a, b, c, d, e, f))
        .run(|a, b, c, d, e, f| async move { Ok([*a, *b, *c, *d, *e, *f].to_vec()) });
    let s7 = p
        .step("7")
        .needs((a, b, c, d, e, f, a))
        .run(|a, b, c, d, e, f, g| async move { Ok([*a, *b, *c, *d, *e, *f, *g].to_vec()) });
    let s8 = p
        .step("8")
        .needs((a, b, c, d, e, f, a, b))
        .run(|a, b, c, d, e, f, g, h| async move { Ok([*a, *b, *c, *d, *e, *f, *g, *h].to_vec()) });
    let s9 = p
        .step("9")
        .needs((a, b, c, d, e, f, a, b, c))
        .run(|a, b, c, d, e, f, g, h, i| async move { Ok([*a, *b, *c, *d, *e, *f, *g, *h, *i].to_vec()) });
    let s10 = p
        .step("10")
        .needs((a, b, c, d, e, f, a, b, c, d))
        .run(|a, b, c, d, e, f, g, h, i, j| async move { Ok([*a, *b, *c, *d, *e, *f, *g, *h, *i, *j].to_vec()) });
    let s11 = p.step("11").needs((a, b, c, d, e, f, a, b, c, d, e)).run(|a, b, c, d, e, f, g, h, i, j, k| async move {
        Ok([*a, *b, *c, *d, *e, *f, *g, *h, *i, *j, *k].to_vec())
    });
    let s12 =
        p.step("12").needs((a, b, c, d, e, f, a, b, c, d, e, f)).run(|a, b, c, d, e, f, g, h, i, j, k, l| async move {
            Ok([*a, *b, *c, *d, *e, *f, *g, *h, *i, *j, *k, *l].to_vec())
        });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(*report.output(one).unwrap(), 1);
    assert_eq!(*report.output(s2).unwrap(), [1, 2]);
    assert_eq!(*report.output(s3).unwrap(), [3, 1, 2]);
    assert_eq!(*report.output(s4).unwrap(), [1, 2, 3, 4]);
    assert_eq!(*report.output(s5).unwrap(), [1, 2, 3, 4, 5]);
    for (step, length) in [(s6, 6), (s7, 7), (s8, 8), (s9, 9), (s10, 10), (s11, 11), (s12, 12)] {
        let expected: Vec<u64> = (0..length).map(|n| n % 6 + 1).collect();
        assert_eq!(*report.output(step).unwrap(), expected);
    }
}

#[test]
fn a_bare_handle_and_needs_of_different_types() {
    let mut p = Pipeline::new("types");
    let text = p.step("text").run(|| async { Ok("forty".to_string()) });
    let number = p.step("number").run(|| async { Ok(2_u8) });
    let long = p.step("long").needs(text).run(|text| async move { Ok(text.len()) });
    let all = p
        .step("all")
        .needs((text, number, long))
        .run(|text, number, long| async move { Ok(format!("{text}-{number}-{long}")) });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(*report.output(all).unwrap(), "forty-2-5");
}

#[test]
fn a_fan_in_of_a_thousand_keeps_its_order() {
    let mut p = Pipeline::new("fan-in");
    let mut parts: Vec<_> =
        (0..1_000_u32).map(|n| p.step(&format!("part {n}")).run(move || async move { Ok(n) })).collect();
    parts.reverse();
    let all = p
        .step("all")
        .needs(parts)
        .run(|parts: Vec<Out<u32>>| async move { Ok(parts.iter().map(|part| **part).collect::<Vec<_>>()) });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(*report.output(all).unwrap(), (0..1_000).rev().collect::<Vec<_>>());
}

#[test]
fn a_fan_in_of_none_is_an_empty_list() {
    let mut p = Pipeline::new("nothing");
    let parts: Vec<rungs::Handle<u32>> = Vec::new();
    let all = p.step("all").needs(parts).run(|parts: Vec<Out<u32>>| async move { Ok(parts.len()) });
    assert_eq!(*block(p.run(&NoClock)).unwrap().output(all).unwrap(), 0);
}

#[test]
fn the_same_need_twice_is_two_arguments() {
    let mut p = Pipeline::new("twice");
    let n = p.step("n").run(|| async { Ok(21_u32) });
    let sum = p.step("sum").after((n, n)).needs((n, n)).after(n).run(|a, b| async move { Ok(*a + *b) });
    let all = p.step("all").needs(vec![n; 1_000]).run(|all: Vec<Out<u32>>| async move { Ok(all.len()) });
    let named = p
        .step("named")
        .depends_on(["n", "n", "sum"])
        .after_named(["n"])
        .run(|inputs| async move { Ok(*inputs.get::<u32>("n")? + *inputs.get::<u32>("sum")?) });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!((*report.output(sum).unwrap(), *report.output(all).unwrap()), (42, 1_000));
    assert_eq!(*report.output(named).unwrap(), 63);
}

#[test]
fn empty_lists_are_ordinary() {
    let mut p = Pipeline::with_error::<&str>("nothing");
    let none: Vec<rungs::Handle<u8>> = Vec::new();
    let first = p.step("needs").needs(none.clone()).run(|list| async move { Ok(list.len()) });
    p.step("after").after(none.clone()).after(()).after_named([""; 0]).follows(none.clone()).run(|| async { Ok(()) });
    p.step("names").depends_on([""; 0]).run(|inputs| async move { Ok(inputs.names().count()) });
    p.step("tidy").needs(none.clone()).when_all_done().run(|list| async move { Ok(list.len()) });
    p.step("join").needs(none.clone()).when_none_failed().run(|list| async move { Ok(list.len()) });
    p.step("alarm").needs(none).when_any_failed().run(|list| async move { Ok(list.len()) });
    p.step("delays").optional().retries(2).backoff(rungs::Backoff::list(&[])).run(|| async { Err::<(), _>("no") });
    p.step("last").needs(first).run(|n| async move { Ok(*n) });
    let report = block(p.run(&NoClock)).unwrap();
    for name in ["needs", "after", "names", "tidy", "join", "last"] {
        assert_eq!(report.get(name).unwrap().status(), Status::Success, "{name}");
    }
    assert_eq!(report.get("alarm").unwrap().cause(), Some(rungs::Cause::NotNeeded));
    assert_eq!((report.get("delays").unwrap().attempts(), report.exit_code()), (3, 0));
}

#[test]
fn an_empty_pipeline_succeeds() {
    let mut p = Pipeline::new("empty");
    let report = block(p.run(&NoClock)).unwrap();
    assert!(report.is_success());
    assert_eq!(report.steps().len(), 0);
}

async fn seven() -> Result<u32, rungs::BoxError> {
    Ok(7)
}

async fn add(a: Out<u32>, b: Out<u32>) -> Result<u32, rungs::BoxError> {
    Ok(*a + *b)
}

#[test]
fn plain_async_fns_are_steps() {
    let mut p = Pipeline::new("functions");
    let a = p.step("a").run(seven);
    let b = p.step("b").run(seven);
    let sum = p.step("sum").needs((a, b)).run(add);
    assert_eq!(*block(p.run(&NoClock)).unwrap().output(sum).unwrap(), 14);
}

#[derive(Debug, PartialEq)]
enum Trouble {
    NotANumber(ParseIntError),
    TooBig(u32),
}

impl From<ParseIntError> for Trouble {
    fn from(error: ParseIntError) -> Self {
        Self::NotANumber(error)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber(error) => write!(f, "not a number: {error}"),
            Self::TooBig(n) => write!(f, "{n} is too big"),
        }
    }
}

fn small(n: u32) -> Result<u32, Trouble> {
    if n < 100 { Ok(n) } else { Err(Trouble::TooBig(n)) }
}

#[test]
fn the_question_mark_works_on_the_users_own_error() {
    let mut p = Pipeline::with_code::<Trouble>("own error");
    let good = p.step("good").run(|| async { small("42".parse()?) });
    p.step("word").run(|| async { small("forty".parse()?) });
    p.step("big").run(|| async { small("400".parse()?) });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(*report.output(good).unwrap(), 42);
    let word = report.get("word").unwrap();
    assert_eq!(word.status(), Status::Failed);
    assert_eq!(word.reason().unwrap().to_string(), "not a number: invalid digit found in string");
    let Some(rungs::StepError::Failed(error)) = report.get("big").unwrap().error() else { panic!("no error") };
    assert_eq!(*error, Trouble::TooBig(400));
}

#[test]
fn borrowed_state_in_place() {
    let words = vec!["one".to_string(), "two".to_string()];
    let mut sum = 0;
    let mut p = Pipeline::new("borrowing");
    let first = p.step("first").run(|| async { Ok(words[0].as_str().len()) });
    p.step("second").needs(first).run(|n| {
        sum += *n + words[1].len();
        async { Ok(()) }
    });
    assert!(block(p.run(&NoClock)).unwrap().is_success());
    drop(p);
    assert_eq!(sum, 6);
    drop(words);
}

#[test]
fn a_step_is_told_its_attempt() {
    let mut p = Pipeline::with_error::<&str>("context");
    let n = p.step("n").run(|| async { Ok(40) });
    let step = p
        .step("step")
        .needs(n)
        .retries(4)
        .run_with(|cx, n| async move { if cx.attempt() < 3 { Err("not yet") } else { Ok(*n + cx.attempt()) } });
    assert_eq!(*block(p.run(&NoClock)).unwrap().output(step).unwrap(), 43);
}

#[test]
fn handles_are_equal_if_they_stand_for_the_same_step() {
    let add = |p: &mut Pipeline<'static>, name| p.step(name).run(|| async { Ok(1) });
    let (mut p, mut q) = (Pipeline::new("p"), Pipeline::new("q"));
    let (a, b, other) = (add(&mut p, "a"), add(&mut p, "b"), add(&mut q, "a"));
    let names = std::collections::HashMap::from([(a, "a"), (b, "b"), (other, "other")]);
    assert_eq!([a, b, other].map(|handle| names[&handle]), ["a", "b", "other"]);
    let again = a;
    assert!(a == again && a != b && a != other);
}

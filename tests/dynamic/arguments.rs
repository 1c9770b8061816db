//! Inputs: the arguments of a run.

use rungs::{CancelToken, Config, NoClock, Order, Pipeline, PlanErrorKind, Settings, Status};

use crate::support::{Log, Sim, block, drive, fates, ms};

#[test]
fn each_run_has_its_own_argument() {
    let mut p: Pipeline<'_> = Pipeline::new("page");
    let number = p.input::<u64>("number");
    let name = p.input::<String>("name");
    let line = p.step("line").needs((name, number)).run(async |name, number| Ok(format!("{name}: {number}")));
    p.step("by name").depends_on(["number"]).run(async |inputs| Ok(*inputs.get::<u64>("number")? + 1));
    let mut reports = Vec::new();
    for n in 1..=3_u64 {
        let run = p.runner().given(number, n).given_named("name", format!("run {n}")).run(&NoClock);
        reports.push(block(run).unwrap());
    }
    for (report, n) in reports.iter().zip(1..) {
        assert_eq!(*report.output(line).unwrap(), format!("run {n}: {n}"));
        assert_eq!(*report.output(number).unwrap(), n);
        assert_eq!(*report.output_named::<u64>("by name").unwrap(), n + 1);
    }
    // An argument of an earlier run is no argument of the next one.
    let error = block(p.runner().given(number, 4).run(&NoClock)).unwrap_err();
    assert_eq!(
        error.mistakes(),
        [PlanErrorKind::MissingInput { input: "name".into(), value_type: "alloc::string::String" }]
    );
}

#[test]
fn whatever_is_wrong_with_arguments_is_told_at_once() {
    let mut other: Pipeline<'_> = Pipeline::new("other");
    let foreign = other.input::<u8>("foreign");
    let mut p: Pipeline<'_> = Pipeline::new("page");
    let number = p.input::<u64>("number");
    p.input::<bool>("flag");
    p.input::<i8>("missing");
    let step = p.step("step").run(async || Ok(1_u64));
    let runner = p
        .runner()
        .given(number, 1)
        .given_named("number", 2_u64)
        .given_named("flag", "yes")
        .given_named("flaw", true)
        .given(foreign, 3)
        .given(step, 4);
    let error = block(runner.run(&NoClock)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "pipeline `page` cannot run, 5 mistakes:\n\
         - step `flag` is of type `bool`, and is given a value of type `&str`\n\
         - a value is given for `flaw`, which does not exist; did you mean `flag`?\n\
         - a value of type `u8` is given for a handle of another pipeline\n\
         - step `number` is given more than once\n\
         - input `missing` of type `i8` is missing: call `.given(..)` on the runner",
    );
    // The plan itself is right.
    p.check().unwrap();
}

#[test]
fn an_input_is_shown_as_one() {
    let log = Log::new();
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_> = Pipeline::new("page");
    let number = p.input::<u64>("number");
    p.step("price").needs(number).run(async |number| Ok(clock.sleep(ms(*number)).await));
    assert_eq!(
        p.visualize().to_string().lines().skip(2).collect::<Vec<_>>(),
        ["Level 0:", "  - number (input)", "Level 1:", "  - price <- [number]"],
    );
    assert!(p.visualize().mermaid().to_string().contains("s0[/\"number\"/]\n    s1[\"price\"]\n"));
    assert!(
        p.visualize()
            .dot()
            .to_string()
            .contains("s0 [label=\"number\", shape=parallelogram];\n    s1 [label=\"price\"];\n")
    );
    assert!(p.plan().unwrap().steps().map(|step| step.is_input()).eq([true, false]));

    let report = drive(&sim, p.runner().given(number, 5).observe(log.clone()).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["number success 0..0", "price success 0..5"]);
    assert_eq!(log.lines()[1..3], ["0 number: started", "0 number: success"]);
    assert!(report.to_string().lines().any(|line| line.starts_with("number") && line.ends_with("  (input)")));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!((&json["steps"][0]["input"], json["steps"][1].get("input")), (&true.into(), None));
}

#[test]
fn an_input_takes_no_defaults_and_is_skipped_by_a_stop() {
    let token = CancelToken::new();
    let mut p: Pipeline<'_> = Pipeline::new("page");
    p.defaults(Settings::DEFAULT.timeout(ms(5)).retries(3).optional());
    let number = p.input::<Vec<u8>>("number");
    p.step("price").timeout(ms(1)).needs(number).run(async |_| Ok(()));
    let plan = p.plan().unwrap();
    assert_eq!(*plan.get("number").unwrap().settings(), Settings::DEFAULT);
    assert_eq!(plan.get("price").unwrap().settings().get_retries(), 3);
    token.drain();
    let sim = Sim::new();
    let clock = sim.clock();
    let report = drive(&sim, p.runner().cancel(&token).given(number, vec![1]).run(&clock)).unwrap();
    assert_eq!(report.count(Status::Skipped), 2);
    assert_eq!(report.output(number).unwrap_err().to_string(), "`number` has no result: the run was drained");
}

#[test]
fn inputs_fit_every_order_and_every_limit() {
    for config in
        [Config::DEFAULT.max_concurrent(1), Config::DEFAULT.order(Order::Levels), Config::DEFAULT.poll_budget(1)]
    {
        let mut p: Pipeline<'_> = Pipeline::new("wide");
        let inputs: Vec<_> = ["a", "b", "c"].map(|name| p.input::<u32>(name)).into();
        let sum =
            p.step("sum").needs(inputs.clone()).run(async |parts| Ok(parts.iter().map(|part| **part).sum::<u32>()));
        let runner =
            inputs.into_iter().zip(1..).fold(p.runner().config(config), |runner, (input, n)| runner.given(input, n));
        assert_eq!(*block(runner.run(&NoClock)).unwrap().output(sum).unwrap(), 6);
    }
}

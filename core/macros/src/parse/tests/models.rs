use super::model;
use crate::model::{Access, By, Edge, EdgeKind, OnFailure, Order, ParamKind, Pipeline, When};
use quote::ToTokens;

const ARGS: &str = "error = BringUp, name = \"bring-up\", max_concurrent = 2, order = levels, on_failure = drain, \
    deadline = secs(30), clean_up_deadline = secs(5), poll_budget = 16, resources(bus = 2, pool = LIMIT)";

const ITEMS: &str = "
    use super::*;
    pub struct Board<B: I2c> where B: Send { pub rail: Rail, pub i2c: B, pub radio: Radio, spare: u8 }
    #[step(timeout = ms(50))]
    async fn power(rail: &mut Rail) -> Result<Rails, BringUp> { todo!() }
    #[step(retries = 3, backoff = exponential(ms(10)))]
    pub async fn imu<B: I2c>(i2c: &mut B, power: &Rails) -> Result<Imu, BringUp> { todo!() }
    #[step(retries = 1, retry_delay = ms(1), retry_if = BringUp::is_transient, retry_on_timeout = false, timeout = ms(2))]
    async fn baro<B: I2c>(i2c: &mut B, power: &Rails) -> Result<Baro, BringUp> { todo!() }
    #[step(skip_on_error, optional, after(power), uses(pool = 1, bus = 2), expected = ms(1), deadline = ms(2))]
    async fn announce(imu: &Imu, cx: &StepCx, radio: &Radio) -> Result<(), BringUp> { todo!() }
    fn helper() {}
    #[step(when_all_done)]
    async fn tidy(radio: &mut Radio, announce: Result<&(), Cause>) -> Result<(), BringUp> { todo!() }
";

fn board() -> Pipeline {
    model(ARGS, ITEMS)
}

fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

#[test]
fn a_pipeline() {
    let board = board();
    assert_eq!(board.name, "bring-up");
    assert_eq!(board.ident, "bring_up");
    assert_eq!(text(&board.error), "BringUp");
    assert_eq!(text(&board.config.max_concurrent), "2");
    assert_eq!(text(&board.config.deadline), "secs (30)");
    assert_eq!(text(&board.config.clean_up_deadline), "secs (5)");
    assert_eq!(text(&board.config.poll_budget), "16");
    assert_eq!(board.config.order, Some(Order::Levels));
    assert_eq!(board.config.on_failure, Some(OnFailure::Drain));
    let resources: Vec<_> = board.resources.iter().map(|r| (r.name.to_string(), text(&r.units))).collect();
    assert_eq!(resources, [("bus".into(), "2".into()), ("pool".into(), "LIMIT".into())]);
    assert_eq!(board.items.len(), 8);
    assert!(!board.items.iter().any(|item| text(item).contains("step")));
    assert_eq!(model("error = E", "").name, "bring_up");
}

#[test]
fn a_context() {
    let context = board().context.unwrap();
    assert_eq!(context.ident, "Board");
    assert_eq!(text(&context.generics.where_clause), "where B : Send");
    let fields: Vec<_> = context
        .fields
        .iter()
        .map(|f| (f.ident.to_string(), f.place.access != Access::Shared, f.place.users.clone()))
        .collect();
    assert_eq!(
        fields,
        [
            ("rail".into(), true, vec![0]),
            ("i2c".into(), true, vec![1, 2]),
            ("radio".into(), true, vec![3, 4]),
            ("spare".into(), false, vec![]),
        ]
    );
    assert_eq!(text(&context.fields[1].ty), "B");
}

#[test]
fn one_mutable_user_makes_a_field_exclusive() {
    let exclusive = |radio: [&str; 2]| {
        let [first, second] = radio.map(|radio| format!("radio: {radio} Radio"));
        let steps = format!("#[step] async fn a({first}) -> R {{}} #[step] async fn b({second}) -> R {{}}");
        let context = model("error = E", &format!("struct Board {{ radio: Radio }} {steps}")).context.unwrap();
        context.fields[0].place.access != Access::Shared
    };
    assert!(exclusive(["&", "&mut"]) && exclusive(["&mut", "&"]) && exclusive(["&mut", "&mut"]));
    assert!(!exclusive(["&", "&"]));
}

#[test]
fn steps() {
    let steps = board().steps;
    let names: Vec<_> = steps.iter().map(|step| step.ident.to_string()).collect();
    assert_eq!(names, ["power", "imu", "baro", "announce", "tidy"]);
    assert_eq!(text(&steps[1].output), "Result < Imu , BringUp >");
    assert_eq!(text(&steps[1].generics), "< B : I2c >");
    let kinds = |step: usize| steps[step].params.iter().map(|param| param.kind).collect::<Vec<_>>();
    assert_eq!(kinds(1), [ParamKind::Field { field: 1, by: By::Mut }, ParamKind::Result { step: 0, by: By::Ref }]);
    assert_eq!(
        kinds(3),
        [ParamKind::Result { step: 1, by: By::Ref }, ParamKind::Context, ParamKind::Field { field: 2, by: By::Ref }]
    );
    assert_eq!(steps[4].params[1].ident, "announce");
    assert_eq!(text(&steps[4].params[1].ty), "Result < & () , Cause >");
    let uses: Vec<_> = steps[3].uses.iter().map(|(resource, units)| (*resource, text(units))).collect();
    assert_eq!(uses, [(1, "1".into()), (0, "2".into())]);
}

#[test]
fn settings() {
    let steps = board().steps;
    let said = |step: usize| {
        let s = &steps[step].settings;
        let all = [
            &s.retries,
            &s.backoff,
            &s.retry_delay,
            &s.retry_if,
            &s.timeout,
            &s.retry_on_timeout,
            &s.deadline,
            &s.expected,
        ];
        all.map(text).join("|")
    };
    assert_eq!(said(0), "||||ms (50)|||");
    assert_eq!(said(1), "3|exponential (ms (10))||||||");
    assert_eq!(said(2), "1||ms (1)|BringUp :: is_transient|ms (2)|false||");
    assert_eq!(said(3), "||||||ms (2)|ms (1)");
    let forever = &model("error = E", "#[step(retry_forever)] async fn a() -> R {}").steps[0];
    assert!(forever.settings.retry_forever && !steps[1].settings.retry_forever);
    let whens: Vec<_> = steps.iter().map(|step| (step.settings.when, step.settings.optional == Some(true))).collect();
    assert_eq!(whens[2..], [(When::AllSucceeded, false), (When::SkipOnError, true), (When::AllDone, false)]);
    let failed = &model("error = E", "#[step(when_any_failed)] async fn a() -> R {}").steps[0];
    assert_eq!(failed.settings.when, When::AnyFailed);
    assert!(!failed.settings.never_cancel && !failed.may_skip_itself);
    let found = &model("error = E", "#[step(when_none_failed, never_cancel, maybe)] async fn a() -> R {}").steps[0];
    assert_eq!(found.settings.when, When::NoneFailed);
    assert!(found.settings.never_cancel && found.may_skip_itself);
}

#[test]
fn a_step_that_needs_all_before_it() {
    let items = "#[step] async fn a() -> R {} #[step(follows(a))] async fn b() -> R {}
                 #[step(when_all_done, after_all)] async fn tidy(b: Result<&u8, Cause>) -> R {} #[step] async fn c() -> R {}";
    let graph = model("error = E", items).graph;
    let edges = |step: usize| graph.needs[step].iter().map(|edge| (edge.step, edge.kind)).collect::<Vec<_>>();
    assert_eq!(edges(1), [(0, EdgeKind::Order)]);
    assert_eq!(edges(2), [(1, EdgeKind::Result), (0, EdgeKind::AfterAll)]);
    assert_eq!(graph.levels, [0, 1, 2, 0]);
    assert_eq!(graph.lanes[0], [0, 1, 2]);
}

#[test]
fn a_graph() {
    let graph = board().graph;
    let edges = |step: usize| graph.needs[step].iter().map(|edge| (edge.step, edge.kind)).collect::<Vec<_>>();
    let (result, after, order) = (EdgeKind::Result, EdgeKind::After, EdgeKind::Order);
    assert_eq!(edges(0), []);
    assert_eq!(edges(1), [(0, result)]);
    assert_eq!(edges(2), [(0, result), (1, order)]);
    assert_eq!(edges(3), [(1, result), (0, after)]);
    assert_eq!(graph.needs[4], [Edge { step: 3, kind: result }]);
    assert_eq!(graph.order, [0, 1, 2, 3, 4]);
    assert_eq!(graph.levels, [0, 1, 2, 2, 3]);
    assert_eq!(graph.lanes, [vec![0, 1, 2], vec![3, 4]]);
}

//! Pictures of plans, exactly.

use rungs::{NoClock, Pipeline};

use crate::support::{block, ms};

async fn never() -> Result<(), rungs::BoxError> {
    panic!("executed for a picture")
}

#[test]
fn the_text_form() {
    let mut p = Pipeline::new("etl");
    p.step("tidy").after_named(["report", "users"]).when_all_done().run(never);
    let users = p.step("users").run(|| async { Ok(1) });
    let orders = p.step("orders").run(|| async { Ok(2) });
    let merge = p.step("merge").needs((users, orders)).run(|a, b| async move { Ok(*a + *b) });
    p.step("report").needs(merge).run(|_| async { Ok(()) });
    assert_eq!(
        p.visualize().to_string(),
        "\
Pipeline: etl
========================================
Level 0:
  - users
  - orders
Level 1:
  - merge <- [users, orders]
Level 2:
  - report <- [merge]
Level 3:
  - tidy <- [report, users]
",
    );
}

#[test]
fn an_empty_plan() {
    let mut p = Pipeline::new("empty");
    assert_eq!(p.visualize().to_string(), "Pipeline: empty\n========================================\n");
    assert_eq!(p.visualize().mermaid().to_string(), "flowchart TD\n");
    assert_eq!(p.visualize().dot().to_string(), "digraph \"empty\" {\n}\n");
}

#[test]
fn mermaid_and_dot() {
    let mut p = Pipeline::new("say \"hi\"");
    let a = p.step("a \"quoted\" #1 <b>").run(|| async { Ok(()) });
    let b = p.step("back\\slash\nline").run(|| async { Ok(()) });
    p.step("c").needs(a).after(b).run(|_| async { Ok(()) });
    assert_eq!(
        p.visualize().mermaid().to_string(),
        r##"flowchart TD
    s0["a #quot;quoted#quot; #35;1 #lt;b#gt;"]
    s1["back#92;slash#92;nline"]
    s2["c"]
    s0 --> s2
    s1 -.-> s2
"##,
    );
    assert_eq!(
        p.visualize().dot().to_string(),
        r#"digraph "say \"hi\"" {
    s0 [label="a \"quoted\" #1 <b>"];
    s1 [label="back\\slash\\nline"];
    s2 [label="c"];
    s0 -> s2;
    s1 -> s2 [style=dashed];
}
"#,
    );
}

#[test]
fn what_a_run_would_do_is_in_each_form() {
    let mut p = Pipeline::new("site");
    let version = p.input::<u8>("version");
    let old = p.step("old").run(|| async { Ok(1) });
    let pages = p.step("pages").needs((old, version)).expected(ms(1_500)).run(async |_, _| Ok(3));
    let index = p.step("index").needs(pages).done_if(|| async { Ok(None::<()>) }).run(async |_| Ok(()));
    p.step("search").after(pages).run(never);
    p.step("alarm").after(index).when_any_failed().run(never);
    let run = p.runner().given(version, 7).given(old, 1).only(index);
    let picture = block(run.explain(&NoClock)).unwrap();
    let picture = picture.visualize();
    assert_eq!(
        picture.to_string(),
        "\
Pipeline: site
========================================
Level 0:
  - version (input) (starts at 0)
  - old (given)
Level 1:
  - pages (starts at 0, takes 1.50 s) <- [old, version]
Level 2:
  - index (starts at 1.50 s) <- [pages]
  - search (not selected) <- [pages]
Level 3:
  - alarm (not needed) <- [index]
",
    );
    assert_eq!(
        picture.mermaid().to_string(),
        r##"flowchart TD
    s0[/"version<br>starts at 0"/]
    style s0 stroke-width:3px
    s1["old<br>given"]
    s2["pages<br>starts at 0, takes 1.50 s"]
    style s2 stroke-width:3px
    s3["index<br>starts at 1.50 s"]
    style s3 stroke-width:3px
    s4["search<br>not selected"]
    style s4 stroke-dasharray:4
    s5["alarm<br>not needed"]
    style s5 stroke-dasharray:4
    s1 --> s2
    s0 --> s2
    s2 --> s3
    s2 -.-> s4
    s3 -.-> s5
"##,
    );
    assert_eq!(
        picture.dot().to_string(),
        r#"digraph "site" {
    s0 [label="version\nstarts at 0", style=bold, shape=parallelogram];
    s1 [label="old\ngiven"];
    s2 [label="pages\nstarts at 0, takes 1.50 s", style=bold];
    s3 [label="index\nstarts at 1.50 s", style=bold];
    s4 [label="search\nnot selected", style=dashed];
    s5 [label="alarm\nnot needed", style=dashed];
    s1 -> s2;
    s0 -> s2;
    s2 -> s3;
    s2 -> s4 [style=dashed];
    s3 -> s5 [style=dashed];
}
"#,
    );
}

#[test]
fn a_cycle_has_a_picture_too() {
    let mut p = Pipeline::new("circle");
    p.step("hen").after_named(["egg"]).run(|| async { Ok(()) });
    p.step("egg").after_named(["hen"]).run(|| async { Ok(()) });
    assert_eq!(
        p.visualize().to_string(),
        "\
Pipeline: circle
========================================
No levels, as there is a cycle:
  - hen <- [egg]
  - egg <- [hen]
",
    );
}

#[test]
fn a_need_that_does_not_exist_is_not_drawn_as_another_step() {
    let mut p = Pipeline::new("unknown");
    p.step("first").run(|| async { Ok(()) });
    p.step("asks").after_named(["nobody"]).run(|| async { Ok(()) });
    let text = p.visualize().to_string();
    assert!(!text.contains("[first]"), "{text}");
    assert!(!text.contains("cycle"), "{text}");
    assert!(!p.visualize().mermaid().to_string().contains("s0 -.-> s1"));
}

#[test]
fn a_handle_of_another_pipeline_is_not_drawn_as_a_step_of_this() {
    let mut other = Pipeline::new("other");
    let theirs = other.step("theirs").run(|| async { Ok(()) });
    let mut p = Pipeline::new("here");
    p.step("first").run(|| async { Ok(()) });
    p.step("asks").after(theirs).run(|| async { Ok(()) });
    let text = p.visualize().to_string();
    assert!(text.ends_with("Level 0:\n  - first\n  - asks\n"), "{text}");
}

/// Quadratic work would take minutes here.
#[test]
fn a_chain_of_a_hundred_thousand_steps_has_pictures() {
    const STEPS: usize = 100_000;
    let mut p = Pipeline::new("long");
    let mut last = p.step("0").run(|| async { Ok(()) });
    for step in 1..STEPS {
        last = p.step(&step.to_string()).after(last).run(|| async { Ok(()) });
    }
    let picture = p.visualize();
    let text = picture.to_string();
    assert_eq!(text.lines().count(), 2 + 2 * STEPS);
    assert!(text.ends_with("Level 99999:\n  - 99999 <- [99998]\n"));
    assert_eq!(picture.mermaid().to_string().lines().count(), 2 * STEPS);
    assert_eq!(picture.dot().to_string().lines().count(), 2 * STEPS + 1);
}

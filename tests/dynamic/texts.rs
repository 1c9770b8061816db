//! Names and errors of any content in what a person reads: nothing that they contain ends a line of ours, or forges one.

use rungs::{Event, NoClock, Pipeline, PlanError};

use crate::support::{Sim, block, drive, ms};

/// Names that break a log, a terminal, a picture or a table, if they are written as they are.
pub(crate) fn odd_names() -> Vec<String> {
    let names = [
        "",
        " ",
        "\0",
        "nul\0in the middle",
        "two\nlines",
        "over\rwritten",
        "both\r\n",
        "next\u{85}line",
        "separated\u{2028}lines\u{2029}",
        "vertical\u{b}tab, form\u{c}feed",
        "tab\tbed",
        "\u{1b}[2J\u{1b}[31mred",
        "\u{9b}31mred",
        "\u{202e}desrever\u{202c}",
        "\u{2067}isolated\u{2069}\u{200f}",
        "\u{200b}\u{feff}\u{ad}",
        "\u{e0041}\u{e0042}",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "\u{5927}\u{5c0f}",
        "e\u{301}",
        "end",
        "subgraph",
        "x\"]; click s0 \"javascript:alert(1)\"",
        "%%{init: {\"theme\": \"dark\"}}%%",
        "%% comment",
        "`**bold** _it_`",
        "*star* _under_ ~~gone~~ snake_case",
        "1. first",
        "- list",
        "# head",
        "    code",
        "$$x^2$$",
        "fa:fa-car",
        "style a:b #quot;",
        "<script>alert(1)</script><br/>",
        "&amp; &#35; #35; #quot; &",
        "back\\slash\\",
        "\\N \\G \\l \\n",
        "\"",
        "a, b] <- [c",
        "`a` failed",
        "\u{fb02}\u{b0}\u{b0}35\u{b6}\u{df}",
    ];
    names.map(String::from).into_iter().chain(["long ".repeat(100_000)]).collect()
}

/// A chain of steps with these names; a name that an earlier step has gets a number.
pub(crate) fn chain<'a>(pipeline: &str, names: &[String]) -> Pipeline<'a, String> {
    let mut p = Pipeline::with_error(pipeline);
    let mut last: Option<rungs::Handle<()>> = None;
    for name in names {
        let step = p.step(name);
        last = Some(match last {
            Some(before) => step.after(before).run(|| async { Ok(()) }),
            None => step.run(|| async { Ok(()) }),
        });
    }
    p
}

/// Whether a text has so many lines, by all that anybody takes for the end of one, and nothing that acts on a terminal.
pub(crate) fn is_clean(text: &str, lines: usize) -> bool {
    let acts = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.lines().count() == lines && !text.contains(acts)
}

fn with_events<'a>(p: &mut Pipeline<'a, String>) -> (rungs::Report<String>, Vec<String>) {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut events = Vec::new();
    let run = p.runner().on_event(|event: &Event<'_, String>| events.push(event.to_string())).run(&clock);
    let report = drive(&sim, run).unwrap();
    (report, events)
}

#[test]
fn a_name_of_any_content_stays_on_its_line() {
    let names = odd_names();
    let mut p = chain("odd\nname \u{202e}", &names);
    let (report, events) = with_events(&mut p);
    let table = report.to_string();
    assert!(is_clean(&table, names.len() + 3), "a title, a head, a line per step and the last one: {table}");
    for event in &events {
        assert!(is_clean(event, 1), "{event:?}");
    }
    assert_eq!(events.len(), 2 * names.len() + 2);
    let text = p.visualize().to_string();
    assert!(is_clean(&text, 2 + 2 * names.len()), "a title, a rule, and a level with a line per step: {text}");
    assert!(is_clean(&p.visualize().mermaid().to_string(), 2 * names.len()));
    assert!(is_clean(&p.visualize().dot().to_string(), 2 * names.len() + 1));
}

#[test]
fn long_names_are_cut_and_empty_ones_are_seen() {
    let names = [String::new(), "n".repeat(100), "n".repeat(101)];
    let mut p = chain("", &names);
    let (report, events) = with_events(&mut p);
    let (whole, cut) = ("n".repeat(100), format!("{}…", "n".repeat(100)));
    let table = report.to_string();
    let starts = ["Report: \"\"".to_string(), "step".into(), "\"\" ".into(), format!("{whole} "), format!("{cut} ")];
    for (line, start) in table.lines().zip(starts) {
        assert!(line.starts_with(&start), "{line:?} {start:?}");
    }
    assert!(events.contains(&format!("{cut}: success")), "{events:#?}");
    assert!(p.visualize().to_string().contains(&format!("  - {cut} <- [{whole}]\n")));
    assert!(p.visualize().dot().to_string().contains(&format!("[label=\"{cut}\"]")));
    assert!(p.visualize().mermaid().to_string().contains(&format!("[\"{cut}\"]")));
}

#[test]
fn names_are_found_and_told_to_machines_as_they_are() {
    let names = odd_names();
    let mut p = chain("odd\nname", &names);
    let report = block(p.run(&NoClock)).unwrap();
    for name in &names {
        assert_eq!(report.get(name).unwrap().name(), name);
    }
    let json: serde_json::Value = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert_eq!(json["pipeline"], "odd\nname");
    let told: Vec<_> = json["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(told, names);
    assert_eq!(json["edges"][3]["from"], names[3]);
}

#[test]
fn a_name_cannot_forge_the_line_of_another_step() {
    let mut p = Pipeline::with_error::<&str>("forged");
    p.step("deploy\nbackup  success        1         0         0").run(|| async { Ok(()) });
    p.step("backup").run(|| async { Err::<(), _>("disk full") });
    let report = block(p.run(&NoClock)).unwrap().to_string();
    let lines: Vec<_> = report.lines().filter(|line| line.starts_with("backup")).collect();
    assert!(matches!(lines[..], [line] if line.contains("failed")), "{report}");
}

#[test]
fn an_error_of_any_content_stays_on_its_line() {
    for odd in odd_names() {
        let error = format!("no{odd}backup  success");
        let shown = error.clone();
        let mut p = Pipeline::with_error::<String>("forged");
        p.step("deploy").retries(1).run(move || {
            let error = error.clone();
            async { Err::<(), _>(error) }
        });
        let (report, events) = with_events(&mut p);
        let table = report.to_string();
        assert!(is_clean(&table, 4), "{table:?}");
        assert!(events.iter().all(|event| is_clean(event, 1)), "{events:?}");
        assert!(is_clean(&report.get("deploy").unwrap().reason().unwrap().to_string(), 1));
        let error = report.output_named::<()>("deploy").unwrap_err();
        assert!(is_clean(&format!("{error:#}"), 1), "{error}");
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["steps"][0]["error"][0], shown.as_str());
        let error = report.into_result().unwrap_err();
        assert!(is_clean(&format!("{error:#}"), 1), "{error}");
    }
}

#[test]
fn an_error_of_several_lines_is_whole_on_one() {
    let mut p = Pipeline::with_error::<&str>("lines");
    p.step("parse").run(|| async { Err::<(), _>("line 2:\n  x = \n      ^ a value") });
    let report = block(p.run(&NoClock)).unwrap();
    let line = report.to_string().lines().nth(2).unwrap().to_string();
    assert_eq!(line, "parse  failed         1         0         0  line 2:\\n  x = \\n      ^ a value");
}

#[test]
fn a_panic_of_any_content_stays_on_its_line() {
    let mut p = Pipeline::with_error::<String>("panics");
    p.step("bad").run(|| async { if true { panic!("one\ntwo\u{1b}[2J") } else { Ok(()) } });
    let (report, events) = with_events(&mut p);
    assert!(is_clean(&report.to_string(), 4), "{report}");
    assert!(events.contains(&"bad: failed: panicked: one\\ntwo\\u{1b}[2J".to_string()), "{events:?}");
}

#[test]
fn a_wrong_plan_has_a_line_per_mistake() {
    for odd in odd_names().into_iter().filter(|name| name.len() < 1_000) {
        let mut p = Pipeline::with_error::<&str>(&odd);
        p.step(&odd).after_named([format!("{odd}?")]).uses(&odd, 1).run(|| async { Ok(()) });
        p.step("hen").after_named(["egg"]).run(|| async { Ok(()) });
        p.step("egg").after_named(["hen", &*odd]).run(|| async { Ok(()) });
        let error: PlanError = p.check().unwrap_err();
        assert!(is_clean(&error.to_string(), 1 + error.mistakes().len()), "{error}");
    }
}

#[test]
fn an_input_that_is_not_there_is_told_on_one_line() {
    let mut p = Pipeline::with_error::<String>("inputs");
    p.step("a").run(|| async { Ok(1) });
    p.step("b")
        .depends_on(["a"])
        .run(|inputs| async move { Err::<(), _>(inputs.get::<u8>("z\nforged: success").unwrap_err().to_string()) });
    let report = block(p.run(&NoClock)).unwrap();
    let Some(rungs::StepError::Failed(error)) = report.get("b").unwrap().error() else { panic!("no error") };
    assert_eq!(error, "`z\\nforged: success` is not among the needs of this step");
}

#[test]
fn wide_characters_keep_the_columns() {
    let names =
        ["plain", "\u{5927}\u{5c0f}", "e\u{301}t\u{e9}", "\u{1f469}\u{200d}\u{1f680}", "tab\t"].map(String::from);
    let mut p = chain("wide", &names);
    let report = block(p.run(&NoClock)).unwrap();
    let before = |line: &str| line[..line.find("success").unwrap()].to_string();
    let columns: Vec<_> = report.to_string().lines().skip(2).take(names.len()).map(before).collect();
    assert_eq!(
        columns,
        ["plain  ", "\u{5927}\u{5c0f}   ", "e\u{301}t\u{e9}    ", "\u{1f469}\u{200d}\u{1f680}     ", "tab\\t  "]
    );
}

/// Random texts from an alphabet of characters that break something.
#[test]
fn random_names_and_errors_never_break_a_line() {
    let mut random = Random(0x5eed);
    for round in 0..400 {
        let names = random.names(8);
        let errors: Vec<_> = names.iter().map(|_| random.text()).collect();
        let mut p = Pipeline::with_error::<String>(&random.text());
        for (name, error) in names.iter().zip(&errors) {
            let (error, fails) = (error.clone(), random.below(3) > 0);
            let step = p.step(name).retries(random.below(2) as u32).timeout(ms(5));
            step.run(move || {
                let error = error.clone();
                async move { if fails { Err(error) } else { Ok(()) } }
            });
        }
        let (report, events) = with_events(&mut p);
        let told = format!("round {round}: {names:?}, {errors:?}");
        assert!(is_clean(&report.to_string(), names.len() + 3), "{told}: {report}");
        assert!(events.iter().all(|event| is_clean(event, 1)), "{told}: {events:?}");
        assert!(is_clean(&p.visualize().to_string(), 3 + names.len()), "{told}");
    }
}

/// Numbers that are the same in each run (xorshift).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn text(&mut self) -> String {
        const ALPHABET: &[&str] = &[
            "a",
            "B",
            "7",
            " ",
            "_",
            "-",
            ".",
            ":",
            ";",
            ",",
            "\"",
            "'",
            "`",
            "\\",
            "/",
            "#",
            "%",
            "&",
            "*",
            "~",
            "$",
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            "<",
            ">",
            "|",
            "=",
            "+",
            "!",
            "\0",
            "\t",
            "\n",
            "\r",
            "\u{b}",
            "\u{c}",
            "\u{1b}",
            "\u{7f}",
            "\u{85}",
            "\u{9b}",
            "\u{2028}",
            "\u{2029}",
            "\u{202e}",
            "\u{2066}",
            "\u{200d}",
            "\u{feff}",
            "\u{301}",
            "\u{5927}",
            "\u{1f680}",
            "\u{fb02}",
            "\u{b6}",
            "&amp;",
            "<br>",
            "\\N",
            "#quot;",
            "style ",
            "end",
            "%%{",
            "fa:fa-car",
        ];
        (0..self.below(9)).map(|_| ALPHABET[self.below(ALPHABET.len())]).collect()
    }

    /// Names, each of another content.
    pub(crate) fn names(&mut self, most: usize) -> Vec<String> {
        let mut names: Vec<_> = (0..=self.below(most)).map(|_| self.text()).collect();
        names.sort();
        names.dedup();
        names
    }
}

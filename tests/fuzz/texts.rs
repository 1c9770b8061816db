//! Names and errors of odd characters: in the lines that people read they end no line, hide nothing and turn nothing around;
//! machines get them as they are.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "texts/case.rs"]
mod case;
#[path = "shared/draw.rs"]
mod draw;

use case::{Case, Played};
use rungs::{Cause, StepError};
use serde_json::Value;

/// Whether a text has this many lines, by whatever anybody takes for the end of one, and no character that acts on a terminal
/// or on the direction of the text.
fn is_plain(text: &str, lines: usize) -> bool {
    let acts = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    // A line may be empty, as that of an error without a text.
    text.lines().count().max(1) == lines && !text.contains(acts)
}

#[track_caller]
fn assert_plain(text: &str, lines: usize, case: &Case) {
    assert!(is_plain(text, lines), "not {lines} plain lines: {text:?}: {case:#?}");
}

#[test]
fn lines() {
    bolero::check!().with_iterations(0).for_each(|bytes: &[u8]| check_lines(&Case::new(bytes)));
}

fn check_lines(case: &Case) {
    let steps = case.steps.len();
    let played = match case.play() {
        Ok(played) => played,
        Err(error) => return assert_plain(&error.to_string(), 1 + error.mistakes().len(), case),
    };
    let Played { report, events, pictures, levels } = played;
    // A title, a head, a line per step, and the sums.
    assert_plain(&report.to_string(), steps + 3, case);
    events.iter().for_each(|event| assert_plain(event, 1, case));
    let [text, mermaid, dot] = pictures;
    let edges = case.edges();
    assert_plain(&text, 2 + levels + steps, case);
    assert_plain(&mermaid, 1 + steps + edges, case);
    assert_plain(&dot, 2 + steps + edges, case);
    for step in &report {
        if let Some(reason) = step.reason() {
            assert_plain(&reason.to_string(), 1, case);
        }
        if let Err(error) = report.output_named::<u8>(step.name()) {
            assert_plain(&error.to_string(), 1, case);
        }
    }
    if let Err(error) = report.into_result() {
        assert_plain(&error.to_string(), 1, case);
    }
}

#[test]
fn machines() {
    bolero::check!().with_iterations(0).for_each(|bytes: &[u8]| check_machines(&Case::new(bytes)));
}

fn check_machines(case: &Case) {
    let played = match case.play() {
        Ok(played) => played,
        // Whatever the names, the text exists.
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let report = &played.report;
    let json: Value = serde_json::from_str(&serde_json::to_string(report).unwrap()).unwrap();
    assert_eq!((&json["pipeline"], report.pipeline()), (&Value::from(case.pipeline.as_str()), case.pipeline.as_str()));
    let told = json["steps"].as_array().unwrap();
    assert_eq!(told.len(), case.steps.len());
    for ((step, told), result) in case.steps.iter().zip(told).zip(report) {
        assert_eq!((&told["name"], result.name()), (&Value::from(step.name.as_str()), step.name.as_str()), "{case:#?}");
        assert_eq!(report.get(&step.name).unwrap().id(), result.id());
        if let (Some(error), Some(Cause::Failed)) = (&step.fails, result.cause()) {
            assert_eq!(result.error(), Some(StepError::Failed(error)));
            assert_eq!(told["error"][0], Value::from(error.as_str()), "{case:#?}");
        }
    }
    let edges = json["edges"].as_array().unwrap();
    assert_eq!(edges.len(), case.edges());
    for edge in edges {
        let step = |end: &str| case.steps.iter().position(|step| edge[end] == step.name.as_str()).unwrap();
        let (to, from) = (&case.steps[step("to")], step("from"));
        let by_name = to.by_name.as_ref() == Some(&case.steps[from].name);
        assert!(to.after.contains(&from) || by_name, "{case:#?}");
    }
}

//! A pipeline with such names and errors, and all texts of a run of it.

use crate::draw::Draw;
use rungs::{
    Handle, Pipeline, PipelineError, PlanError, Report,
    sim::{Sim, SimError},
};
use std::collections::BTreeSet;

/// Characters that end a line somewhere, act on a terminal, turn the text around, are not seen, take two columns, or mean
/// something in JSON, DOT, Mermaid or Markdown.
const CHARS: [char; 48] = [
    'a',
    'b',
    ' ',
    '\n',
    '\r',
    '\t',
    '\0',
    '\u{b}',
    '\u{c}',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{2028}',
    '\u{2029}',
    '\u{200e}',
    '\u{200f}',
    '\u{202a}',
    '\u{202e}',
    '\u{202c}',
    '\u{2066}',
    '\u{2069}',
    '\u{200b}',
    '\u{200d}',
    '\u{feff}',
    '\u{ad}',
    '\u{301}',
    '\u{5927}',
    '\u{1f468}',
    '\u{e0041}',
    '\u{10ffff}',
    '"',
    '\'',
    '\\',
    '`',
    '#',
    ';',
    '&',
    '<',
    '>',
    '[',
    ']',
    '{',
    '}',
    '%',
    '*',
    '|',
    'N',
];

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) pipeline: String,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: String,
    /// Its needs, by number, in ascending order.
    pub(crate) after: BTreeSet<usize>,
    /// A need by a name that hardly ever exists.
    pub(crate) by_name: Option<String>,
    /// The error with which it fails.
    pub(crate) fails: Option<String>,
    pub(crate) optional: bool,
    pub(crate) retries: u32,
}

/// A run and its texts.
pub(crate) struct Played {
    pub(crate) report: Report<String>,
    pub(crate) events: Vec<String>,
    /// As text, as Mermaid and as DOT.
    pub(crate) pictures: [String; 3],
    pub(crate) levels: usize,
}

fn text(draw: &mut Draw<'_>) -> String {
    let text: String = draw.some(9, |draw| draw.one_of(&CHARS)).into_iter().collect();
    if draw.once_in(16) { text.repeat(99) } else { text }
}

impl Case {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut draw = Draw::new(bytes);
        let pipeline = text(&mut draw);
        let count = draw.below(7);
        let mut steps: Vec<Step> = Vec::with_capacity(count);
        for at in 0..count {
            let mut name = text(&mut draw);
            // Mostly a name of its own, and sometimes that of another step, which is an error of the plan.
            if !draw.once_in(32) {
                while steps.iter().any(|step| step.name == name) {
                    name.push('a');
                }
            }
            steps.push(Step {
                name,
                after: draw.some(at.min(3), |draw| draw.below(at)).into_iter().collect(),
                by_name: draw.once_in(32).then(|| text(&mut draw)),
                fails: draw.once_in(2).then(|| text(&mut draw)),
                optional: draw.once_in(4),
                retries: draw.below(2) as u32,
            });
        }
        Self { pipeline, steps }
    }

    pub(crate) fn edges(&self) -> usize {
        self.steps.iter().map(|step| step.after.len() + usize::from(step.by_name.is_some())).sum()
    }

    pub(crate) fn play(&self) -> Result<Played, PlanError> {
        let mut p = self.build();
        let pictures =
            [p.visualize().to_string(), p.visualize().mermaid().to_string(), p.visualize().dot().to_string()];
        let levels = p.plan()?.depth();
        let mut events = Vec::new();
        let run =
            Sim::new().run(p.runner().on_event(|event: &rungs::Event<'_, String>| events.push(event.to_string())));
        match run {
            Ok(report) => Ok(Played { report, events, pictures, levels }),
            Err(SimError::Run(PipelineError::Plan(error))) => Err(error),
            Err(error) => panic!("{error}: {self:#?}"),
        }
    }

    fn build<'a>(&self) -> Pipeline<'a, String> {
        let mut p = Pipeline::with_error(&self.pipeline);
        let mut handles: Vec<Handle<()>> = Vec::new();
        for step in &self.steps {
            let after: Vec<_> = step.after.iter().map(|&need| handles[need]).collect();
            let builder = p.step(&step.name).after(after).after_named(&step.by_name).retries(step.retries);
            let builder = if step.optional { builder.optional() } else { builder };
            let fails = step.fails.clone();
            handles.push(builder.run(move || std::future::ready(fails.clone().map_or(Ok(()), Err))));
        }
        p
    }
}

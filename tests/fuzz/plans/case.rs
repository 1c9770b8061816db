//! What is built: steps with names from a small pool, so that many of them meet.

use crate::draw::Draw;
use rungs::When;

/// Names that are easily taken for one another, for nothing, or for more than a name.
pub(crate) const NAMES: [&str; 16] =
    ["a", "b", "c", "d", "e", "f", "A", "", " ", "a ", "\n", "\0", "`a`", "\u{202e}a", "\u{e4}", "a\u{308}"];

/// A pipeline, as it is written.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) resources: Vec<(&'static str, u32)>,
    pub(crate) steps: Vec<Step>,
    pub(crate) max_concurrent: u32,
    pub(crate) levels: bool,
    pub(crate) seed: u64,
}

/// A step, as it is written.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// The needs whose results it takes, by name.
    pub(crate) depends_on: Vec<&'static str>,
    /// The needs by name whose results it does not take.
    pub(crate) after_named: Vec<&'static str>,
    /// Steps before this one, by handle.
    pub(crate) after: Vec<usize>,
    pub(crate) uses: Vec<(&'static str, u32)>,
    pub(crate) when: When,
    pub(crate) retries: u32,
    pub(crate) optional: bool,
    pub(crate) act: Act,
    /// What the caller does before this step is added.
    pub(crate) before: Before,
}

/// What each attempt of a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Succeed,
    Sleep,
    Fail,
    /// Only with a timeout, which ends it.
    Hang,
    Panic,
}

/// What the caller does between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    Nothing,
    /// Begins a step and never adds it.
    Abandon,
    /// Checks what there is so far.
    Check,
    /// Looks at the diagram of what there is so far.
    Visualize,
}

impl Case {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut draw = Draw::new(bytes);
        let resources = draw.some(3, |draw| (draw.one_of(&NAMES), draw.below(4) as u32));
        // Mistakes are drawn for the whole case: if each step could have them, hardly any plan would be right.
        let is_tidy = !draw.once_in(3);
        let count = draw.below(13);
        let mut steps: Vec<Step> = Vec::with_capacity(count);
        for at in 0..count {
            let step = Step::new(&mut draw, at, &resources, is_tidy);
            steps.push(step);
        }
        let (max_concurrent, levels) = (1 + draw.below(4) as u32, draw.once_in(4));
        Self { resources, steps, max_concurrent, levels, seed: draw.below(256) as u64 }
    }
}

impl Step {
    fn new(draw: &mut Draw<'_>, at: usize, resources: &[(&'static str, u32)], is_tidy: bool) -> Self {
        // The names of a tidy plan are all different, and its needs lead to lower numbers.
        let mut needed = |draw: &mut Draw<'_>| match is_tidy {
            true => NAMES[draw.below(at)],
            false => draw.one_of(&NAMES),
        };
        let most = if is_tidy && at == 0 { 0 } else { 3 };
        Self {
            name: if is_tidy || draw.below(8) != 7 { NAMES[at] } else { draw.one_of(&NAMES) },
            depends_on: draw.some(most, &mut needed),
            after_named: draw.some(most.min(2), &mut needed),
            after: if at == 0 { Vec::new() } else { draw.some(2, |draw| draw.below(at)) },
            uses: if is_tidy {
                let units =
                    |draw: &mut Draw<'_>, most: u32| if most == 0 { 0 } else { draw.below(1 + most as usize) as u32 };
                let free = |name| resources.iter().rfind(|(other, _)| *other == name).map_or(0, |(_, units)| *units);
                match draw.below(1 + resources.len()) {
                    0 => Vec::new(),
                    which => vec![(resources[which - 1].0, units(draw, free(resources[which - 1].0)))],
                }
            } else {
                draw.some(2, |draw| (draw.one_of(&NAMES), draw.below(4) as u32))
            },
            when: draw.one_of(&[When::AllSucceeded, When::SkipOnError, When::AllDone, When::AnyFailed]),
            retries: draw.below(3) as u32,
            optional: draw.once_in(4),
            act: draw.one_of(&[Act::Succeed, Act::Succeed, Act::Sleep, Act::Fail, Act::Hang, Act::Panic]),
            before: draw.one_of(&[Before::Nothing, Before::Nothing, Before::Abandon, Before::Check, Before::Visualize]),
        }
    }
}

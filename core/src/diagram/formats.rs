//! The three forms of a diagram.

use super::DiagramData;
use core::fmt::{Result, Write};
use rungs_scheduler::StepId;

impl<'s> DiagramData<'s> {
    fn steps(&self) -> impl Iterator<Item = StepId> + use<'s> {
        (0..self.needs.len() as u32).map(StepId::from_number)
    }

    fn level(&self, step: StepId) -> Option<u32> {
        self.levels.get(step.index()).copied().filter(|&level| level < u32::MAX)
    }
}

/// The levels with their steps, and what each step waits for. O(levels * V + E).
///
/// ```
/// use rungs::diagram::{DiagramData, text};
/// use rungs::scheduler::{Edges, Need, StepId};
///
/// let names = ["a", "b"];
/// let needs = [Need::result(StepId::new(0).unwrap())];
/// let data = DiagramData { pipeline: "two", names: &names, needs: Edges::new(&[0, 0, 1], &needs), levels: &[0, 1] };
/// let mut diagram = String::new();
/// text(&data, &mut diagram)?;
/// assert_eq!(diagram, "\
/// Pipeline: two
/// ========================================
/// Level 0:
///   - a
/// Level 1:
///   - b <- [a]
/// ");
/// # Ok::<(), std::fmt::Error>(())
/// ```
pub fn text(data: &DiagramData<'_>, out: &mut dyn Write) -> Result {
    writeln!(out, "Pipeline: {}", data.pipeline)?;
    writeln!(out, "========================================")?;
    let levels = data.steps().filter_map(|step| data.level(step)).max().map_or(0, |top| top + 1);
    for level in 0..levels {
        writeln!(out, "Level {level}:")?;
        for step in data.steps().filter(|&step| data.level(step) == Some(level)) {
            line(data, step, out)?;
        }
    }
    let mut stuck = data.steps().filter(|&step| data.level(step).is_none()).peekable();
    if stuck.peek().is_some() {
        writeln!(out, "No levels, as there is a cycle:")?;
    }
    stuck.try_for_each(|step| line(data, step, out))
}

fn line(data: &DiagramData<'_>, step: StepId, out: &mut dyn Write) -> Result {
    write!(out, "  - {}", data.names.name(step))?;
    list(data, step, false, " <- [", out)?;
    list(data, step, true, " after [", out)?;
    writeln!(out)
}

fn list(data: &DiagramData<'_>, step: StepId, orders: bool, open: &str, out: &mut dyn Write) -> Result {
    let mut before = open;
    for need in data.needs.of(step).iter().filter(|need| need.is_order() == orders) {
        write!(out, "{before}{}", data.names.name(need.step()))?;
        before = ", ";
    }
    if before == open { Ok(()) } else { write!(out, "]") }
}

/// A Mermaid flowchart. Needs without results are dotted.
///
/// ```
/// use rungs::diagram::{DiagramData, mermaid};
/// use rungs::scheduler::{Edges, Need, StepId};
///
/// let needs = [Need::result(StepId::new(0).unwrap())];
/// let data = DiagramData { pipeline: "two", names: &["a", "b"], needs: Edges::new(&[0, 0, 1], &needs), levels: &[0, 1] };
/// let mut diagram = String::new();
/// mermaid(&data, &mut diagram)?;
/// assert!(diagram.contains("s0 --> s1"));
/// # Ok::<(), std::fmt::Error>(())
/// ```
pub fn mermaid(data: &DiagramData<'_>, out: &mut dyn Write) -> Result {
    writeln!(out, "flowchart TD")?;
    for step in data.steps() {
        write!(out, "    s{}[\"", step.index())?;
        escape(data.names.name(step), out, |c| match c {
            '"' => Some("#quot;"),
            '#' => Some("#35;"),
            '<' => Some("#lt;"),
            '>' => Some("#gt;"),
            '\n' => Some(" "),
            _ => None,
        })?;
        writeln!(out, "\"]")?;
    }
    for step in data.steps() {
        for need in data.needs.of(step) {
            let arrow = if need.has_result() { "-->" } else { "-.->" };
            writeln!(out, "    s{} {arrow} s{}", need.step().index(), step.index())?;
        }
    }
    Ok(())
}

/// A Graphviz digraph. Needs without results are dashed, and mere orders dotted.
///
/// ```
/// use rungs::diagram::{DiagramData, dot};
/// use rungs::scheduler::{Edges, Need, StepId};
///
/// let needs = [Need::result(StepId::new(0).unwrap())];
/// let data = DiagramData { pipeline: "two", names: &["a", "b"], needs: Edges::new(&[0, 0, 1], &needs), levels: &[0, 1] };
/// let mut diagram = String::new();
/// dot(&data, &mut diagram)?;
/// assert!(diagram.contains("s0 -> s1"));
/// # Ok::<(), std::fmt::Error>(())
/// ```
pub fn dot(data: &DiagramData<'_>, out: &mut dyn Write) -> Result {
    let quote = |text: &str, out: &mut dyn Write| {
        escape(text, out, |c| match c {
            '"' => Some("\\\""),
            '\\' => Some("\\\\"),
            '\n' => Some(" "),
            _ => None,
        })
    };
    write!(out, "digraph \"")?;
    quote(data.pipeline, out)?;
    writeln!(out, "\" {{")?;
    for step in data.steps() {
        write!(out, "    s{} [label=\"", step.index())?;
        quote(data.names.name(step), out)?;
        writeln!(out, "\"];")?;
    }
    for step in data.steps() {
        for need in data.needs.of(step) {
            let style = match (need.has_result(), need.is_order()) {
                (true, _) => "",
                (false, false) => " [style=dashed]",
                (false, true) => " [style=dotted]",
            };
            writeln!(out, "    s{} -> s{}{style};", need.step().index(), step.index())?;
        }
    }
    writeln!(out, "}}")
}

fn escape(text: &str, out: &mut dyn Write, instead: impl Fn(char) -> Option<&'static str>) -> Result {
    text.chars().try_for_each(|c| match instead(c) {
        Some(other) => out.write_str(other),
        None => out.write_char(c),
    })
}

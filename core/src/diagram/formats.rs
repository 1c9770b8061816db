//! The three forms of a diagram.

use super::{DiagramData, levels::by_level};
#[cfg(feature = "alloc")]
use super::{StepMark, StepNote};
use crate::escape::Name;
use core::fmt::{Result, Write};
use rungs_scheduler::StepId;

impl<'s> DiagramData<'s> {
    pub(super) fn steps(&self) -> impl Iterator<Item = StepId> + use<'s> {
        (0..self.needs.len() as u32).map(StepId::from_number)
    }

    fn name(&self, step: StepId) -> Name<'s> {
        Name(self.names.name(step))
    }

    /// Whether the step is an input. Without a heap there is none.
    fn is_input(&self, step: StepId) -> bool {
        #[cfg(feature = "alloc")]
        return self.names.is_input(step);
        #[cfg(not(feature = "alloc"))]
        return {
            let _ = step;
            false
        };
    }

    pub(super) fn level(&self, step: StepId) -> Option<u32> {
        self.levels.get(step.index()).copied().filter(|&level| level < u32::MAX)
    }
}

/// The levels with their steps, and what each step waits for: `<- [..]` are its needs, `follows [..]` is a mere order. An input is
/// marked as one. A name is on one line, whatever it contains: line breaks and the like are escaped, and very long names are cut.
///
/// With feature `alloc` it takes O(V + E); without a heap it looks through the steps once per level.
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
    writeln!(out, "Pipeline: {}", Name(data.pipeline))?;
    writeln!(out, "========================================")?;
    let mut shown = None;
    by_level(data, |level, step| {
        if shown != Some(level) {
            writeln!(out, "Level {level}:")?;
            shown = Some(level);
        }
        line(data, step, out)
    })?;
    let mut stuck = data.steps().filter(|&step| data.level(step).is_none()).peekable();
    if stuck.peek().is_some() {
        writeln!(out, "No levels, as there is a cycle:")?;
    }
    stuck.try_for_each(|step| line(data, step, out))
}

fn line(data: &DiagramData<'_>, step: StepId, out: &mut dyn Write) -> Result {
    write!(out, "  - {}", data.name(step))?;
    if data.is_input(step) {
        out.write_str(" (input)")?;
    }
    #[cfg(feature = "alloc")]
    if let Some(note) = data.names.note(step) {
        write!(out, " ({})", note.text)?;
    }
    list(data, step, false, " <- [", out)?;
    if data.needs.waits_for_all(step) {
        let is_first = data.needs.of(step).iter().all(|need| need.is_order());
        write!(out, "{} all before it", if is_first { " <-" } else { " and" })?;
    }
    list(data, step, true, " follows [", out)?;
    writeln!(out)
}

fn list(data: &DiagramData<'_>, step: StepId, orders: bool, open: &str, out: &mut dyn Write) -> Result {
    let mut before = open;
    for need in data.needs.of(step).iter().filter(|need| need.is_order() == orders) {
        write!(out, "{before}{}", data.name(need.step()))?;
        before = ", ";
    }
    if before == open { Ok(()) } else { write!(out, "]") }
}

/// A Mermaid flowchart. Needs without results are dotted, mere orders are labelled `follows` as well, and the box of an input is
/// slanted. A name is shown as it is in [`text`]: what Mermaid takes for markup is written as an entity.
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
        // A slanted box is an input.
        let (open, close) = if data.is_input(step) { ("[/", "/]") } else { ("[", "]") };
        write!(out, "    s{}{open}\"", step.index())?;
        write!(MermaidText { out, previous: None }, "{}", data.name(step))?;
        end_mermaid_box(data, step, close, out)?;
    }
    for step in data.steps() {
        for need in data.needs.of(step) {
            let arrow = match (need.has_result(), need.is_order()) {
                (true, _) => "-->",
                (false, false) => "-.->",
                (false, true) => "-.->|follows|",
            };
            writeln!(out, "    s{} {arrow} s{}", need.step().index(), step.index())?;
        }
        if data.needs.waits_for_all(step) {
            writeln!(out, "    all{0}([all before it]) -.-> s{0}", step.index())?;
        }
    }
    Ok(())
}

/// Ends the label of a step and its box, with the step's note if it has one.
fn end_mermaid_box(data: &DiagramData<'_>, step: StepId, close: &str, out: &mut dyn Write) -> Result {
    #[cfg(feature = "alloc")]
    if let Some(StepNote { text, mark }) = data.names.note(step) {
        out.write_str("<br>")?;
        write!(MermaidText { out, previous: None }, "{text}")?;
        writeln!(out, "\"{close}")?;
        return match mark {
            StepMark::Plain => Ok(()),
            StepMark::Bold => writeln!(out, "    style s{} stroke-width:3px", step.index()),
            StepMark::Dashed => writeln!(out, "    style s{} stroke-dasharray:4", step.index()),
        };
    }
    let _ = (data, step);
    writeln!(out, "\"{close}")
}

/// Ends the label of a step, with the step's note if it has one.
fn end_dot_label(data: &DiagramData<'_>, step: StepId, out: &mut dyn Write) -> Result {
    #[cfg(feature = "alloc")]
    if let Some(StepNote { text, mark }) = data.names.note(step) {
        out.write_str("\\n")?;
        write!(DotText { out, ampersand: "&amp;" }, "{text}")?;
        return out.write_str(match mark {
            StepMark::Plain => "\"",
            StepMark::Bold => "\", style=bold",
            StepMark::Dashed => "\", style=dashed",
        });
    }
    let _ = (data, step);
    out.write_str("\"")
}

/// A Graphviz digraph. Needs without results are dashed, mere orders are dotted and labelled `follows`, and the box of an input is
/// slanted. A name is shown as it is in [`text`]: what Graphviz takes for an escape or an entity is quoted.
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
    write!(out, "digraph \"")?;
    write!(DotText { out, ampersand: "&" }, "{}", Name(data.pipeline))?;
    writeln!(out, "\" {{")?;
    for step in data.steps() {
        write!(out, "    s{} [label=\"", step.index())?;
        write!(DotText { out, ampersand: "&amp;" }, "{}", data.name(step))?;
        end_dot_label(data, step, out)?;
        out.write_str(if data.is_input(step) { ", shape=parallelogram];\n" } else { "];\n" })?;
    }
    for step in data.steps() {
        for need in data.needs.of(step) {
            let style = match (need.has_result(), need.is_order()) {
                (true, _) => "",
                (false, false) => " [style=dashed]",
                (false, true) => " [style=dotted, label=follows]",
            };
            writeln!(out, "    s{} -> s{}{style};", need.step().index(), step.index())?;
        }
        if data.needs.waits_for_all(step) {
            writeln!(out, "    all{} [label=\"all before it\", shape=plaintext];", step.index())?;
            writeln!(out, "    all{0} -> s{0} [style=dashed];", step.index())?;
        }
    }
    writeln!(out, "}}")
}

/// Text between the quotes of a label. Mermaid reads more in it than HTML: markdown, formulas, icons (`fa:`), directives
/// (`%%{`), and `style..:` across the whole line. Two of the characters stand for its own entities.
struct MermaidText<'o> {
    out: &'o mut dyn Write,
    previous: Option<char>,
}

impl Write for MermaidText<'_> {
    fn write_str(&mut self, text: &str) -> Result {
        text.chars().try_for_each(|c| match (c, self.previous.replace(c)) {
            ('"', _) => self.out.write_str("#quot;"),
            ('<', _) => self.out.write_str("#lt;"),
            ('>', _) => self.out.write_str("#gt;"),
            ('&', _) => self.out.write_str("#amp;"),
            ('#' | '%' | '$' | '*' | ':' | '\\' | '`' | '~' | '\u{fb02}' | '\u{b6}', _) => self.entity(c),
            // The start of a list or of code.
            ('-' | '+' | ' ' | '0'..='9', None) => self.entity(c),
            // The start of emphasis; within a word it is none.
            ('_', previous) if !previous.is_some_and(char::is_alphanumeric) => self.entity(c),
            _ => self.out.write_char(c),
        })
    }
}

impl MermaidText<'_> {
    fn entity(&mut self, c: char) -> Result {
        write!(self.out, "#{};", u32::from(c))
    }
}

/// Text between quotes.
struct DotText<'o> {
    out: &'o mut dyn Write,
    /// An entity in a label, but not in a graph's name.
    ampersand: &'static str,
}

impl Write for DotText<'_> {
    fn write_str(&mut self, text: &str) -> Result {
        text.chars().try_for_each(|c| match c {
            '"' => self.out.write_str("\\\""),
            '\\' => self.out.write_str("\\\\"),
            '&' => self.out.write_str(self.ampersand),
            _ => self.out.write_char(c),
        })
    }
}

//! A diagram of what a run would do.

use super::explain::{ExplainedStep, Explanation, PlanGraph, short};
use crate::diagram::{Diagram, StepMark, StepNames, StepNote};
use alloc::{borrow::Cow, format, string::ToString};
use core::time::Duration;
use rungs_scheduler::StepId;

impl Explanation {
    /// The diagram of the plan with what the run would do: for each step when it would start and how long it is expected to
    /// take, or why it would not run. In [Mermaid](Diagram::mermaid) and [DOT](Diagram::dot), the boxes of steps that would run
    /// are bold, and those of steps that would neither run nor have a result are dashed.
    ///
    /// ```
    /// use std::time::Duration;
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("site");
    /// let pages = p.step("pages").run(async || Ok(3));
    /// let index = p.step("index").expected(Duration::from_secs(1)).needs(pages).run(async |pages| Ok(*pages));
    /// p.step("alarm").after(index).when_any_failed().run(async || Ok(()));
    /// let explanation = futures_lite::future::block_on(p.runner().given(pages, 7).explain(&NoClock))?;
    /// assert_eq!(explanation.visualize().to_string(), "\
    /// Pipeline: site
    /// ========================================
    /// Level 0:
    ///   - pages (given)
    /// Level 1:
    ///   - index (starts at 0, takes 1.00 s) <- [pages]
    /// Level 2:
    ///   - alarm (not needed) <- [index]
    /// ");
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn visualize(&self) -> Diagram<'_> {
        let PlanGraph { rows, list, levels, after_all } = self.graph();
        Diagram {
            pipeline: self.names().pipeline(),
            names: self,
            rows: Cow::Borrowed(rows),
            list: Cow::Borrowed(list),
            levels: levels.clone(),
            after_all,
        }
    }
}

impl StepNames for Explanation {
    fn name(&self, step: StepId) -> &str {
        self.names().name(step)
    }

    fn is_input(&self, step: StepId) -> bool {
        self.names().is_input(step)
    }

    fn is_undo(&self) -> bool {
        self.names().is_undo()
    }

    fn note(&self, step: StepId) -> Option<StepNote> {
        Some(note(&self.get(step)?))
    }
}

fn note(step: &ExplainedStep<'_>) -> StepNote {
    match (step.start(), step.cause()) {
        (Some(start), _) => {
            let start = short(start);
            let text = match step.expected() {
                Duration::ZERO => format!("starts at {start}"),
                expected => format!("starts at {start}, takes {}", short(expected)),
            };
            StepNote { text, mark: StepMark::Bold }
        }
        (None, Some(cause)) => StepNote { text: cause.to_string(), mark: StepMark::Dashed },
        (None, None) => StepNote { text: "given".into(), mark: StepMark::Plain },
    }
}

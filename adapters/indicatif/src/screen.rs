//! The bars on a terminal: one for the run, and below it a line for each step.

use crate::state::View;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line is one row, as wide as the terminal: what is longer is cut.
const STEP: &str = "  {wide_msg}";
const RUN: &str = "{bar:20.green} {wide_msg}";
const RUN_WITH_FAILURES: &str = "{bar:20.red} {wide_msg}";

#[derive(Debug)]
pub(crate) struct Screen {
    multi: MultiProgress,
    run: ProgressBar,
    steps: Vec<ProgressBar>,
    shown: View,
}

impl Screen {
    /// Nothing is drawn yet.
    pub(crate) fn new(multi: MultiProgress, view: View) -> Self {
        let run = multi.add(line(RUN)).with_message(view.run.clone());
        Self { multi, run, steps: Vec::new(), shown: View { steps: Vec::new(), ..view } }
    }

    /// Draws what has changed; indicatif draws no more than 20 times a second.
    pub(crate) fn show(&mut self, view: View) {
        self.fit(view.steps.len());
        for (index, (bar, text)) in self.steps.iter().zip(&view.steps).enumerate() {
            if self.shown.steps.get(index) != Some(text) {
                bar.set_message(text.clone());
            }
        }
        if view.has_failed && !self.shown.has_failed {
            self.run.set_style(style(RUN_WITH_FAILURES));
        }
        let run = self.run.clone().with_message(view.run.clone());
        run.update(|state| {
            state.set_pos(view.ended);
            state.set_len(view.of);
        });
        self.shown = view;
    }

    /// As many lines as there are steps to show.
    fn fit(&mut self, steps: usize) {
        while self.steps.len() < steps {
            let above = self.steps.last().unwrap_or(&self.run);
            self.steps.push(self.multi.insert_after(above, line(STEP)));
        }
        for bar in self.steps.drain(steps..) {
            self.multi.remove(&bar);
        }
    }

    /// Takes the bars off the terminal.
    pub(crate) fn clear(&mut self) {
        self.fit(0);
        // The cursor is at the start of a row below all lines only where a bar has been drawn and is gone.
        self.run.force_draw();
        self.run.finish_and_clear();
        self.multi.remove(&self.run);
    }

    /// Leaves the bars as they stand, and draws nothing any more.
    pub(crate) fn leave(&mut self) {
        self.fit(0);
        self.multi.remove(&self.run);
    }
}

fn line(template: &str) -> ProgressBar {
    ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden()).with_style(style(template))
}

/// The templates are right, as the tests show.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

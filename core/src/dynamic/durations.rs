//! How long steps are expected to take in one run.

use super::{draft::Draft, runner::Runner};
use crate::{diagram::StepNames, report::Durations, steps::Kind};
use alloc::vec::Vec;
use core::time::Duration;
use rungs_scheduler::{Instant, Plan, StepId, longest_paths, longest_remaining};

impl<'env, E, K: Kind<'env, E>, O> Runner<'_, 'env, E, K, O> {
    /// How long steps take, as earlier runs have [told](crate::Report::durations): under `max_concurrent`, and where steps use
    /// resources of the pipeline, those on the longest remaining path go first. [`Durations`] has an example.
    ///
    /// For this run, a duration of a step's name replaces what the step states as [`expected`](super::StepBuilder::expected).
    /// A step with neither counts as the median of the others. Names that no step has are ignored. Of several calls, the last
    /// counts. O(V log n) for V steps and n names, and the run sorts its steps once more: O((V + E) log V).
    ///
    /// ```
    /// use core::time::Duration;
    /// use rungs::{Durations, NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("night");
    /// for name in ["mail", "index", "backup", "tidy"] {
    ///     p.step(name).run(async || Ok(()));
    /// }
    /// let secs = Duration::from_secs;
    /// let known: Durations = [("mail", secs(1)), ("index", secs(2)), ("backup", secs(3))].into_iter().collect();
    /// let run = p.runner().max_concurrent(2).durations(&known);
    /// assert_eq!(futures_lite::future::block_on(run.explain(&NoClock))?.to_string(), "\
    /// Run: night
    /// step       start  expected
    /// backup         0    3.00 s
    /// index          0    2.00 s
    /// tidy      2.00 s    2.00 s
    /// mail      3.00 s    1.00 s
    /// 4 of 4 steps in 4.00 s");
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn durations(self, known: &Durations) -> Self {
        self.steps.draft.expect(known);
        self
    }
}

impl Draft<'_> {
    /// Sets how long the steps are expected to take in the next run.
    fn expect(&mut self, known: &Durations) {
        self.forget_expected();
        let nanos = |span: Duration| (Instant::ZERO + span).as_nanos();
        let expected =
            |step: StepId| known.get(self.names.name(step)).or(self.settings_of(step).get_expected()).map(nanos);
        let steps = (0..self.len() as u32).map(StepId::from_number);
        let expected: Vec<Option<u64>> = steps.map(expected).collect();
        if let Some(median) = median(expected.iter().flatten().copied().collect()) {
            let all = expected.into_iter().zip(0..).map(|(span, step)| match span {
                // The value of an input is there before the run.
                _ if self.names.is_input(StepId::from_number(step)) => 0,
                Some(span) => span,
                None => median,
            });
            self.expected = Some(all.collect());
            self.forget_numbers();
        }
    }

    /// From now on steps are expected to take what they state.
    #[inline]
    pub(super) fn forget_expected(&mut self) {
        if self.expected.take().is_some() {
            self.forget_numbers();
        }
    }

    fn forget_numbers(&mut self) {
        if let Some(compiled) = &mut self.compiled {
            compiled.numbers = None;
        }
    }

    /// How long a step is expected to take in the next run.
    pub(super) fn expected(&self, step: StepId) -> Duration {
        match &self.expected {
            Some(expected) => Duration::from_nanos(expected.get(step.index()).copied().unwrap_or(0)),
            None => self.settings_of(step).get_expected().unwrap_or_default(),
        }
    }

    /// The lengths of the longest remaining paths, by which steps are sorted.
    pub(super) fn path_lengths(&self, plan: &Plan<'_>, order: &[u32], lengths: &mut [u64]) {
        if let Some(stated) = &self.lengths {
            return lengths.iter_mut().zip(stated).for_each(|(length, stated)| *length = *stated);
        }
        let Some(expected) = &self.expected else { return longest_remaining(plan, order, lengths) };
        for (length, &span) in lengths.iter_mut().zip(expected) {
            // Paths that take no time, as all do without a clock, still differ by their steps.
            *length = span.max(1);
        }
        longest_paths(plan, order, lengths);
    }
}

/// The median; of two in the middle the higher.
fn median(mut spans: Vec<u64>) -> Option<u64> {
    spans.sort_unstable();
    spans.get(spans.len() / 2).copied()
}

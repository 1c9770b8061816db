//! The steps of a diagram, level by level.

use super::DiagramData;
use core::fmt::Result;
use rungs_scheduler::StepId;

/// Calls `show` for each step that has a level, in the order of levels and then of declaration. O(V log V), and O(V) for
/// steps that are declared in this order.
#[cfg(feature = "alloc")]
pub(super) fn by_level(data: &DiagramData<'_>, mut show: impl FnMut(u32, StepId) -> Result) -> Result {
    let placed = data.steps().filter_map(|step| Some((data.level(step)?, step)));
    let mut steps: alloc::vec::Vec<_> = placed.collect();
    steps.sort_by_key(|&(level, _)| level);
    steps.into_iter().try_for_each(|(level, step)| show(level, step))
}

/// Calls `show` for each step that has a level, in the order of levels and then of declaration. O(levels * V): there is no
/// memory to sort them in.
#[cfg(not(feature = "alloc"))]
pub(super) fn by_level(data: &DiagramData<'_>, mut show: impl FnMut(u32, StepId) -> Result) -> Result {
    let first_from = |from| data.steps().filter_map(|step| data.level(step)).filter(|&level| level >= from).min();
    let mut next = first_from(0);
    while let Some(level) = next {
        data.steps().filter(|&step| data.level(step) == Some(level)).try_for_each(|step| show(level, step))?;
        next = first_from(level + 1);
    }
    Ok(())
}

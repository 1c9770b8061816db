//! What steps use: resources of their pipeline by name, and shared ones.

use super::{draft::Draft, plan_error::PlanErrorKind};
use crate::shared::{SharedResource, Want};
use alloc::{string::String, sync::Arc, vec::Vec};

/// A resource that a step [uses](super::StepBuilder::uses): one of its pipeline by its name, or a [`SharedResource`].
///
/// ```
/// use rungs::{Pipeline, SharedResource};
///
/// let db = SharedResource::new("db", 4);
/// let mut p: Pipeline = Pipeline::new("load");
/// p.resource("disk", 1);
/// p.step("load").uses("disk", 1).uses(&db, 2).run(async || Ok(()));
/// assert!(p.plan()?.get("load").unwrap().uses().eq([("disk", 1), ("db", 2)]));
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no resource",
    note = "a step uses a resource of its pipeline, by its name, or a `&SharedResource`"
)]
pub trait Resource: sealed::Sealed {
    /// Which one it is.
    #[doc(hidden)]
    fn which(&self) -> Which<'_>;
}

/// A resource by name or shared.
#[doc(hidden)]
#[derive(Debug)]
pub enum Which<'r> {
    Named(&'r str),
    Shared(&'r SharedResource),
}

mod sealed {
    #[allow(unnameable_types, reason = "that is what seals it")]
    pub trait Sealed {}
    impl Sealed for str {}
    impl Sealed for alloc::string::String {}
    impl Sealed for crate::SharedResource {}
    impl<R: Sealed + ?Sized> Sealed for &R {}
}

impl Resource for str {
    fn which(&self) -> Which<'_> {
        Which::Named(self)
    }
}

impl Resource for String {
    fn which(&self) -> Which<'_> {
        Which::Named(self)
    }
}

impl Resource for SharedResource {
    fn which(&self) -> Which<'_> {
        Which::Shared(self)
    }
}

impl<R: Resource + ?Sized> Resource for &R {
    fn which(&self) -> Which<'_> {
        (**self).which()
    }
}

impl Draft<'_> {
    pub(super) fn use_resource(&mut self, resource: &impl Resource, units: u32) {
        match resource.which() {
            Which::Named(name) => self.use_by_name(name, units),
            Which::Shared(shared) => self.use_shared(shared, units),
        }
    }

    /// Notes that the next step uses a shared resource. Units of the same one are added up.
    fn use_shared(&mut self, resource: &SharedResource, units: u32) {
        self.next_settings();
        let next = self.next_step().number();
        let all = Arc::make_mut(self.shared_uses.get_or_insert_default());
        let mut wants: Vec<Want> = all.get(&next).map(|wants| wants.to_vec()).unwrap_or_default();
        match wants.iter_mut().find(|want| want.resource.is_same(resource)) {
            Some(want) => want.units = want.units.saturating_add(units),
            None => wants.push(Want { resource: resource.clone(), units }),
        }
        all.insert(next, wants.into());
    }

    /// Forgets what the next step uses of shared resources.
    pub(super) fn forget_shared_uses(&mut self) {
        let next = self.next_step().number();
        if let Some(all) = self.shared_uses.as_mut().filter(|all| all.contains_key(&next)) {
            Arc::make_mut(all).remove(&next);
        }
    }

    /// Finds the steps that use more of a shared resource than there is.
    pub(super) fn check_shared_uses(&self, mistakes: &mut Vec<PlanErrorKind>) {
        for (step, Want { resource, units }) in self.all_shared_uses() {
            let capacity = resource.units();
            if *units > capacity {
                let (units, resource) = (*units, resource.name().into());
                mistakes.push(PlanErrorKind::OverCapacity { step: self.name(step), resource, units, capacity });
            }
        }
    }

    /// Finds the steps that use starts, in a run without a clock.
    pub(super) fn check_starts_without_clock(&self, mistakes: &mut Vec<PlanErrorKind>) {
        for (step, _) in self.all_shared_uses().filter(|(_, want)| want.resource.needs_clock()) {
            let mistake = PlanErrorKind::TimeWithoutClock { step: Some(self.name(step)) };
            if !mistakes.contains(&mistake) {
                mistakes.push(mistake);
            }
        }
    }

    fn all_shared_uses(&self) -> impl Iterator<Item = (rungs_scheduler::StepId, &Want)> {
        let by_step = self.shared_uses.iter().flat_map(|all| all.iter());
        by_step.flat_map(|(step, wants)| wants.iter().map(|want| (rungs_scheduler::StepId::from_number(*step), want)))
    }
}

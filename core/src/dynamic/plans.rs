//! A draft made ready to run: its diagram, its plan, and the numberings that runs ask for.

use super::{
    compiled::{Compiled, Numbers},
    draft::Draft,
    plan_error::PlanError,
};
use crate::{
    diagram::{Diagram, StepNames},
    plan_view::{PlanSource, PlanView},
    shared::Want,
};
use alloc::{borrow::Cow, vec, vec::Vec};
use rungs_scheduler::{
    Config, Edges, Numbering, Order, Plan, StepId, Use, group_by_class, invert_order, needs_come_first, priority_key,
};

impl Draft<'_> {
    /// The diagram of the plan as it stands, with or without mistakes.
    pub(super) fn diagram(&mut self) -> Diagram<'_> {
        // `check` reports the mistakes; a diagram shows what can be shown.
        let _ = self.compile();
        if let Some(compiled) = &self.compiled {
            let (rows, list) = (Cow::Borrowed(&*self.need_rows), Cow::Borrowed(&*self.needs));
            return Diagram {
                pipeline: self.names.pipeline(),
                names: &*self.names,
                rows,
                list,
                levels: compiled.levels(self.edges()),
                after_all: &self.after_all,
            };
        }
        // A need whose step does not exist cannot be drawn.
        let (rows, list) = self.needs_without(&self.unknown());
        let edges = Edges::new(&rows, &list).with_after_all(&self.after_all);
        let levels = Compiled::new(edges, &self.after_all)
            .ok()
            .map_or_else(|| vec![u32::MAX; self.len()], |compiled| compiled.levels(edges));
        Diagram {
            pipeline: self.names.pipeline(),
            names: &*self.names,
            rows: Cow::Owned(rows),
            list: Cow::Owned(list),
            levels,
            after_all: &self.after_all,
        }
    }
}

impl Draft<'_> {
    /// The plan as a view: what it consists of.
    ///
    /// # Errors
    /// All mistakes at once.
    pub(super) fn view(&mut self) -> Result<PlanView<'_>, PlanError> {
        self.compile()?;
        let levels = self.compiled.as_ref().map(|compiled| compiled.levels(self.edges()));
        if let (Some(compiled), Some(levels)) = (&mut self.compiled, levels) {
            compiled.known_levels = levels;
        }
        Ok(PlanView::new(self))
    }
}

/// For a compiled draft; any other shows no steps.
impl PlanSource for Draft<'_> {
    fn id(&self) -> Option<u32> {
        Some(self.names.id())
    }

    fn pipeline(&self) -> &str {
        self.names.pipeline()
    }

    fn step_name(&self, step: StepId) -> &str {
        self.names.name(step)
    }

    fn find(&self, name: &str) -> Option<StepId> {
        self.names.find(name)
    }

    fn plan(&self) -> Plan<'_> {
        let nothing = Edges::new(&[], &[]);
        self.compiled.as_ref().map_or(Plan::new(nothing, nothing, &[], &[]), |compiled| self.plan(compiled))
    }

    fn level(&self, step: StepId) -> u32 {
        let levels = self.compiled.as_ref().map_or(&[][..], |compiled| &compiled.known_levels);
        levels.get(step.index()).copied().unwrap_or(0)
    }

    fn resource(&self, resource: u32) -> Option<(&str, u32)> {
        self.resources.get(resource as usize).map(|resource| (&*resource.name, resource.units))
    }

    fn shared_uses(&self, step: StepId) -> &[Want] {
        let wants = self.shared_uses.as_ref().and_then(|wants| wants.get(&step.number()));
        wants.map_or(&[], |wants| wants)
    }

    fn is_input(&self, step: StepId) -> bool {
        self.names.is_input(step)
    }

    fn uses(&self, class: u32) -> &[Use] {
        self.classes.get(class as usize).map_or(&[], |uses| uses)
    }
}

impl Draft<'_> {
    /// Makes the numbering for a run, unless the last run had the same. Without a limit and resources every ready step
    /// starts at once, so the order of declaration is as good as any other and costs nothing.
    pub(super) fn number(&mut self, config: &Config) {
        let by_priority = config.get_max_concurrent().is_some() || self.classes.len() > 1 || self.lengths.is_some();
        let by_level = config.get_order() == Order::Levels;
        let Some(compiled) = &self.compiled else { return };
        if compiled.numbers.as_ref().is_some_and(|n| n.by_priority == by_priority && n.by_level == by_level) {
            return;
        }
        let mut numbers = Numbers { by_priority, by_level, ..Numbers::default() };
        if by_level {
            numbers.levels = compiled.levels(self.edges());
        }
        if by_priority || by_level {
            self.sort(compiled, &mut numbers);
            numbers.needs_first = needs_come_first(self.edges(), &numbers.priorities);
        } else {
            numbers.needs_first = compiled.order.is_empty();
        }
        numbers.capacities = self.resources.iter().map(|resource| resource.units).collect();
        if let Some(compiled) = &mut self.compiled {
            compiled.numbers = Some(numbers);
        }
    }

    pub(super) fn numbering(&self) -> Numbering<'_> {
        let Some(numbers) = self.compiled.as_ref().and_then(|compiled| compiled.numbers.as_ref()) else {
            return Numbering::default();
        };
        Numbering {
            order: &numbers.order,
            priorities: &numbers.priorities,
            ranks: &numbers.ranks,
            classes: &numbers.classes,
            use_rows: &numbers.use_rows,
            uses: &numbers.uses,
            capacities: &numbers.capacities,
            levels: &numbers.levels,
            needs_first: numbers.needs_first,
        }
    }

    /// Sorts the steps by priority, and within their classes.
    fn sort(&self, compiled: &Compiled, numbers: &mut Numbers) {
        let plan = self.plan(compiled);
        let mut lengths = vec![0; plan.len()];
        if numbers.by_priority {
            self.path_lengths(&plan, &compiled.order, &mut lengths);
        }
        let mut order: Vec<u32> = (0..plan.len() as u32).collect();
        order.sort_unstable_by_key(|&step| priority_key(&numbers.levels, &lengths, StepId::from_number(step)));
        if self.classes.len() > 1 {
            let ranked = order.clone();
            numbers.ranks = vec![0; ranked.len()];
            numbers.classes = vec![0; self.classes.len() + 1];
            group_by_class(&plan, &ranked, &mut numbers.classes, &mut order, &mut numbers.ranks);
            numbers.use_rows.push(0);
            for uses in &self.classes {
                numbers.uses.extend_from_slice(uses);
                numbers.use_rows.push(numbers.uses.len() as u32);
            }
        }
        numbers.priorities = vec![0; order.len()];
        invert_order(&order, &mut numbers.priorities);
        numbers.order = order;
    }
}

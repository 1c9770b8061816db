//! The graphs that all contestants write and run.

use std::fmt::Write as _;

/// The form of a graph. Each step adds its number to the sum of its needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One, two that need it, and one that needs both; over and over beyond four steps.
    Diamond,
    /// One after another.
    Chain,
    /// One, many that need it, and one that needs all of those.
    Fan,
    /// Layers of eight, each step needing all eight of the layer before.
    Layers,
    /// Each step needs three of all before it.
    Random,
}

/// How many steps a layer of [`Shape::Layers`] has: as many as each contestant can write as the needs of one step.
pub const LAYER: usize = 8;

impl Shape {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Diamond, Self::Chain, Self::Fan, Self::Layers, Self::Random];

    /// As it is called on the command line and in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Diamond => "diamond",
            Self::Chain => "chain",
            Self::Fan => "fan",
            Self::Layers => "layers",
            Self::Random => "random",
        }
    }
}

/// A graph with its steps' names, made before anything is measured.
#[derive(Debug)]
pub struct Graph {
    shape: Shape,
    /// Where each step's needs begin in `needs`, and the end.
    rows: Vec<u32>,
    needs: Vec<u32>,
    /// The number of each step.
    own: Vec<u64>,
    names: Vec<String>,
    sum: u64,
}

impl Graph {
    /// A graph of so many steps.
    pub fn new(shape: Shape, steps: usize) -> Self {
        let mut graph = Self::empty(shape);
        let (mut random, mut needs) = (Random::new(), Vec::new());
        for step in 0..steps {
            needs.clear();
            needs_of(shape, step, steps, &mut random, &mut needs);
            graph.add(step as u64, &needs);
        }
        graph.finish()
    }

    /// The same graph for those who cannot write as many needs: steps without a number gather them, so many at a time.
    #[must_use]
    pub fn gathered(&self, most: usize) -> Self {
        let mut graph = Self::empty(self.shape);
        // Where each step of this graph is in the other.
        let mut places: Vec<u32> = Vec::with_capacity(self.len());
        for step in 0..self.len() {
            let needs = self.needs(step).iter().filter_map(|&need| places.get(need as usize).copied());
            let mut needs: Vec<u32> = needs.collect();
            while needs.len() > most {
                needs = needs.chunks(most).map(|some| graph.add(0, some)).collect();
            }
            places.push(graph.add(self.own(step), &needs));
        }
        graph.finish()
    }

    fn empty(shape: Shape) -> Self {
        Self { shape, rows: vec![0], needs: Vec::new(), own: Vec::new(), names: Vec::new(), sum: 0 }
    }

    fn add(&mut self, own: u64, needs: &[u32]) -> u32 {
        let mut name = String::new();
        _ = write!(name, "s{}", self.own.len());
        self.names.push(name);
        self.needs.extend(needs);
        self.rows.push(self.needs.len() as u32);
        self.own.push(own);
        self.own.len() as u32 - 1
    }

    fn finish(mut self) -> Self {
        let mut sums: Vec<u64> = Vec::with_capacity(self.len());
        for step in 0..self.len() {
            let sum = self.needs(step).iter().filter_map(|&need| sums.get(need as usize)).fold(0, add);
            sums.push(add(sum, &self.own(step)));
        }
        self.sum = sums.last().copied().unwrap_or(0);
        self
    }

    /// Its form.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How many steps it has.
    pub fn len(&self) -> usize {
        self.own.len()
    }

    /// Whether it has no step.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// The steps that a step needs, all of which come before it.
    pub fn needs(&self, step: usize) -> &[u32] {
        let [start, end] = [step, step + 1].map(|row| self.rows.get(row).map_or(0, |&at| at as usize));
        self.needs.get(start..end).unwrap_or_default()
    }

    /// The number that a step adds to the sum of its needs.
    pub fn own(&self, step: usize) -> u64 {
        self.own.get(step).copied().unwrap_or(0)
    }

    /// The name of a step.
    pub fn name(&self, step: usize) -> &str {
        self.names.get(step).map_or("", String::as_str)
    }

    /// The most needs of a step.
    pub fn most_needs(&self) -> usize {
        (0..self.len()).map(|step| self.needs(step).len()).max().unwrap_or(0)
    }

    /// What the last step comes to.
    pub fn sum(&self) -> u64 {
        self.sum
    }
}

fn add(sum: u64, value: &u64) -> u64 {
    sum.wrapping_add(*value)
}

fn needs_of(shape: Shape, step: usize, steps: usize, random: &mut Random, needs: &mut Vec<u32>) {
    let step_id = step as u32;
    match shape {
        _ if step == 0 => {}
        Shape::Diamond if step.is_multiple_of(3) => needs.extend([step_id - 2, step_id - 1]),
        Shape::Diamond => needs.push(step_id / 3 * 3),
        Shape::Chain => needs.push(step_id - 1),
        Shape::Fan if step + 1 == steps => needs.extend(1..step_id),
        Shape::Fan => needs.push(0),
        Shape::Layers => {
            let layer = step / LAYER * LAYER;
            needs.extend((layer.saturating_sub(LAYER)..layer).map(|need| need as u32));
        }
        Shape::Random if step < 3 => {}
        Shape::Random => needs.extend(random.three_below(step_id)),
    }
}

/// xorshift64: the same graphs in every process.
struct Random(u64);

impl Random {
    fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % u64::from(end.max(1))) as u32
    }

    /// Three different numbers.
    fn three_below(&mut self, end: u32) -> [u32; 3] {
        let a = self.below(end);
        let mut b = self.below(end);
        while b == a {
            b = self.below(end);
        }
        let mut c = self.below(end);
        while c == a || c == b {
            c = self.below(end);
        }
        [a, b, c]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_come_before_their_step_and_differ() {
        for shape in Shape::ALL {
            let graph = Graph::new(shape, 100);
            for step in 0..graph.len() {
                let mut needs = graph.needs(step).to_vec();
                assert!(needs.iter().all(|&need| (need as usize) < step), "{shape:?} {step}: {needs:?}");
                needs.sort_unstable();
                needs.dedup();
                assert_eq!(needs.len(), graph.needs(step).len(), "{shape:?} {step}");
            }
        }
    }

    #[test]
    fn a_gathered_graph_has_the_same_sum_and_few_needs() {
        let graph = Graph::new(Shape::Fan, 1_002);
        let gathered = graph.gathered(8);
        assert_eq!(gathered.most_needs(), 8);
        assert_eq!(gathered.sum(), graph.sum());
        assert_eq!(graph.gathered(1_000).len(), graph.len());
    }

    #[test]
    fn a_diamond_comes_to_what_it_adds_up_to() {
        // 0; 0 + 1, 0 + 2; 1 + 2 + 3.
        assert_eq!(Graph::new(Shape::Diamond, 4).sum(), 6);
    }
}

//! The graphs that are measured, and how a pipeline is written from each.

use futures_lite::future::yield_now;
use rungs::{Handle, Out, Pipeline};
use rungs_smol::On;
use smol::Executor;
use std::{convert::Infallible, hint::black_box, mem::size_of_val, time::Duration};

/// The pipeline that all benchmarks use: steps that cannot fail.
pub type Adding = Pipeline<'static, Infallible>;

/// What runs the steps of [`Mode::Spawned`].
pub static EXECUTOR: Executor<'static> = Executor::new();

/// The form of a graph. Each step adds its number to the sum of its needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One after another.
    Chain,
    /// One, many that need it, and one that needs all of those.
    Fan,
    /// Each step needs three of all before it.
    Random,
    /// Ten layers, each step needing three of the layer before.
    Layered,
    /// One, two that need it, and one that needs both, over and over.
    Diamond,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Chain, Self::Fan, Self::Random, Self::Layered, Self::Diamond];

    /// As it is called on the command line and in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Fan => "fan",
            Self::Random => "random",
            Self::Layered => "layered",
            Self::Diamond => "diamond",
        }
    }
}

/// How the steps of a graph go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In place, and each is ready at its first poll.
    Ready,
    /// In place, and each waits once: it yields, and is ready at its second poll.
    Waiting,
    /// As [`Waiting`](Self::Waiting), and one step in four has two retries and a timeout, which never passes. It needs a clock.
    Limited,
    /// On [`EXECUTOR`], and each is ready at its first poll.
    Spawned,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ready, Self::Waiting, Self::Limited, Self::Spawned];

    /// As it is called on the command line and in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::Limited => "limited",
            Self::Spawned => "spawned",
        }
    }
}

/// What a step needs: nothing, one, two, three, or all but the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wants {
    Nothing,
    One(u32),
    Two([u32; 2]),
    Three([u32; 3]),
    AllFrom(u32),
}

/// Writes the steps of a graph: each is set up by `$set`, given its number, and does `$first` before it makes its sum.
macro_rules! write_steps {
    ($graph:ident, |$step:ident, $i:ident| $set:expr, { $($first:tt)* }) => {{
        let Graph { wants, names, handles, .. } = $graph;
        let mut p: Adding = Pipeline::with_error("bench");
        handles.clear();
        for (i, (wants, name)) in wants.iter().zip(names).enumerate() {
            let ($step, $i) = (p.step(name), i);
            let (step, i) = ($set, i as u64);
            handles.push(match *wants {
                Wants::Nothing => step.run(move || async move {
                    $($first)*
                    Ok(black_box(i))
                }),
                Wants::One(a) => step.needs(handles[a as usize]).run(move |a| async move {
                    $($first)*
                    Ok(black_box(*a + i))
                }),
                Wants::Two([a, b]) => {
                    step.needs((handles[a as usize], handles[b as usize])).run(move |a, b| async move {
                        $($first)*
                        Ok(black_box(a.wrapping_add(*b).wrapping_add(i)))
                    })
                }
                Wants::Three([a, b, c]) => step
                    .needs((handles[a as usize], handles[b as usize], handles[c as usize]))
                    .run(move |a, b, c| async move {
                        $($first)*
                        Ok(black_box(a.wrapping_add(*b).wrapping_add(*c).wrapping_add(i)))
                    }),
                Wants::AllFrom(first) => {
                    step.needs(handles[first as usize..].to_vec()).run(move |all: Vec<Out<u64>>| async move {
                        $($first)*
                        Ok(black_box(all.iter().fold(i, |sum, a| sum.wrapping_add(**a))))
                    })
                }
            });
        }
        (p, *handles.last().expect("a graph has a step"))
    }};
}

/// A graph with its steps' names, made before anything is measured.
#[derive(Debug)]
pub struct Graph {
    wants: Vec<Wants>,
    names: Vec<String>,
    /// The handles of the pipeline that is being written: the caller's own, so no cost of a step.
    handles: Vec<Handle<u64>>,
    sum: u64,
    mode: Mode,
}

impl Graph {
    /// A graph of so many steps, which are ready at their first poll.
    pub fn new(shape: Shape, steps: usize) -> Self {
        let last = steps.saturating_sub(1);
        let layer = steps.div_ceil(10).max(1);
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        let wants: Vec<_> = (0..steps)
            .map(|i| match shape {
                _ if i == 0 => Wants::Nothing,
                Shape::Chain => Wants::One(i as u32 - 1),
                Shape::Fan if i == last => Wants::AllFrom(1),
                Shape::Fan => Wants::One(0),
                Shape::Random if i < 3 => Wants::Nothing,
                Shape::Random => Wants::Three(random.three(0, i)),
                Shape::Layered if i < layer => Wants::Nothing,
                Shape::Layered => Wants::Three(random.three((i / layer - 1) * layer, i / layer * layer)),
                Shape::Diamond if i % 3 == 0 => Wants::Two([i as u32 - 2, i as u32 - 1]),
                Shape::Diamond => Wants::One(i as u32 / 3 * 3),
            })
            .collect();
        let names = (0..steps).map(|i| format!("s{i}")).collect();
        let sum = last_sum(&wants);
        Self { wants, names, handles: Vec::with_capacity(steps), sum, mode: Mode::Ready }
    }

    /// The same graph, its steps in this mode.
    #[must_use]
    pub fn in_mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// How its steps go.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// How many steps it has.
    pub fn len(&self) -> usize {
        self.wants.len()
    }

    /// Whether it has no step.
    pub fn is_empty(&self) -> bool {
        self.wants.is_empty()
    }

    /// What the last step comes to.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The needs of each step.
    pub fn needs(&self) -> impl Iterator<Item = Vec<u32>> {
        self.wants.iter().enumerate().map(|(i, wants)| match *wants {
            Wants::Nothing => Vec::new(),
            Wants::One(a) => vec![a],
            Wants::Two(two) => two.to_vec(),
            Wants::Three(three) => three.to_vec(),
            Wants::AllFrom(first) => (first..i as u32).collect(),
        })
    }

    /// Writes the pipeline, and tells the last step's handle.
    ///
    /// # Panics
    /// The graph has no step.
    pub fn build(&mut self) -> (Adding, Handle<u64>) {
        match self.mode {
            Mode::Ready => self.build_ready(),
            Mode::Waiting => self.build_waiting(),
            Mode::Limited => self.build_limited(),
            Mode::Spawned => self.build_spawned(),
        }
    }

    #[allow(clippy::indexing_slicing, reason = "needs come before their step")]
    fn build_ready(&mut self) -> (Adding, Handle<u64>) {
        write_steps!(self, |step, _i| step, {})
    }

    #[allow(clippy::indexing_slicing, reason = "needs come before their step")]
    fn build_waiting(&mut self) -> (Adding, Handle<u64>) {
        write_steps!(self, |step, _i| step, {
            yield_now().await;
        })
    }

    #[allow(clippy::indexing_slicing, reason = "needs come before their step")]
    fn build_limited(&mut self) -> (Adding, Handle<u64>) {
        let limited = |i: usize| i.is_multiple_of(4);
        write_steps!(
            self,
            |step, i| if limited(i) { step.retries(2).timeout(Duration::from_secs(60)) } else { step },
            {
                yield_now().await;
            }
        )
    }

    #[allow(clippy::indexing_slicing, reason = "needs come before their step")]
    fn build_spawned(&mut self) -> (Adding, Handle<u64>) {
        write_steps!(self, |step, _i| step.spawn_on(On(&EXECUTOR)), {})
    }

    /// The bytes that are the caller's own, whoever runs the steps: closures, results, names.
    pub fn own_bytes(&self) -> usize {
        let closure = |i: u64| size_of_val(&move || i);
        let results = self.len() * size_of::<u64>();
        self.names.iter().map(String::len).sum::<usize>() + self.len() * closure(0) + results
    }
}

fn last_sum(wants: &[Wants]) -> u64 {
    let mut sums: Vec<u64> = Vec::with_capacity(wants.len());
    let of = |sums: &[u64], step: u32| sums.get(step as usize).copied().unwrap_or(0);
    for (i, wants) in wants.iter().enumerate() {
        let needed = match *wants {
            Wants::Nothing => 0,
            Wants::One(a) => of(&sums, a),
            Wants::Two(two) => two.iter().fold(0, |sum: u64, &a| sum.wrapping_add(of(&sums, a))),
            Wants::Three(three) => three.iter().fold(0, |sum: u64, &a| sum.wrapping_add(of(&sums, a))),
            Wants::AllFrom(first) => sums.iter().skip(first as usize).fold(0, |sum: u64, a| sum.wrapping_add(*a)),
        };
        sums.push(needed.wrapping_add(i as u64));
    }
    sums.last().copied().unwrap_or(0)
}

/// xorshift64: the same graphs in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    /// Three different numbers of a range that has as many.
    fn three(&mut self, from: usize, to: usize) -> [u32; 3] {
        let mut draw = || (from + self.below(to - from)) as u32;
        let a = draw();
        let mut b = draw();
        while b == a {
            b = draw();
        }
        let mut c = draw();
        while c == a || c == b {
            c = draw();
        }
        [a, b, c]
    }
}

//! Generic contexts, and steps with bounds on them.

use crate::{Bad, Sim, run};
use rungs::NoClock;

pub trait Pin {
    fn set(&mut self, high: bool) -> bool;
}

pub struct Fake(Vec<bool>);

impl Pin for Fake {
    fn set(&mut self, high: bool) -> bool {
        self.0.push(high);
        high
    }
}

type Outcome<T> = Result<T, Bad>;

#[derive(Debug, PartialEq)]
pub struct Wrapped<T>(T);

#[rungs::pipeline(error = Bad)]
mod generic {
    use super::*;

    pub struct Board<'a, P, Q: Clone, const N: usize> {
        pub(super) rail: P,
        pub(super) values: [Q; N],
        pub(super) note: &'a str,
    }

    /// The parameter has another name than in the context.
    #[step]
    async fn power<Rail: Pin>(rail: &mut Rail) -> Outcome<bool> {
        Ok(rail.set(true))
    }

    /// Its result type names the context's parameter.
    #[step]
    async fn first<Q: Clone, const N: usize>(values: &[Q; N], power: &bool) -> Result<Wrapped<Q>, Bad> {
        assert!(*power);
        values.first().cloned().map(Wrapped).ok_or(Bad("no values"))
    }

    #[step]
    async fn length(note: &&str) -> Outcome<usize> {
        Ok(note.len())
    }
}

#[test]
fn a_context_may_be_generic() {
    let note = String::from("four");
    let mut board = generic::Board { rail: Fake(Vec::new()), values: [7_u8, 8], note: &note };
    let report = run(&Sim::new(), generic::run(&mut board, &NoClock));
    assert_eq!(report.outputs.first, Some(Wrapped(7)));
    assert_eq!(report.outputs.length, Some(4));
    assert_eq!(board.rail.0, [true]);
}

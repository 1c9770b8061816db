//! Why a step did not succeed, in words.

use crate::{
    plan::StepId,
    render::StepNames,
    scheduler::{Cause, Node, Status},
};
use core::fmt;

/// A step's cause with the names of the steps it came by, and its error.
pub(crate) struct Reason<'r> {
    pub(crate) names: &'r dyn StepNames,
    pub(crate) nodes: &'r [Node],
    pub(crate) status: Status,
    pub(crate) cause: Cause,
    pub(crate) error: Option<&'r dyn fmt::Display>,
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |step: StepId| self.names.name(step);
        match self.cause {
            Cause::Dependency { root, via } => {
                write!(f, "`{}` {}", name(root), self.what_became(root))?;
                if via != root {
                    write!(f, ", through `{}`", name(via))?;
                }
            }
            Cause::Stopped { by } => write!(f, "stopped after `{}` failed", name(by))?,
            cause => match self.error {
                Some(error) if self.status == Status::Failed => return error.fmt(f),
                _ => f.write_str(cause.in_short())?,
            },
        }
        match self.error {
            Some(last) if self.status == Status::Cancelled => write!(f, "; last error: {last}"),
            _ => Ok(()),
        }
    }
}

impl Reason<'_> {
    fn what_became(&self, step: StepId) -> &'static str {
        match self.nodes.get(step.index()).map(Node::status) {
            Some(Status::Failed) => "failed",
            Some(Status::Cancelled) => "was cancelled",
            _ => "was skipped",
        }
    }
}

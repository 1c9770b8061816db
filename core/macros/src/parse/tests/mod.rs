//! What is told of a module's diagnostics and where, and what is read from one without.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]

mod arguments;
mod checkpoints;
mod fuzz;
mod graphs;
mod models;
mod modules;
mod names;
mod ownership;
mod parameters;
mod signatures;
mod undos;
mod variants;

use super::{Rejected, pipeline};
use crate::model::Pipeline;
use std::str::FromStr;

/// Checks what is told of a module of these items: what each diagnostic points at, and its message.
#[track_caller]
fn check(items: &str, expected: &[(&str, &str)]) {
    check_with("error = E", items, expected);
}

#[track_caller]
fn check_with(args: &str, items: &str, expected: &[(&str, &str)]) {
    check_module(args, &format!("mod m {{ {items} }}"), expected);
}

#[track_caller]
fn check_module(args: &str, module: &str, expected: &[(&str, &str)]) {
    let told = match pipeline(tokens(args), tokens(module)) {
        Ok(_) => Vec::new(),
        Err(Rejected { error, .. }) => {
            error.into_iter().map(|error| (error.span().source_text().unwrap_or_default(), error.to_string())).collect()
        }
    };
    let expected: Vec<_> = expected.iter().map(|&(at, message)| (at.into(), message.into())).collect();
    assert_eq!(told, expected);
}

#[track_caller]
fn model(args: &str, items: &str) -> Pipeline {
    let module = format!("mod bring_up {{ {items} }}");
    pipeline(tokens(args), tokens(&module)).unwrap_or_else(|rejected| panic!("{}", rejected.error))
}

fn tokens<T: FromStr<Err: std::fmt::Debug>>(source: &str) -> T {
    source.parse().unwrap()
}

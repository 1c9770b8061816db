//! The attribute behind `rungs::pipeline`; use it from there.
#![forbid(unsafe_code)]

mod generate;
mod graph;
mod model;
mod parse;

use proc_macro::TokenStream;

/// Makes a pipeline of a module of async functions.
#[proc_macro_attribute]
pub fn pipeline(args: TokenStream, module: TokenStream) -> TokenStream {
    match parse::pipeline(args.into(), module.into()) {
        Ok(model) => generate::pipeline(&model).into(),
        Err(rejected) => proc_macro2::TokenStream::from(rejected).into(),
    }
}

//! From tokens to the checked model.

use crate::model::Pipeline;
use proc_macro2::TokenStream;

/// Reads a module and checks all that can be checked without types.
pub(crate) fn pipeline(args: TokenStream, module: TokenStream) -> Result<Pipeline, TokenStream> {
    let _ = args;
    Err(module)
}

//! What every step's signature must be, whatever its parameters stand for.

use super::{
    diagnostics::{Diagnostics, shown},
    kept::{self, Lifetimes},
};
use crate::model::Fallibility;
use syn::{
    FnArg, GenericParam, Generics, Ident, Pat, PatIdent, ReturnType, Safety, Signature, Type, parse_quote_spanned,
    visit::Visit,
};

/// A parameter by its name.
pub(super) struct Named {
    pub(super) ident: Ident,
    pub(super) ty: Type,
}

/// The parameters that have a name.
pub(super) fn parameters(sig: &Signature, diagnostics: &mut Diagnostics) -> Vec<Named> {
    let mut named: Vec<Named> = Vec::new();
    for input in &sig.inputs {
        let typed = match input {
            FnArg::Receiver(receiver) => {
                diagnostics
                    .at(receiver, "a step has no `self`: what it borrows are fields of the context, by their names");
                continue;
            }
            FnArg::Typed(typed) => typed,
        };
        match &*typed.pat {
            Pat::Ident(PatIdent { ident, by_ref: None, subpat: None, .. }) => {
                if named.iter().any(|other| other.ident == *ident) {
                    diagnostics.at(ident, format!("two parameters are called `{}`", shown(ident)));
                } else {
                    named.push(Named { ident: ident.clone(), ty: (*typed.ty).clone() });
                }
            }
            pattern => diagnostics
                .at(pattern, "a step's parameter is a plain name: of a step, of a field of the context, or `cx`"),
        }
    }
    named
}

/// The return type, whether it is a `Result`, and the lifetimes that occur in it. `what` it is, is told in messages.
pub(super) fn check(
    sig: &Signature,
    what: &str,
    context: Option<&Generics>,
    diagnostics: &mut Diagnostics,
) -> (Type, Fallibility, Lifetimes) {
    check_keywords(sig, what, diagnostics);
    let output = output(sig);
    if let Type::Never(never) = &output {
        diagnostics.at(never, format!("{what} ends: its return type cannot be `!`"));
    }
    let lifetimes = kept::check(&output, sig, context, diagnostics);
    for lifetime in sig.generics.lifetimes().filter(|lifetime| !lifetimes.contains(&lifetime.lifetime)) {
        let name = &lifetime.lifetime;
        diagnostics.at(lifetime, format!("the result of the step does not borrow for `{name}`: remove `{name}`"));
    }
    let fallibility = fallibility(&output, &sig.generics);
    (output, fallibility, lifetimes)
}

fn check_keywords(sig: &Signature, what: &str, diagnostics: &mut Diagnostics) {
    if sig.asyncness.is_none() {
        diagnostics.at(&sig.fn_token, format!("{what} is an `async fn`: add `async`"));
    }
    if let Some(keyword) = &sig.constness {
        diagnostics.at(keyword, format!("{what} cannot be `const`"));
    }
    if let Safety::Unsafe(keyword) = &sig.safety {
        diagnostics.at(keyword, format!("{what} cannot be `unsafe`"));
    }
    if let Some(abi) = &sig.abi {
        diagnostics.at(abi, format!("{what} cannot be `extern`"));
    }
    if let Some(variadic) = &sig.variadic {
        diagnostics.at(variadic, format!("{what} cannot be variadic"));
    }
}

fn output(sig: &Signature) -> Type {
    match &sig.output {
        ReturnType::Type(_, ty) => (**ty).clone(),
        ReturnType::Default => parse_quote_spanned!(sig.ident.span()=> ()),
    }
}

/// By the name of the type where that suffices. An alias has any path, and a macro may stand for any type.
fn fallibility(ty: &Type, generics: &Generics) -> Fallibility {
    match ty {
        Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Result") => {
            Fallibility::Fallible
        }
        // A constant that tells whether a type is a `Result` cannot depend on a parameter.
        Type::Path(_) | Type::Macro(_) if !mentions_any(ty, generics) => Fallibility::ByType,
        Type::Group(group) => fallibility(&group.elem, generics),
        Type::Paren(paren) => fallibility(&paren.elem, generics),
        _ => Fallibility::Infallible,
    }
}

/// Whether a parameter of the step occurs in the type.
pub(super) fn mentions_any(ty: &Type, generics: &Generics) -> bool {
    struct Mentions<'g>(&'g Generics, bool);

    impl<'ast> Visit<'ast> for Mentions<'_> {
        fn visit_ident(&mut self, ident: &'ast Ident) {
            let is_ident = |param: &GenericParam| match param {
                GenericParam::Type(param) => param.ident == *ident,
                GenericParam::Const(param) => param.ident == *ident,
                GenericParam::Lifetime(_) => false,
            };
            self.1 |= self.0.params.iter().any(is_ident);
        }
    }

    let mut mentions = Mentions(generics, false);
    mentions.visit_type(ty);
    mentions.1
}

//! Where a program could panic.
//!
//! Every direct call that leads into `core::panicking` is blamed on the innermost source file around it, as the debug
//! information tells it through all inlining, that is not the standard library's. A function of the standard library
//! that may panic and was not inlined passes the blame on to its callers. Calls through pointers are not followed, but
//! their target was named somewhere, and a panic in it is found there.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};

use addr2line::Loader;
use object::{Object, ObjectSymbol, SymbolKind};

use crate::{
    Result,
    calls::{self, Call},
};

/// The one panic that stays: rustc's check in each async function that it is not polled again after its end.
const RESUMED: &str = "panic_const_async_fn_resumed";

/// Prints what could panic, and tells whether none of it is in the sources below `zones`, `RESUMED` excepted.
pub(crate) fn print(zones: &[PathBuf], path: &Path) -> Result<bool> {
    let data = fs::read(path)?;
    let file = object::File::parse(&*data)?;
    let program = Program { functions: Functions::of(&file), calls: calls::find(&file)?, loader: Loader::new(path)? };

    let (mut found, mut resumed, mut others) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
    for Panic { by, line, what } in program.panics()? {
        let is_inside = zones.iter().any(|zone| by.starts_with(zone));
        if is_inside && !what.contains(RESUMED) {
            found.insert(format!("{}:{line}: {what}", by.display()));
        } else {
            *if is_inside { &mut resumed } else { &mut others }.entry(in_short(&by)).or_insert(0) += 1;
        }
    }

    println!("{}:", path.display());
    for panic in &found {
        println!("  PANIC {panic}");
    }
    for (by, count) in resumed {
        println!("  {count} checks of a resumed async function in {by}");
    }
    for (by, count) in others {
        println!("  {count} elsewhere, in {by}");
    }
    Ok(found.is_empty())
}

/// Of a path in cargo's registry, its package; of any other, its end.
fn in_short(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    if let Some(registry) = parts.iter().position(|part| part == "registry") {
        return parts.get(registry + 3).map_or_else(String::new, |part| part.to_string());
    }
    let last = parts.len().saturating_sub(3);
    parts.get(last..).unwrap_or_default().join("/")
}

struct Panic {
    by: PathBuf,
    line: u32,
    what: String,
}

struct Program {
    functions: Functions,
    calls: Vec<Call>,
    loader: Loader,
}

impl Program {
    fn panics(&self) -> Result<Vec<Panic>> {
        let mut panics = Vec::new();
        // The functions through which a panic is reached, and the panic.
        let mut guilty: HashMap<u64, String> = self
            .functions
            .all()
            .filter(|(_, name)| name.contains("core::panicking::"))
            .map(|(start, name)| (start, name.to_owned()))
            .collect();
        let mut new: BTreeSet<u64> = guilty.keys().copied().collect();
        while !new.is_empty() {
            let mut passed_on = BTreeSet::new();
            for call in self.calls.iter().filter(|call| new.contains(&call.to)) {
                let Some((caller, name)) = self.functions.around(call.from) else { continue };
                if caller == call.to || name.contains("core::panicking::") {
                    continue;
                }
                let what = guilty.get(&call.to).cloned().unwrap_or_default();
                match self.blamed(call.from)? {
                    Some((by, line)) => panics.push(Panic { by, line, what }),
                    None => {
                        if let std::collections::hash_map::Entry::Vacant(entry) = guilty.entry(caller) {
                            entry.insert(format!("{name}, {what}"));
                            passed_on.insert(caller);
                        }
                    }
                }
            }
            new = passed_on;
        }
        Ok(panics)
    }

    /// The innermost source around an address that is not the standard library's; none if all of it is.
    fn blamed(&self, address: u64) -> Result<Option<(PathBuf, u32)>> {
        let mut frames = self.loader.find_frames(address)?;
        while let Some(frame) = frames.next()? {
            let Some(location) = frame.location else { continue };
            let Some(file) = location.file else { continue };
            let is_std = ["/library/core/", "/library/alloc/", "/library/std/", "/compiler_builtins"];
            if !is_std.iter().any(|part| file.contains(part)) {
                let path = PathBuf::from(file);
                // Without a line where the compiler has merged several places into one.
                return Ok(Some((path.canonicalize().unwrap_or(path), location.line.unwrap_or(0))));
            }
        }
        Ok(None)
    }
}

struct Functions(BTreeMap<u64, (u64, String)>);

impl Functions {
    fn of(file: &object::File<'_>) -> Self {
        let functions = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0);
        Self(
            functions
                .map(|symbol| {
                    let name = format!("{:#}", rustc_demangle::demangle(symbol.name().unwrap_or_default()));
                    // The lowest bit of an address marks Thumb code.
                    (symbol.address() & !1, (symbol.size(), name))
                })
                .collect(),
        )
    }

    fn all(&self) -> impl Iterator<Item = (u64, &str)> {
        self.0.iter().map(|(&start, (_, name))| (start, name.as_str()))
    }

    fn around(&self, address: u64) -> Option<(u64, &str)> {
        let (&start, (size, name)) = self.0.range(..=address).next_back()?;
        (address < start + size).then_some((start, name.as_str()))
    }
}

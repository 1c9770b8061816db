//! Steps by name, for lists that are known only when the program runs.
//!
//! Reads lines such as `link: compile assets` (a step and its needs) from the file that is its argument; without one it uses a
//! list of its own. Needs may come later in the list. Prints the picture, the steps as they run, and for each step all that it
//! depends on. A wrong list is rejected with all its mistakes and exit code 3:
//!
//! ```sh
//! printf 'hen: egg\negg: hen\nfox: goose\n' > farm; cargo run --example dynamic farm
//! ```

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::{env, fs};

use rungs::{Inputs, Pipeline};
use rungs_smol::Smol;

const BUILD: &str = "
package: link manual
link: compile assets
compile: fetch
assets: fetch
manual: fetch
fetch:
";

/// Makes one step per line. The result of a step is the set of its own name and all names in the results of its needs.
fn pipeline(list: &str) -> Result<Pipeline<'static>, String> {
    let mut p = Pipeline::new("dynamic");
    for line in list.lines().filter(|line| !line.trim().is_empty()) {
        let (name, needs) = line.split_once(':').ok_or_else(|| format!("`{line}` is not `step: needs`"))?;
        let name = name.trim().to_owned();
        p.step(&name.clone()).depends_on(needs.split_whitespace()).run(move |inputs: Inputs| {
            let name = name.clone();
            async move {
                println!("running {name}");
                let mut behind = BTreeSet::from([name]);
                for need in inputs.names() {
                    // The type is checked here, at run time: a wrong one is an error, not a panic.
                    behind.extend(inputs.get::<BTreeSet<String>>(need)?.iter().cloned());
                }
                Ok(behind)
            }
        });
    }
    Ok(p)
}

fn main() -> ExitCode {
    let list = match env::args_os().nth(1) {
        Some(file) => fs::read_to_string(&file).map_err(|error| format!("cannot read {}: {error}", file.display())),
        None => Ok(BUILD.to_owned()),
    };
    let mut p = match list.and_then(|list| pipeline(&list)) {
        Ok(p) => p,
        Err(error) => {
            eprintln!("dynamic: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", p.visualize());
    let report = match smol::block_on(p.run(&Smol::new())) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("{error}");
            return error.exit_code().into();
        }
    };
    println!();
    for step in &report {
        match report.output_named::<BTreeSet<String>>(step.name()) {
            Ok(behind) => println!("{}: {}", step.name(), Vec::from_iter(behind.iter().map(String::as_str)).join(", ")),
            Err(reason) => println!("{reason}"),
        }
    }
    report.exit_code().into()
}

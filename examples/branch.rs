//! Branches: an update that ends early if nothing is new, takes one of several ways, and goes on where these join.
//!
//! `cargo run --example branch -- 7 zip`: the installed version, 8 being the newest, and the format of the new one: `zip` or `tar`.
//! Prints the report. A step that says `Ok(None)` has nothing to do: it is skipped by itself, and so is what needs its
//! result. Nothing of that is a failure, so the program ends with 0 whichever way is taken; with a format that nobody can
//! unpack it ends with 1.

use std::env;

use rungs::{BoxError, Exit, Pipeline, PipelineError, Report};
use rungs_smol::Smol;

const NEWEST: u32 = 8;

fn main() -> Exit {
    let mut args = env::args().skip(1);
    let installed = args.next().and_then(|version| version.parse().ok()).unwrap_or(7);
    let format = args.next().unwrap_or_else(|| "zip".into());
    run(installed, &format).into()
}

fn run(installed: u32, format: &str) -> Result<Report<BoxError>, PipelineError> {
    let mut p = Pipeline::new("update");

    // Up to date already? Then all that needs the newer version is skipped: this part of the pipeline ends early.
    let newer = p.step("look").run_maybe(async || Ok((installed < NEWEST).then_some(NEWEST)));
    let fetched = p.step("fetch").needs(newer).run(async |version| Ok(format!("update-{version}.{format}")));

    // A switch: each way looks whether it is the one, and the others skip themselves.
    let unzip = p.step("unzip").needs(fetched).run_maybe(async |file| Ok(file.strip_suffix(".zip").map(String::from)));
    let untar = p.step("untar").needs(fetched).run_maybe(async |file| Ok(file.strip_suffix(".tar").map(String::from)));
    let known = p.step("known").needs(fetched).run(async |file| match file.rsplit('.').next() {
        Some("zip" | "tar") => Ok(()),
        format => Err(format!("nobody can unpack {}", format.unwrap_or("it")).into()),
    });

    // The ways join: an argument is `None` if its way was not taken. If none was, or something failed, the join does not run.
    let files = p.step("install").needs((unzip, untar)).after(known).when_none_failed().run(async |zip, tar| {
        zip.or(tar).map(|name| format!("installed {}", *name)).ok_or_else(|| BoxError::from("no way was taken"))
    });

    // Whatever happened, this runs last, and is told of everything that has no result.
    p.step("tell").needs(files).after_all().when_all_done().run_with(async |cx, files| {
        match files {
            Ok(text) => println!("{}", *text),
            Err(unmet) => println!("nothing is installed: {unmet}"),
        }
        cx.unmet().for_each(|unmet| println!("  {unmet}"));
        Ok(())
    });

    let report = smol::block_on(p.run(&Smol::new()))?;
    println!("{report}");
    Ok(report)
}

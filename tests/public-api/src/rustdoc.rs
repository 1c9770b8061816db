//! What rustdoc knows of a package.

use public_api::Builder;
use std::{collections::BTreeSet, fs, path::Path, process::Command};

/// The version of the format that `public-api` reads. It would read others too, but might misunderstand them.
const FORMAT: &str = "\"format_version\":57";

/// The public items of a package with all its features, one a line, without hidden ones. Implementations that follow from
/// others are left out: blanket ones, `Send` and its kin.
pub(crate) fn public_items(root: &Path, package: &str) -> Result<BTreeSet<String>, String> {
    let target = root.join("target/public-api");
    // rustdoc writes JSON only where unstable options are allowed. This allows them on a stable toolchain, so that the
    // list is made by the same compiler as all else.
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", &target);
    command.args(["rustdoc", "--quiet", "--lib", "--all-features", "--package", package]);
    command.args(["--", "-Z", "unstable-options", "--output-format", "json", "--cap-lints", "allow"]);
    let status = command.status().map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(format!("`cargo rustdoc` ended with {status}"));
    }
    let json = target.join("doc").join(format!("{}.json", package.replace('-', "_")));
    if !fs::read_to_string(&json).map_err(|error| error.to_string())?.contains(FORMAT) {
        return Err(format!("its rustdoc does not write {FORMAT}"));
    }
    let builder = Builder::from_rustdoc_json(json).omit_blanket_impls(true).omit_auto_trait_impls(true);
    let api = builder.build().map_err(|error| error.to_string())?;
    Ok(api.items().map(ToString::to_string).collect())
}

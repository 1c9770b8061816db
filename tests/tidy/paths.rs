//! Files that a text names.

use std::path::Path;

/// What a link to a file of ours begins with in a text that is also shown elsewhere.
const REPOSITORY: &str = "https://github.com/rungs-rs/rungs/blob/main/";

/// Folders that a path in a text may start from.
const BASES: &[&str] = &["", "core/src", "core/scheduler/src", "core/macros/src"];

/// The files that a text names, in links or in backticks, and that do not exist.
pub(crate) fn missing(markdown: &str, root: &Path) -> Vec<String> {
    let prose = without_code_blocks(markdown);
    let links = prose.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let links = links.map(|link| link.strip_prefix(REPOSITORY).unwrap_or(link)).filter(|link| is_local(link));
    let spans = prose.split('`').skip(1).step_by(2).filter(|span| is_path(span));
    let named = links.chain(spans).flat_map(alternatives);
    named.filter(|path| !BASES.iter().any(|base| exists(&root.join(base), path))).collect()
}

fn without_code_blocks(markdown: &str) -> String {
    let mut is_code = false;
    let mut prose = String::new();
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

fn is_local(link: &str) -> bool {
    !link.is_empty() && !link.contains("://") && !link.starts_with("mailto:")
}

/// Whether a span of code is a path: it has a folder, or an ending that our files have.
fn is_path(span: &str) -> bool {
    let plain = |char: char| char.is_alphanumeric() || "-_./{},*".contains(char);
    let endings = [".rs", ".md", ".toml", ".txt", ".yml", ".tsv"];
    span.chars().all(plain) && (span.contains('/') || endings.iter().any(|ending| span.ends_with(ending)))
}

/// The paths that `a/{b,c}.rs` stands for.
fn alternatives(path: &str) -> Vec<String> {
    match (path.split_once('{'), path.split_once('}')) {
        (Some((before, _)), Some((_, after))) if before.len() < path.len() - after.len() => {
            let inner = &path[before.len() + 1..path.len() - after.len() - 1];
            inner.split(',').flat_map(|choice| alternatives(&format!("{before}{choice}{after}"))).collect()
        }
        _ => vec![path.to_owned()],
    }
}

/// Whether a path exists; a `*` as its last part stands for the files of its folder.
fn exists(base: &Path, path: &str) -> bool {
    base.join(path.strip_suffix("/*").unwrap_or(path)).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing_here(markdown: &str) -> Vec<String> {
        missing(markdown, Path::new(env!("CARGO_MANIFEST_DIR")))
    }

    #[test]
    fn links_and_spans_are_looked_up() {
        let text = "See [this](tidy/main.rs), [that](tidy/none.rs#top), \
            [those](https://github.com/rungs-rs/rungs/blob/main/tidy/far.rs), `tidy/{main,nowhere}.rs` and `none.md`.";
        assert_eq!(missing_here(text), ["tidy/none.rs", "tidy/far.rs", "tidy/nowhere.rs", "none.md"]);
    }

    #[test]
    fn what_is_no_path_is_passed_over() {
        let text = "`Plan::new(a/b)` [x](https://example.com/none.rs)\n```sh\ncat `none.rs`\n```\n`tidy/*` `retries`";
        assert_eq!(missing_here(text), [""; 0]);
    }
}

//! ARCHITECTURE.md's table of modules: its rows are the layers, and say who may use whom.

use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) name: String,
    /// Files and folders, from the root of the repository.
    pub(crate) places: Vec<String>,
    pub(crate) may_use: MayUse,
}

#[derive(Debug)]
pub(crate) enum MayUse {
    All,
    Layers(BTreeSet<String>),
}

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) layers: Vec<Layer>,
}

impl Table {
    /// Reads the table whose header is `layer | where | what | may use`. Paths stand in backticks; the last cell lists
    /// layers, or is `nothing` or `all`.
    pub(crate) fn parse(markdown: &str) -> Result<Self, String> {
        let mut rows = markdown.lines().map(cells).skip_while(|cells| *cells != ["layer", "where", "what", "may use"]);
        rows.next().ok_or("no table with the header `layer | where | what | may use`")?;
        let rows = rows.skip(1).take_while(|cells| !cells.is_empty());
        let layers = rows.map(|cells| layer(&cells)).collect::<Result<_, _>>()?;
        Self { layers }.checked()
    }

    fn checked(self) -> Result<Self, String> {
        let mut names = BTreeSet::new();
        for layer in &self.layers {
            if !names.insert(&layer.name) {
                return Err(format!("the layer `{}` stands twice in the table", layer.name));
            }
        }
        for layer in &self.layers {
            for used in layer.may_use.layers() {
                if !names.contains(used) {
                    return Err(format!("`{}` may use `{used}`, which is no layer of the table", layer.name));
                }
            }
        }
        Ok(self)
    }

    /// The layer of a file: the row with the longest path to it.
    pub(crate) fn layer_of(&self, file: &str) -> Option<&Layer> {
        let places = self.layers.iter().flat_map(|layer| layer.places.iter().map(move |place| (place, layer)));
        let holding = places.filter(|(place, _)| {
            file.strip_prefix(place.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        holding.max_by_key(|(place, _)| place.len()).map(|(_, layer)| layer)
    }

    /// Which layers each layer may use, without those that may use all.
    pub(crate) fn arrows(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let arrow = |layer| (Layer::name(layer), layer.may_use.layers().map(String::as_str).collect());
        self.layers.iter().map(arrow).collect()
    }
}

impl Layer {
    fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn allows(&self, used: &Self) -> bool {
        match &self.may_use {
            MayUse::All => true,
            MayUse::Layers(layers) => self.name == used.name || layers.contains(&used.name),
        }
    }
}

impl MayUse {
    fn layers(&self) -> impl Iterator<Item = &String> {
        match self {
            Self::All => None,
            Self::Layers(layers) => Some(layers),
        }
        .into_iter()
        .flatten()
    }
}

fn layer(cells: &[&str]) -> Result<Layer, String> {
    let &[name, places, _, may_use] = cells else {
        return Err(format!("a row of the table has {} cells instead of 4: {cells:?}", cells.len()));
    };
    let places: Vec<_> = places.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    if places.is_empty() {
        return Err(format!("the layer `{name}` names no file in backticks"));
    }
    let may_use = match may_use {
        "all" => MayUse::All,
        "nothing" => MayUse::Layers(BTreeSet::new()),
        layers => MayUse::Layers(layers.split(',').map(|layer| layer.trim().to_owned()).collect()),
    };
    Ok(Layer { name: name.to_owned(), places, may_use })
}

/// The cells of a table's line; none of another line.
fn cells(line: &str) -> Vec<&str> {
    let inner = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|'));
    inner.map(|inner| inner.split('|').map(str::trim).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "text\n\n| layer | where | what | may use |\n| --- | --- | --- | --- |\n";

    fn parse(rows: &str) -> Result<Table, String> {
        Table::parse(&format!("{HEADER}{rows}\n\n| another | table |\n"))
    }

    #[test]
    fn rows_become_layers_up_to_the_tables_end() {
        let table = parse("| low | `src/low`, `src/time.rs` | x | nothing |\n| high | `src` | y | low |").unwrap();
        assert_eq!(table.layers.len(), 2);
        assert_eq!(table.layers[0].places, ["src/low", "src/time.rs"]);
        assert!(table.layers[1].allows(&table.layers[0]));
        assert!(!table.layers[0].allows(&table.layers[1]));
    }

    #[test]
    fn a_file_belongs_to_the_longest_path_that_holds_it() {
        let table = parse("| low | `src/low` | x | nothing |\n| high | `src` | y | low |").unwrap();
        let layer = |file| table.layer_of(file).map(|layer| layer.name.as_str());
        assert_eq!(layer("src/low/mod.rs"), Some("low"));
        assert_eq!(layer("src/lower.rs"), Some("high"));
        assert_eq!(layer("elsewhere/low.rs"), None);
    }

    #[test]
    fn mistakes_of_the_table_are_named() {
        let error = |rows| parse(rows).unwrap_err();
        assert_eq!(error("| a | `a.rs` | x | b |"), "`a` may use `b`, which is no layer of the table");
        assert_eq!(
            error("| a | `a.rs` | x | nothing |\n| a | `b.rs` | x | all |"),
            "the layer `a` stands twice in the table"
        );
        assert_eq!(error("| a | nowhere | x | all |"), "the layer `a` names no file in backticks");
        assert!(Table::parse("| layer | where | what |").unwrap_err().starts_with("no table"));
    }
}

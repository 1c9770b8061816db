//! Pictures as the programs read them for which they are made: Graphviz and Mermaid's own parser.
//!
//! Graphviz is the program `dot`. Mermaid is in the folder that `RUNGS_MERMAID` names, by `npm install mermaid jsdom`. What
//! is not there is skipped, and the output says so. Nothing is downloaded here; `.ci/run tests` installs both where it can.

use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{self, Write},
    process::{Command, Stdio},
};

use rungs::{NoClock, diagram::Diagram};

use crate::{
    support::block,
    texts::{Random, chain, odd_names},
};

/// A picture as it was read: the text of each node, and the edges.
#[derive(Debug, PartialEq)]
struct Read {
    nodes: BTreeMap<String, String>,
    edges: Vec<(String, String)>,
}

/// The same picture in each form.
struct Drawn {
    text: String,
    dot: String,
    mermaid: String,
    /// What stands below each name.
    note: &'static str,
}

impl Drawn {
    fn of(picture: &Diagram<'_>, note: &'static str) -> Self {
        let (text, dot, mermaid) = (picture.to_string(), picture.dot().to_string(), picture.mermaid().to_string());
        Self { text, dot, mermaid, note }
    }
}

/// Pictures of one step for each odd name, of all of them, and of random ones; and the same of what a run would do, of plans that
/// can run.
fn drawn() -> Vec<Drawn> {
    let mut plans: Vec<_> = odd_names().into_iter().map(|name| vec![name]).collect();
    plans.push(odd_names());
    let mut random = Random(0xd07);
    plans.extend((0..200).map(|_| random.names(6)));
    let draw = |names: Vec<String>| {
        let mut p = chain(&names[0], &names);
        let plan = Drawn::of(&p.visualize(), "");
        let explanation = block(p.runner().explain(&NoClock)).ok();
        let explained = explanation.map(|explanation| Drawn::of(&explanation.visualize(), "starts at 0"));
        [Some(plan), explained]
    };
    plans.into_iter().flat_map(draw).flatten().collect()
}

impl Drawn {
    /// What is to be read: the names as the text form shows them, each after the one before.
    fn expected(&self) -> Read {
        let lines = self.text.lines().filter_map(|line| line.strip_prefix("  - "));
        let mut before: Option<String> = None;
        let (mut nodes, mut edges) = (BTreeMap::new(), Vec::new());
        for (index, line) in lines.enumerate() {
            // The name before it is known, so that no name can hide where it begins.
            let end = before.as_ref().map_or(line.len(), |before| line.len() - format!(" <- [{before}]").len());
            let (name, shown) = match self.note {
                "" => (line[..end].to_string(), line[..end].to_string()),
                note => {
                    let name = line[..end].strip_suffix(&format!(" ({note})")).unwrap().to_string();
                    (name.clone(), name + note)
                }
            };
            nodes.insert(format!("s{index}"), shown);
            if index > 0 {
                edges.push((format!("s{}", index - 1), format!("s{index}")));
            }
            before = Some(name);
        }
        Read { nodes, edges }
    }
}

/// Runs a program on an input, and returns what it writes; `None` if it is not there.
fn run(command: &mut Command, input: &str) -> Option<String> {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().ok()?;
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_string());
    // By a thread, because the program may write before it has read all.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && !errors.contains("rror"), "{errors}");
    writer.join().unwrap().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Not with `println`, whose output the test harness captures.
fn tell(reader: &str, read: usize, skipped: usize) {
    let mut out = io::stderr();
    _ = writeln!(out, "pictures by {reader}: {read} read, {skipped} skipped");
    if skipped > 0 {
        _ = writeln!(out, "SKIPPED: {skipped} pictures were not read by {reader}, which is not on this machine");
    }
}

#[test]
fn graphviz_reads_each_name_as_the_text_form_shows_it() {
    let drawn = drawn();
    let all: String = drawn.iter().map(|drawn| drawn.dot.as_str()).collect();
    let Some(json) = run(Command::new("dot").arg("-Tjson"), &all) else { return tell("graphviz", 0, drawn.len()) };
    let read: Vec<Value> = serde_json::Deserializer::from_str(&json).into_iter().map(Result::unwrap).collect();
    assert_eq!(read.len(), drawn.len());
    for (drawn, read) in drawn.iter().zip(&read) {
        let expected = drawn.expected();
        let text = |value: &Value| value.as_str().unwrap().to_string();
        let objects = read["objects"].as_array().unwrap();
        let shown = |object: &Value| {
            let draws = object["_ldraw_"].as_array().map_or(&[][..], Vec::as_slice);
            draws.iter().filter(|draw| draw["op"] == "T").map(|draw| text(&draw["text"])).collect::<String>()
        };
        let nodes = objects.iter().map(|object| (text(&object["name"]), shown(object))).collect();
        let name = |index: &Value| text(&objects[index.as_u64().unwrap() as usize]["name"]);
        let edges = read["edges"].as_array().map_or(&[][..], Vec::as_slice);
        let mut edges: Vec<_> = edges.iter().map(|edge| (name(&edge["tail"]), name(&edge["head"]))).collect();
        edges.sort_by_key(|(_, head)| head[1..].parse::<usize>().unwrap());
        assert_eq!(Read { nodes, edges }, expected, "{}", drawn.dot);
    }
    tell("graphviz", drawn.len(), 0);
}

#[test]
fn mermaid_reads_each_name_as_the_text_form_shows_it() {
    let drawn = drawn();
    let Some(folder) = std::env::var_os("RUNGS_MERMAID") else { return tell("mermaid", 0, drawn.len()) };
    let all = serde_json::to_string(&drawn.iter().map(|drawn| &drawn.mermaid).collect::<Vec<_>>()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/dynamic/readers/mermaid.mjs");
    let Some(json) = run(Command::new("node").arg(script).arg(folder), &all) else {
        return tell("mermaid", 0, drawn.len());
    };
    let read: Vec<Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(read.len(), drawn.len());
    for (drawn, read) in drawn.iter().zip(&read) {
        let rows = |key: &str| read[key].as_array().unwrap().clone();
        let text = |value: &Value| value.as_str().unwrap().to_string();
        // A browser shows no space around a label.
        let nodes = rows("nodes").iter().map(|node| (text(&node[0]), text(&node[1]).trim().to_string())).collect();
        let edges = rows("edges").iter().map(|edge| (text(&edge[0]), text(&edge[1]))).collect();
        let mut expected = drawn.expected();
        expected.nodes.values_mut().for_each(|name| *name = name.trim().to_string());
        assert_eq!(Read { nodes, edges }, expected, "{}", drawn.mermaid);
        // In a label of the kind `markdown` the text is markup.
        assert!(rows("nodes").iter().all(|node| node[2] != "markdown"), "{}", drawn.mermaid);
    }
    tell("mermaid", drawn.len(), 0);
}

// Reads flowcharts by Mermaid's own parser: a list of their texts on standard input, and on standard output a list of
// { nodes: [[id, label]], edges: [[from, to]] }. The argument is a folder with `node_modules/mermaid` and `node_modules/jsdom`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.argv[2]}/`);
const { JSDOM } = require("jsdom");
// Mermaid cleans labels with a document's help.
globalThis.window = new JSDOM("").window;
globalThis.document = window.document;
const { default: mermaid } = await import(pathToFileURL(require.resolve("mermaid")));

// The text that a browser shows for a label in which Mermaid has encoded the entities.
function shown(label) {
  const html = label.replace(/ﬂ°°/g, "&#").replace(/ﬂ°/g, "&").replace(/¶ß/g, ";");
  const element = document.createElement("span");
  element.innerHTML = html;
  return element.textContent;
}

const diagrams = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  await mermaid.parse(text);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const nodes = [...db.getVertices().values()].map(({ id, text, labelType }) => [id, shown(text), labelType]);
  diagrams.push({ nodes, edges: db.getEdges().map(({ start, end }) => [start, end]) });
}
process.stdout.write(JSON.stringify(diagrams));

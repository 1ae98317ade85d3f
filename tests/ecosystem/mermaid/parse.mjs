// Reads a JSON list of diagrams from standard input and prints what the real parser makes of each of them.
import { JSDOM } from "jsdom";

// The parser cleans labels with a library that wants a document.
const { window } = new JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import("mermaid");

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const answers = [];
for (const text of JSON.parse(Buffer.concat(chunks).toString("utf8"))) {
  try {
    await mermaid.parse(text);
    const { type, db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    const states = db.getStates ? [...db.getStates().values()] : [];
    const relations = db.getRelations ? db.getRelations() : [];
    answers.push({
      type,
      states: states.map(({ id, type, descriptions, classes }) => ({ id, type, descriptions, classes })),
      edges: relations.map(({ id1, id2 }) => [id1, id2]),
    });
  } catch (error) {
    answers.push({ error: String(error.message) });
  }
}
process.stdout.write(JSON.stringify(answers));

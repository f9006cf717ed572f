'use strict';
/* Starts the module as a page does, asks it what standard input lists, and writes the answers as JSON.
 * usage: node ask.cjs wasm_exec.js app.wasm; input: {"rounds": 1, "asks": [["check", vendor, type, values, workspace], …]} */
const fs = require('fs');
const [script, module_] = process.argv.slice(2);

(async () => {
  (0, eval)(fs.readFileSync(script, 'utf8'));
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(module_), go.importObject);
  go.run(instance);
  const { rounds, asks } = JSON.parse(fs.readFileSync(0, 'utf8'));
  const ask = ([name, ...args]) => globalThis.patchbayRules[name](...args);
  const answers = asks.map(ask);
  const began = process.hrtime.bigint();
  for (let round = 1; round < rounds; round++) asks.forEach(ask);
  const nanoseconds = Number(process.hrtime.bigint() - began);
  fs.writeSync(1, JSON.stringify({ answers, nanoseconds }));
  process.exit(0); // the module would go on for ever
})().catch((problem) => {
  console.error(problem);
  process.exit(1);
});

/**
 * Holds docs/compatibility.md against the tests that ran: each row `| ID | sentence | test file |` needs a passing
 * test in that file whose title carries the id, and each contract id in a test title needs its row.
 * @returns {string[]} what does not agree
 */
export function checkCompatibility(markdown, tests) {
  const CONTRACT_ID = /\b(?:JAM|ASAP|JOAT|POL)-\d+b?\b/g;
  const passed = new Set();
  const titled = new Set();
  for (const test of tests) {
    for (const [id] of test.fullName.matchAll(CONTRACT_ID)) {
      titled.add(id);
      if (test.status === 'passed') passed.add(id);
    }
  }
  const rows = [...markdown.matchAll(/^\| ([A-Z]+-\d+b?) \|/gm)].map((match) => match[1]);
  return [
    ...rows.filter((id) => !passed.has(id)).map((id) => `${id} is listed but no passing test carries it`),
    ...[...titled].filter((id) => !rows.includes(id)).map((id) => `${id} is in a test title but not listed`),
    ...rows.filter((id, index) => rows.indexOf(id) !== index).map((id) => `${id} is listed twice`),
  ];
}

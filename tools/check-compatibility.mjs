const CONTRACT_ID = /\b(?:JAM|ASAP|JOAT|POL)-\d+b?\b/g;
const ROW = /^\| (?<id>[A-Z]+-\d+b?) \|(?<sentence>[^|]*)\|(?<files>[^|]*)\|$/gm;

/**
 * Holds docs/compatibility.md against the tests that ran. Each row `| id | sentence | test files in backticks |` needs,
 * in each file it names, a passing test whose title carries the id; each contract id in a title needs its row.
 * @param {string} markdown
 * @param {{ name: string, assertionResults: { fullName: string, status: string }[] }[]} files as Vitest reports them
 * @returns {string[]} what does not agree
 */
export function checkCompatibility(markdown, files) {
  const tests = files.flatMap(({ name, assertionResults }) =>
    assertionResults.flatMap(({ fullName, status }) =>
      [...fullName.matchAll(CONTRACT_ID)].map(([id]) => ({ id, status, file: name })),
    ),
  );
  const rows = [...markdown.matchAll(ROW)].map(({ groups }) => ({
    id: groups.id,
    files: [...groups.files.matchAll(/`([^`]+)`/g)].map((match) => match[1]),
  }));
  const ids = rows.map(({ id }) => id);
  return [
    ...rows.flatMap((row) => problemsOf(row, tests)),
    ...[...new Set(tests.map(({ id }) => id))]
      .filter((id) => !ids.includes(id))
      .map((id) => `${id} is in a test title but has no row`),
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} has two rows`),
  ];
}

function problemsOf({ id, files }, tests) {
  const own = tests.filter((test) => test.id === id);
  return [
    ...(files.length === 0 ? [`${id} names no test file`] : []),
    ...own.filter(({ status }) => status === 'failed').map(({ file }) => `${id} fails in ${file}`),
    ...files
      .filter((file) => !own.some((test) => test.status === 'passed' && test.file.endsWith(`/${file}`)))
      .map((file) => `${id} has no passing test in ${file}`),
  ];
}

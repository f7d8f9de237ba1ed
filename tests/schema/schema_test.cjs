// Holds the JSON Schemas against a validator that is not ours: what skillrun accepts and writes is valid, what it
// refuses for its structure is not.
//   schema_test.cjs PROGRAM SOURCE_FOLDER WORK_FOLDER
'use strict';
const {spawnSync} = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const Ajv = require('ajv/dist/2020').default;
const toml = require('smol-toml');
const yaml = require('yaml');

const [program, source, work] = process.argv.slice(2).map((file) => path.resolve(file));
let checks = 0;
const faults = [];

function check(holds, message) {
  ++checks;
  if (!holds) faults.push(message);
}

function skillrun(words, folder = work) {
  return spawnSync(program, words, {cwd: folder, encoding: 'utf8', input: '', maxBuffer: 1 << 26});
}

function files(folder, suffixes) {
  const found = [];
  for (const entry of fs.readdirSync(path.join(source, folder), {recursive: true}).sort()) {
    if (suffixes.some((suffix) => entry.endsWith(suffix))) found.push(path.join(source, folder, entry));
  }
  return found;
}

const manifests = ['.toml', '.yaml', '.yml'];

function read(file) {
  const text = fs.readFileSync(file, 'utf8');
  return file.endsWith('.toml') ? toml.parse(text) : yaml.parse(text, {version: '1.2'}) ?? {};
}

const validators = {};
for (const document of ['manifest', 'policy', 'lint', 'result']) {
  const printed = skillrun(['schema', document]).stdout;
  check(printed === fs.readFileSync(path.join(source, 'schemas', `${document}.json`), 'utf8'),
        `schemas/${document}.json is not what the program prints`);
  validators[document] = new Ajv({strict: true, allErrors: true}).compile(JSON.parse(printed));
}

function valid(document, value, name) {
  const validate = validators[document];
  check(validate(value), `${name}: ${JSON.stringify((validate.errors ?? []).slice(0, 3))}`);
}

function expectAtLeast(least, what, count) {
  check(count >= least, `only ${count} ${what}`);
}

// What ships; its first line tells editors of the schema.
function ships(document, file) {
  valid(document, read(file), file);
  const named = /^#(?::schema | yaml-language-server: \$schema=)(\S+)\n/.exec(fs.readFileSync(file, 'utf8'))?.[1] ?? '';
  check(path.resolve(path.dirname(file), named) === path.join(source, 'schemas', `${document}.json`),
        `${file} does not name its schema`);
}
for (const file of files('manifests', manifests)) ships('manifest', file);
for (const file of files('policies', ['.yaml'])) ships('policy', file);

// What the loader accepts.
const accepted = (file) => skillrun(['-m', file, 'list']).status === 0;
const fixtures = files('tests/fixtures/rules', manifests).filter((file) => path.basename(file) !== 'policy.yaml');
const loaded = fixtures.filter(accepted);
expectAtLeast(400, 'fixtures are accepted by the loader', loaded.length);
// A mount of an unknown type is read, and then refused under every policy.
const refusedLater = (file) => file.includes('unknown-mount-type/fail/table');
for (const file of loaded.filter((file) => !refusedLater(file))) valid('manifest', read(file), file);
for (const file of loaded.filter(refusedLater)) check(!validators.manifest(read(file)), `the schema accepts ${file}`);

// Policies: those of fixtures, the examples of the manual, and those that skillrun prints.
for (const file of files('tests/fixtures/rules', ['policy.yaml'])) valid('policy', read(file), file);
const manual = fs.readFileSync(path.join(source, 'docs/policy.md'), 'utf8');
const examples = [...manual.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1]);
expectAtLeast(5, 'examples in docs/policy.md', examples.length);
for (const example of examples) {
  const whole = example.startsWith('apiVersion') ? example : `apiVersion: skillrun.policy/v1\nname: x\n${example}`;
  valid('policy', yaml.parse(whole), `an example of docs/policy.md: ${example.slice(0, 60)}`);
}
for (const name of ['baseline', 'restricted', 'privileged']) {
  valid('policy', yaml.parse(skillrun(['policy', 'show', name]).stdout), `skillrun policy show ${name}`);
}

// What the loader refuses for its structure.
for (const file of files('tests/schema/refused/manifest', manifests)) {
  check(!accepted(file), `the loader accepts ${file}`);
  check(!validators.manifest(read(file)), `the schema accepts ${file}`);
}
for (const file of files('tests/schema/refused/policy', ['.yaml'])) {
  check(skillrun(['policy', 'show', file]).status === 125, `the loader accepts ${file}`);
  check(!validators.policy(read(file)), `the schema accepts ${file}`);
}

// Results of runs that come to nothing, and what is not a result.
const broken = path.join(source, 'tests/schema/refused/manifest/unknown_key.toml');
const refused = path.join(source, 'tests/fixtures/rules/privileged/fail/flag.toml');
const nowhere = path.join(work, 'no.sock');
const runs = {
  'no-such-skill': ['run', '--json', 'nosuch'],
  'invalid-manifest': ['-m', broken, 'run', '--json', 'tool'],
  'refused': ['-m', refused, 'run', '--json', 'tool'],
  'engine-unavailable': ['--engine', `unix://${nowhere}`, 'run', '--json', 'jq'],
};
for (const [status, words] of Object.entries(runs)) {
  const printed = skillrun(words).stdout;
  const result = JSON.parse(printed || 'null');
  check(result?.status === status, `${words.join(' ')}: ${result?.status} instead of ${status}`);
  valid('result', result, `skillrun ${words.join(' ')}`);
  check(!validators.result({...result, status: 'tired'}), 'the schema accepts a status that there is not');
  check(!validators.result({...result, surplus: 1}), 'the schema accepts a member that there is not');
}

// Lint documents: of files with every kind of fault, of findings that are waived, and of nothing at all.
const empty = path.join(work, 'empty');
fs.mkdirSync(empty);
const waiving = path.join(work, 'waiving.yaml');
fs.writeFileSync(waiving, `apiVersion: skillrun.policy/v1
name: waiving
waivers:
  - {rule: root-user, skill: tool, reason: a test, owner: the tests, expires: 9999-12-31}
`);
valid('policy', read(waiving), waiving);
let findings = [];
for (const words of [[path.join(source, 'tests/fixtures')], ['-p', 'restricted', path.join(source, 'manifests')], [broken],
                     ['-p', 'privileged', refused], ['-p', waiving, refused], [empty]]) {
  const document = JSON.parse(skillrun(['lint', '--format', 'json', ...words]).stdout || 'null');
  valid('lint', document, `skillrun lint ${words.join(' ')}`);
  findings = findings.concat(document?.findings ?? []);
  check(!validators.lint({...document, summary: {}}), 'the schema accepts a summary without numbers');
}
expectAtLeast(400, 'findings in lint documents', findings.length);
expectAtLeast(1, 'waived findings in lint documents', findings.filter((finding) => finding.waived !== null).length);
for (const severity of ['error', 'warning', 'info']) {
  expectAtLeast(1, `lint findings of severity ${severity}`, findings.filter((one) => one.severity === severity).length);
}

for (const fault of faults) console.error(`schema: ${fault}`);
console.log(`${checks - faults.length} of ${checks} checks hold`);
process.exit(faults.length === 0 ? 0 : 1);

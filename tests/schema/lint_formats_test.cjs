// Holds what `skillrun lint` writes against schemas that are not ours where there are any, against strict ones of
// tests/data/lint_formats elsewhere, and every format's findings against those of the JSON document.
//   lint_formats_test.cjs PROGRAM SOURCE_FOLDER WORK_FOLDER
'use strict';
const assert = require('node:assert');
const {spawnSync} = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const Ajv = require('ajv/dist/2020').default;
const AjvDraft04 = require('ajv-draft-04').default;
const addFormats = require('ajv-formats').default;
const hostile = require('./lint_formats/hostile_folder.cjs');
const workflow = require('./lint_formats/workflow_commands.cjs');
const xml = require('./lint_formats/xml.cjs');

const [program, source, work] = process.argv.slice(2).map((file) => path.resolve(file));
const data = (name) => path.join(source, 'tests/data/lint_formats', name);
let checks = 0;
const faults = [];

function holds(name, test) {
  ++checks;
  try {
    test();
  } catch (fault) {
    faults.push(`${name}: ${fault.message}`);
  }
}

const formats = ['json', 'sarif', 'github', 'gitlab', 'junit', 'checkstyle', 'text', 'html'];

/** Lints in a folder; the reports by format, as bytes, and what the process said. */
function lint(folder, words) {
  const outputs = formats.flatMap((format) => ['--format', format, '--output', path.join(work, format)]);
  const ended = spawnSync(program, ['-p', 'ci/policy.yaml', 'lint', ...outputs, ...words],
                          {cwd: folder, encoding: 'utf8'});
  assert.ok(ended.status === 0 || ended.status === 1, ended.stderr);
  const reports = Object.fromEntries(formats.map((format) => [format, fs.readFileSync(path.join(work, format))]));
  return {status: ended.status, error: ended.stderr, ...reports};
}

function text(bytes) {
  return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
}

// Schemas.
function validator(ajv, schema) {
  const validate = addFormats(ajv).compile(schema);
  return (value) => assert.ok(validate(value), JSON.stringify((validate.errors ?? []).slice(0, 3)));
}
const sarifSchema = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
const printed = spawnSync(program, ['schema', 'lint'], {encoding: 'utf8'}).stdout;
const validators = {
  json: validator(new Ajv({strict: true, allErrors: true}), JSON.parse(printed)),
  sarif: validator(new AjvDraft04({strict: false, allErrors: true, unicodeRegExp: false}), sarifSchema),
  gitlab: validator(new Ajv({strict: true, allErrors: true}), JSON.parse(fs.readFileSync(data('gitlab_code_quality.json')))),
};
const validXml = (name, file) => {
  const ended = spawnSync('xmllint', ['--nonet', '--noout', '--schema', data(`${name}.xsd`), file], {encoding: 'utf8'});
  assert.strictEqual(ended.status, 0, ended.stderr?.slice(0, 500));
};

/** What must hold of each report by itself, whatever was found. */
function checkForms(name, reports) {
  for (const format of formats) {
    holds(`${name}: ${format} is UTF-8 without control characters`, () => {
      const found = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufffe\uffff]/.exec(text(reports[format]));
      // JSON keeps evidence as it is: what is not a control character stands there unchanged.
      const allowed = format === 'json' && found !== null && found[0] > '\x7f';
      assert.ok(found === null || allowed, `${JSON.stringify(found?.[0])} at ${found?.index}`);
    });
  }
  for (const format of ['json', 'sarif', 'gitlab']) {
    holds(`${name}: ${format} is valid`, () => validators[format](JSON.parse(text(reports[format]))));
  }
  for (const format of ['junit', 'checkstyle']) {
    holds(`${name}: ${format} is valid`, () => validXml(format, path.join(work, format)));
  }
}

/** The text as reports show it: nothing in it acts on what shows it. */
function shown(value) {
  const short = {'\n': '\\n', '\t': '\\t', '\r': '\\r'};
  const hex = (c, digits) => c.codePointAt(0).toString(16).padStart(digits, '0');
  return value.replace(/[\0-\x1f\x7f]/g, (c) => short[c] ?? `\\x${hex(c, 2)}`)
    .replace(/[\x80-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g, (c) => `\\u${hex(c, 4)}`);
}

const withRemedy = (finding) =>
  shown(finding.message) + (finding.remediation === '' ? '' : `. Remedy: ${shown(finding.remediation)}`);
const subject = (finding) => shown(finding.skill + (finding.instance === null ? '' : `@${finding.instance}`));
const message = (finding) => (finding.skill === '' ? '' : `skill ${subject(finding)}: `) + withRemedy(finding);
const line = (finding) => Math.max(finding.line, 1);

function checkSame(name, reports) {
  const document = JSON.parse(text(reports.json));
  const findings = document.findings;
  const open = findings.filter((finding) => finding.waived === null);

  holds(`${name}: github says what json says`, () => {
    const levels = {error: 'error', warning: 'warning', info: 'notice'};
    const expected = open.map((finding) => {
      const properties = {file: shown(finding.file)};
      if (finding.line > 0) {
        Object.assign(properties, {line: `${finding.line}`, endLine: `${finding.end_line}`, col: `${finding.column}`});
        if (finding.line === finding.end_line && finding.end_column > finding.column) {
          properties.endColumn = `${finding.end_column - 1}`;
        }
      }
      properties.title = `skillrun ${finding.rule}`;
      return {command: levels[finding.severity], properties, message: message(finding)};
    });
    assert.deepStrictEqual(workflow.parse(text(reports.github)), expected);
  });

  holds(`${name}: gitlab says what json says`, () => {
    const severities = {error: 'critical', warning: 'minor', info: 'info'};
    const issues = JSON.parse(text(reports.gitlab));
    assert.deepStrictEqual(issues, open.map((finding) => ({
      description: message(finding),
      check_name: finding.rule,
      fingerprint: finding.fingerprint,
      severity: severities[finding.severity],
      location: {path: shown(finding.file), lines: {begin: line(finding), end: Math.max(finding.end_line, 1)}},
    })));
    assert.strictEqual(new Set(issues.map((issue) => issue.fingerprint)).size, issues.length, 'a fingerprint twice');
  });

  holds(`${name}: sarif says what json says`, () => {
    const [run] = JSON.parse(text(reports.sarif)).runs;
    const levels = {error: 'error', warning: 'warning', info: 'note'};
    assert.strictEqual(run.results.length, findings.length);
    run.results.forEach((result, index) => {
      const finding = findings[index];
      const {artifactLocation, region} = result.locations[0].physicalLocation;
      assert.strictEqual(result.message.text, withRemedy(finding));
      assert.strictEqual(result.level, levels[finding.severity]);
      assert.strictEqual(run.tool.driver.rules[result.ruleIndex].id, finding.rule);
      assert.strictEqual(result.partialFingerprints['skillrun/v1'], finding.fingerprint);
      assert.match(artifactLocation.uri, /^[A-Za-z0-9\-._~\/!$&'()*+,;=@%]+$/);
      assert.strictEqual(artifactLocation.uriBaseId, '%SRCROOT%');
      // A name that is not UTF-8 stands in a URI as it is, and in JSON as an escape.
      if (!artifactLocation.uri.includes('%FF%C0')) {
        assert.strictEqual(decodeURIComponent(artifactLocation.uri), finding.file);
      }
      if (finding.line > 0) {
        assert.deepStrictEqual(region, {startLine: finding.line, startColumn: finding.column,
                                        endLine: finding.end_line, endColumn: finding.end_column});
      }
      assert.strictEqual(result.suppressions?.[0].justification,
                         finding.waived === null ? undefined : shown(finding.waived.reason));
      assert.strictEqual(result.suppressions?.[0].kind, finding.waived === null ? undefined
        : finding.waived.file === finding.file ? 'inSource' : 'external');
    });
  });

  holds(`${name}: checkstyle says what json says`, () => {
    const said = xml.elements(text(reports.checkstyle), ['file', 'error']);
    let file;
    const errors = [];
    for (const {name: element, attributes} of said) {
      if (element === 'file') file = attributes.name;
      else errors.push({...attributes, file});
    }
    const expected = open.map((finding) => ({
      line: `${line(finding)}`,
      ...(finding.line > 0 ? {column: `${finding.column}`} : {}),
      severity: finding.severity,
      message: message(finding),
      source: `skillrun.${finding.rule}`,
      file: shown(finding.file),
    }));
    const sorted = (list) => list.map((entry) => JSON.stringify(Object.entries(entry).sort())).sort();
    assert.deepStrictEqual(sorted(errors), sorted(expected));
  });

  holds(`${name}: junit says what json says`, () => {
    const said = xml.elements(text(reports.junit), ['testsuites', 'testsuite', 'testcase', 'failure', 'skipped', 'system-out']);
    const of = (element) => said.filter((entry) => entry.name === element).map((entry) => entry.attributes);
    const failing = open.filter((finding) => finding.severity !== 'info');
    assert.deepStrictEqual(of('failure').map((entry) => entry.message), failing.map((finding) => shown(finding.message)));
    assert.strictEqual(of('skipped').length, findings.length - open.length);
    assert.strictEqual(of('system-out').length, open.length - failing.length);
    const sum = (attribute) => of('testsuite').reduce((total, entry) => total + Number(entry[attribute]), 0);
    assert.strictEqual(of('testcase').length, sum('tests'));
    assert.strictEqual(Number(of('testsuites')[0].tests), sum('tests'));
    assert.strictEqual(Number(of('testsuites')[0].failures), sum('failures'));
    assert.strictEqual(sum('failures'), failing.length);
    assert.strictEqual(sum('skipped'), findings.length - open.length);
    assert.strictEqual(of('testsuite').length, document.summary.files);
  });
  return {findings, open, document};
}

const folder = path.join(work, 'repository');
const files = hostile.make(folder);
const reports = lint(folder, ['.']);
assert.strictEqual(reports.status, 1, reports.error);
checkForms('the hostile folder', reports);
const {findings, document} = checkSame('the hostile folder', reports);
holds('the hostile folder has everything in it', () => {
  assert.strictEqual(document.summary.files, files + 1);  // the policy is linted, too
  for (const severity of ['error', 'warning', 'info']) {
    assert.ok(findings.some((finding) => finding.severity === severity && finding.waived === null), severity);
  }
  assert.ok(findings.some((finding) => finding.waived?.file === finding.file), 'a waiver of the manifest');
  assert.ok(findings.some((finding) => finding.waived?.owner === 'A & B'), 'a waiver of the policy');
  assert.ok(findings.some((finding) => finding.file === 'ci/policy.yaml'), 'a fault of the policy');
  assert.ok(findings.some((finding) => finding.instance !== null), 'an instance');
  assert.ok(findings.some((finding) => finding.rule === 'syntax-error'), 'what cannot be read');
  assert.ok(findings.some((finding) => finding.rule === 'acme-owner-label'), 'a rule of the policy');
});

const clean = lint(folder, ['clean.toml']);
holds('nothing found gives status 0', () => assert.strictEqual(clean.status, 0, clean.error));
checkForms('nothing found', clean);
holds('nothing is found in what is clean', () => assert.deepStrictEqual(checkSame('nothing found', clean).findings, []));

fs.mkdirSync(path.join(folder, 'empty'));
const empty = lint(folder, ['empty']);
holds('an empty folder gives status 0', () => assert.strictEqual(empty.status, 0, empty.error));
checkForms('an empty folder', empty);
checkSame('an empty folder', empty);

// From a folder within, what CI reads names paths from the repository's root all the same.
const below = path.join(folder, 'pdf');
const outputs = (format) => spawnSync(program, ['-p', '../ci/policy.yaml', 'lint', '--format', format, '..'], {cwd: below}).stdout;
for (const format of ['sarif', 'github', 'gitlab', 'junit', 'checkstyle']) {
  holds(`${format} is the same from a folder within`, () => assert.ok(outputs(format).equals(reports[format])));
}

for (const fault of faults) console.error(`lint formats: ${fault}`);
console.log(`${checks - faults.length} of ${checks} checks hold`);
process.exit(faults.length === 0 ? 0 : 1);

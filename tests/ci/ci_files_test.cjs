// Runs what CI systems would run of action.yml, ci/gitlab.yml and .pre-commit-hooks.yaml, with ordinary inputs and with
// such as want to be a command.
//   ci_files_test.cjs PROGRAM SOURCE_FOLDER WORK_FOLDER
'use strict';
const assert = require('node:assert');
const {spawnSync} = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const yaml = require('yaml');

const [program, source, work] = process.argv.slice(2).map((file) => path.resolve(file));
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

const read = (file) => yaml.parse(fs.readFileSync(path.join(source, file), 'utf8'));
const exists = (...parts) => fs.existsSync(path.join(...parts));

// A folder for programs that stands before all others in PATH.
function programs(name, entries) {
  const folder = path.join(work, name);
  fs.mkdirSync(folder);
  for (const [entry, text] of Object.entries(entries)) {
    fs.writeFileSync(path.join(folder, entry), `#!/bin/sh\n${text}\n`, {mode: 0o755});
  }
  return folder;
}
const withProgram = programs('with-program', {skillrun: `exec '${program}' "$@"`});
const environment = {
  PATH: `${withProgram}:/usr/local/bin:/usr/bin:/bin`,
  HOME: work,
  XDG_CONFIG_HOME: path.join(work, 'config'),
  GIT_CONFIG_GLOBAL: '/dev/null',
};

const bad = '[skills.tool.docker]\nimage = "x:1"\nextra_args = ["--privileged", "--init"]\n';
const names = ['skillrun.toml', 'a b.toml', '--fix.toml', '$(touch pwned).toml', '`touch pwned`.toml', ';touch pwned;.toml',
               `"'x.toml`, '-.toml', '[x,y].toml', '%{x}.toml', '${{ x }}.toml', '\\n.toml'];

let repositories = 0;
function repository() {
  const folder = path.join(work, `repository-${++repositories}`);
  fs.mkdirSync(path.join(folder, '.git'), {recursive: true});
  for (const name of names) fs.writeFileSync(path.join(folder, name), bad);
  return folder;
}

const hostile = ['$(touch pwned)', '`touch pwned`', '"; touch pwned; "', "'; touch pwned; '", '--write-baseline=pwned',
                 'x\ntouch pwned', 'PATHS\ntouch pwned', 'error --fix', '-e X=1'];

/** What must hold after every run: nothing of an input has become a command or an option. */
function untouched(folder) {
  assert.ok(!exists(folder, 'pwned'), 'an input was run');
  for (const name of names) assert.strictEqual(fs.readFileSync(path.join(folder, name), 'utf8'), bad, `${name} was changed`);
}

// GitHub.
const action = read('action.yml');
const steps = action.runs.steps;

/** Runs the steps of the action as the runner does; the last one's outcome. */
function runAction(folder, inputs, more = {}) {
  const values = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, inputs[name] ?? input.default]));
  for (const name of Object.keys(inputs)) assert.ok(name in action.inputs, name);
  const added = path.join(work, 'github-path');
  fs.writeFileSync(added, '');
  let env = {...environment, GITHUB_ACTION_PATH: source, GITHUB_PATH: added, RUNNER_TEMP: work, ...more};
  let ended;
  for (const step of steps) {
    const own = Object.fromEntries(Object.entries(step.env).map(([name, value]) => [
      name, value.replace(/\$\{\{ inputs\.([a-z-]+) \}\}/g, (_, input) => values[input])]));
    const script = path.join(work, 'step.sh');
    fs.writeFileSync(script, step.run);
    const found = fs.readFileSync(added, 'utf8').split('\n').filter((line) => line !== '');
    env = {...env, PATH: [...found.reverse(), env.PATH].join(':')};
    ended = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script],
                      {cwd: folder, env: {...env, ...own}, encoding: 'utf8'});
    if (ended.status !== 0) break;
  }
  return ended;
}

holds('action.yml is a composite action with descriptions and defaults', () => {
  assert.strictEqual(action.runs.using, 'composite');
  for (const [name, input] of Object.entries(action.inputs)) {
    assert.ok(input.description.length > 10 && typeof input.default === 'string', name);
  }
});
holds('inputs reach scripts in variables alone', () => {
  for (const step of steps) {
    assert.strictEqual(step.shell, 'bash');
    assert.ok(!step.run.includes('${{'), step.name);
    for (const value of Object.values(step.env)) {
      const input = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(value)?.[1];
      assert.ok(input in action.inputs, value);
    }
  }
  const used = steps.flatMap((step) => Object.values(step.env)).map((value) => /inputs\.([a-z-]+)/.exec(value)[1]);
  assert.deepStrictEqual([...new Set(used)].sort(), Object.keys(action.inputs).sort());
});
holds('the action annotates, writes SARIF and fails', () => {
  const folder = repository();
  const ended = runAction(folder, {sarif: 'out.sarif'});
  assert.strictEqual(ended.status, 1, ended.stderr);
  assert.match(ended.stdout, /^::error file=skillrun\.toml,line=3,/m);
  const results = JSON.parse(fs.readFileSync(path.join(folder, 'out.sarif'))).runs[0].results;
  assert.strictEqual(results.filter((result) => result.ruleId === 'privileged').length, names.length);
  untouched(folder);
});
holds('each line of paths is a path', () => {
  const folder = repository();
  const ended = runAction(folder, {paths: `\n${names.join('\n')}\r\n`, format: 'text'});
  assert.strictEqual(ended.status, 1, ended.stderr);
  assert.match(ended.stdout, new RegExp(`^${names.length} files, ${names.length} skills: ${names.length} errors`, 'm'));
  untouched(folder);
});
holds('the action knows fail-on, policies and baselines', () => {
  const folder = repository();
  assert.strictEqual(runAction(folder, {'fail-on': 'never'}).status, 0);
  assert.strictEqual(runAction(folder, {policy: 'privileged'}).status, 0);
  spawnSync(program, ['lint', '--write-baseline', 'known ones.json', '.'], {cwd: folder, env: environment});
  assert.strictEqual(runAction(folder, {baseline: 'known ones.json'}).status, 0);
  untouched(folder);
});
for (const input of Object.keys(action.inputs)) {
  for (const value of hostile) {
    holds(`the action's ${input} is ${JSON.stringify(value)}`, () => {
      const folder = repository();
      const ended = runAction(folder, {[input]: value});
      if (input !== 'sarif') assert.notStrictEqual(ended.status, 0);
      assert.ok(!/syntax error/.test(ended.stderr), ended.stderr);
      untouched(folder);
    });
  }
}
holds('a skillrun that is named is run', () => {
  const ended = runAction(repository(), {program, 'fail-on': 'never'}, {PATH: '/usr/bin:/bin'});
  assert.strictEqual(ended.status, 0, ended.stderr);
});
holds('where there is no skillrun it is built and found by the next step', () => {
  const tools = programs('tools', {
    'dpkg-query': 'printf installed',
    'apt-get': 'exit 1',
    'cmake': `case $1 in --build) mkdir -p "$2/bin"; ln -sf '${program}' "$2/bin/skillrun" ;; esac`,
  });
  const ended = runAction(repository(), {'fail-on': 'never'}, {PATH: `${tools}:/usr/bin:/bin`});
  assert.strictEqual(ended.status, 0, ended.stderr);
  assert.match(ended.stdout, /^::error file=/m);
});

// GitLab.
const job = read('ci/gitlab.yml')['skillrun-lint'];

function runGitlab(folder, variables, shell = 'sh') {
  const script = path.join(work, 'job.sh');
  fs.writeFileSync(script, job.script.join('\n'));
  return spawnSync(shell, ['-e', script], {cwd: folder, env: {...environment, ...job.variables, ...variables}, encoding: 'utf8'});
}

for (const shell of ['sh', 'bash']) {
  holds(`GitLab's job writes its reports and fails, with ${shell}`, () => {
    const folder = repository();
    const ended = runGitlab(folder, {}, shell);
    assert.strictEqual(ended.status, 1, ended.stderr);
    assert.match(ended.stdout, /error\[privileged\]/);
    const issues = JSON.parse(fs.readFileSync(path.join(folder, job.artifacts.reports.codequality)));
    assert.strictEqual(issues.filter((issue) => issue.check_name === 'privileged').length, names.length);
    assert.ok(exists(folder, job.artifacts.reports.junit));
    assert.strictEqual(job.artifacts.when, 'always');
    untouched(folder);
  });
}
holds('each line of SKILLRUN_LINT_PATHS is a path', () => {
  const folder = repository();
  const ended = runGitlab(folder, {SKILLRUN_LINT_PATHS: names.join('\n')});
  assert.match(ended.stdout, new RegExp(`^${names.length} files, ${names.length} skills: ${names.length} errors`, 'm'));
  untouched(folder);
});
holds("GitLab's job knows fail-on, policies and baselines", () => {
  const folder = repository();
  assert.strictEqual(runGitlab(folder, {SKILLRUN_LINT_FAIL_ON: 'never'}).status, 0);
  assert.strictEqual(runGitlab(folder, {SKILLRUN_LINT_POLICY: 'privileged'}).status, 0);
  spawnSync(program, ['lint', '--write-baseline', 'known ones.json', '.'], {cwd: folder, env: environment});
  assert.strictEqual(runGitlab(folder, {SKILLRUN_LINT_BASELINE: 'known ones.json'}).status, 0);
});
for (const variable of Object.keys(job.variables)) {
  for (const value of hostile) {
    holds(`${variable} is ${JSON.stringify(value)}`, () => {
      const folder = repository();
      const ended = runGitlab(folder, {[variable]: value});
      assert.notStrictEqual(ended.status, 0);
      assert.ok(!/syntax error/i.test(ended.stderr), ended.stderr);
      untouched(folder);
    });
  }
}

// pre-commit.
function run(folder, ...words) {
  const identity = {GIT_AUTHOR_NAME: 'x', GIT_AUTHOR_EMAIL: 'x@x', GIT_COMMITTER_NAME: 'x', GIT_COMMITTER_EMAIL: 'x@x'};
  return spawnSync(words[0], words.slice(1), {
    cwd: folder, encoding: 'utf8',
    env: {...environment, ...identity, PRE_COMMIT_HOME: path.join(work, 'pre-commit'), PRE_COMMIT_COLOR: 'never'},
  });
}
const hooks = path.join(work, 'hooks');
fs.mkdirSync(hooks);
fs.copyFileSync(path.join(source, '.pre-commit-hooks.yaml'), path.join(hooks, '.pre-commit-hooks.yaml'));
const project = path.join(work, 'project');
const clean = `[skills.tool.docker]\nimage = "x@sha256:${'a'.repeat(64)}"\nextra_args = ["--init"]\n`;
const linted = ['skillrun.toml', 'deep/skillrun.yml', 'skill-engine.toml', '.skill-engine.toml', '.skillrun/more.yaml'];
const policies = ['.skillrun/policy.yaml'];
const passed = ['Cargo.toml', 'notskillrun.toml', 'README.md'];
for (const name of [...linted, ...policies, ...passed, 'tool/SKILL.md']) {
  fs.mkdirSync(path.join(project, path.dirname(name)), {recursive: true});
  fs.writeFileSync(path.join(project, name), name.includes('policy') ? 'apiVersion: skillrun.policy/v1\nname: x\n'
    : name.endsWith('.md') ? '---\nname: tool\ndescription: x\n---\n'
    : /ya?ml$/.test(name) ? 'skills: {tool: {docker: {image: x}}}\n' : clean);
}
for (const folder of [hooks, project]) {
  run(folder, 'git', 'init', '--quiet');
  run(folder, 'git', 'add', '--all');
  run(folder, 'git', 'commit', '--quiet', '--message', 'all');
}
const preCommit = (hook) => run(project, 'pre-commit', 'try-repo', hooks, hook, '--all-files', '--verbose');
holds('the hook passes manifests, policies and SKILL.md files, and nothing else', () => {
  const ended = preCommit('skillrun-lint');
  assert.strictEqual(ended.status, 0, ended.stdout + ended.stderr);
  assert.match(ended.stdout, new RegExp(`${linted.length + 2} files, ${linted.length + 1} skills: 0 errors`));
});
holds('the hook fails where a manifest is at fault, and the other one fixes it', () => {
  fs.writeFileSync(path.join(project, 'skillrun.toml'), bad);
  const failed = preCommit('skillrun-lint');
  assert.strictEqual(failed.status, 1, failed.stdout + failed.stderr);
  assert.match(failed.stdout, /error\[privileged\]/);
  assert.strictEqual(preCommit('skillrun-fix').status, 1, 'a hook that changes files fails once');
  assert.match(fs.readFileSync(path.join(project, 'skillrun.toml'), 'utf8'), /extra_args = \["--init"\]/);
  assert.strictEqual(preCommit('skillrun-fix').status, 0);
  assert.strictEqual(preCommit('skillrun-lint').status, 0);
});

for (const fault of faults) console.error(`ci files: ${fault}`);
console.log(`${checks - faults.length} of ${checks} checks hold`);
process.exit(faults.length === 0 ? 0 : 1);

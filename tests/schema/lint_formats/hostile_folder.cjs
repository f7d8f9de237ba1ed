// A repository with everything in it that a report has to survive: findings of every severity, waived ones, some of a
// policy, and names that are markup, escapes, commands, or no text at all.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const bad = '"--privileged"';
const skill = (name, lines = '') => `[skills.${name}.docker]\nimage = "debian:12"\n${lines}`;

const names = [
  'plain.toml', 'with blanks/ä ö/名前.toml', `<&>"'.toml`, 'a%0A,b::c=d.toml', '::error file=x::y.toml',
  'line\nfeed.toml', 'return\r.toml', 'escape\x1b[31m.toml', 'bidi\u202etoml.toml', 'none\uffff\ufffe.toml', ']]>.toml',
  '--flag.toml', 'a\\b.toml', '%41.toml', '#?x.toml', 'c:/d.toml',
];

const policy = `apiVersion: skillrun.policy/v1
name: acme
inline_waivers: true
custom:
  - id: acme-owner-label
    assert: {field: 'labels["maintainer"]', exists: true}
    severity: warning
    message: 'set the <label> & "owner" ::error::100%'
waivers:
  - {rule: privileged, skill: waived, reason: "it's <needed> & \\"so\\" %0A", owner: "A & B", expires: 2100-01-31}
  - {rule: host-pid, skill: waived, reason: nothing, owner: nobody, expires: 2100-01-31}
`;

const manifest = `[skills."<&\\"'>%0A::"]
description = "x"
${skill(`"<&\\"'>%0A::"`, `volumes = ["/etc/<&\\"'>\\u0007\\u202e\\uffff\\ufffe%0A\\r\\n::,:/x"]\n"\\u0001<k>\\u2028" = 1\n`)}
${skill('commented', `extra_args = ["--pid=host"] # skillrun: allow host-pid until 2100-01-01 -- <b>"it's" & %\n`)}
${skill('"ä"', 'environment = ["A=${NOWHERE}"]\n')}
[skills.commented.instances."i,:%@".docker]
extra_args = ["--ipc=host"]
`;

function write(folder, name, text) {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), {recursive: true});
  fs.writeFileSync(file, text);
}

/** Makes the repository; returns how many manifests it has. */
function make(folder) {
  write(folder, '.git/HEAD', '');
  write(folder, 'ci/policy.yaml', policy);
  for (const name of names) write(folder, name, skill('tool', `extra_args = [${bad}]\n`));
  // A name that is not UTF-8.
  fs.writeFileSync(Buffer.concat([Buffer.from(folder + '/'), Buffer.from([0xff, 0xc0]), Buffer.from('.toml')]),
                   skill('tool', `extra_args = [${bad}]\n`));
  write(folder, 'skillrun.toml', manifest);
  // Waivers that waive nothing are told only where everything could be read.
  write(folder, 'waived.toml', skill('waived', `extra_args = [${bad}]\n`));
  write(folder, 'broken.yaml', 'skills:\n  tool: [\n');
  write(folder, 'bytes.toml', Buffer.concat([Buffer.from('[skills.x.docker]\nimage = "'), Buffer.from([0xff, 0x22])]));
  write(folder, 'clean.toml', '[skills.clean.docker]\nimage = "a@sha256:' + 'a'.repeat(64) + '"\nmemory = "64m"\n' +
    'cpus = "1"\npids_limit = 64\ntimeout = "1m"\nuser = "1000:1000"\nsecurity_opt = ["no-new-privileges"]\n' +
    'labels = {maintainer = "me"}\n');
  write(folder, 'pdf/SKILL.md', '---\nname: "<&>"\n---\n');
  return names.length + 7;
}

module.exports = {make};

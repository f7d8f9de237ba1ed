// The page of `skillrun lint --format html` in a real browser: what it asks of the network, what its filters, links and
// keys do, how it looks on a phone and in the dark, and what hostile manifests can do to it.
//   lint_page_test.cjs PROGRAM BROWSER WORK_FOLDER
'use strict';
const {spawnSync} = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const {pathToFileURL} = require('node:url');
const {Browser} = require('./browser.cjs');
const {contrastFaults} = require('./contrast.cjs');

const [program, chromium, work] = process.argv.slice(2).map((file) => path.resolve(file));
let checks = 0;
const faults = [];

function check(holds, message) {
  ++checks;
  if (!holds) faults.push(message);
}

function same(actual, expected, message) {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  check(a === b, `${message}: ${a}, expected ${b}`);
}

/// Lints a folder into a page; gives its URL, its text, and the findings as JSON.
function lint(folder, name) {
  const page = path.join(work, name);
  const result = spawnSync(program, ['lint', folder, '--format', 'html', '--output', page, '--format', 'json'],
                           {cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28});
  if (result.status !== 1) throw new Error(`lint: status ${result.status}: ${result.stderr}`);
  return {url: pathToFileURL(page).href, text: fs.readFileSync(page, 'utf8'), ...JSON.parse(result.stdout)};
}

/// More than ten thousand findings.
function manyManifests() {
  const folder = path.join(work, 'many');
  fs.mkdirSync(folder);
  for (let file = 0; file < 250; ++file) {
    const skills = [0, 1, 2, 3].map((skill) => `[skills.tool${file}-${skill}.docker]
image = "registry.example.com/team/tool-${file}:${skill}"
volumes = ["/etc:/x:ro"]
extra_args = ["--pid=host"]
ports = ["80:80"]
environment = ["LD_PRELOAD=/x.so"]
`);
    fs.writeFileSync(path.join(folder, `skills${file}.toml`), skills.join('\n'));
  }
  return folder;
}

const setField = (name, value) => `(() => {
  const form = document.getElementById('filter');
  form.elements[${JSON.stringify(name)}].value = ${JSON.stringify(value)};
  form.dispatchEvent(new Event('input'));
})()`;
const toggleSeverity = (word) => `document.querySelector('#filter [value=${word}]').click()`;

async function main() {
  const manifests = path.join(work, 'manifests');
  fs.cpSync(path.join(__dirname, 'manifests'), manifests, {recursive: true});
  const report = lint(manifests, 'report.html');
  const {findings} = report;
  const waived = findings.filter((finding) => finding.waived);

  const profile = path.join(work, 'profile');
  fs.mkdirSync(profile);
  const browser = new Browser(chromium, profile);
  const complaints = [];
  const requests = [];
  await browser.attach((method, params) => {
    if (method === 'Runtime.exceptionThrown') complaints.push(params.exceptionDetails.exception?.description);
    if (method === 'Runtime.consoleAPICalled') complaints.push(JSON.stringify(params.args));
    if (method === 'Log.entryAdded') complaints.push(params.entry.text);
    if (method === 'Network.requestWillBeSent') requests.push(params.request.url);
  });
  const evaluate = (expression) => browser.evaluate(expression);
  const change = async (expression) => {
    await evaluate(expression);
    await browser.settle();
  };
  const shown = () => evaluate(`[...document.querySelectorAll('article')].filter((a) => a.checkVisibility()).length`);
  const counted = async (expected, what) => {
    same(await shown(), expected, `${what}: findings shown`);
    const words = expected === findings.length ? `${expected} findings` : `${expected} of ${findings.length} findings`;
    same(await evaluate(`document.getElementById('count').textContent`), words, `${what}: the count`);
  };

  async function completeAndQuiet() {
    await browser.resize(1280, 1000);
    await browser.open(report.url);
    await counted(findings.length, 'at first');
    same(await evaluate(`new Set([...document.querySelectorAll('[id]')].map((e) => e.id)).size`),
         await evaluate(`document.querySelectorAll('[id]').length`), 'ids that differ');
    same(await evaluate(`[...document.querySelectorAll('a')].filter((a) => !/^#(?:[\\w-]+$|\\w+=)/.test(a.getAttribute('href'))).length`),
         0, 'links that leave the page');
    same(await evaluate(`[...document.querySelectorAll('td a')].filter((a) => !document.querySelector(a.hash)).length`), 0,
         'cells that lead nowhere');
    check(await evaluate(`document.querySelectorAll('td a').length > 30`), 'cells');
    check(!report.text.includes('hunter2'), 'the secret is on the page');
    check(await evaluate(`document.querySelector('article.error').getBoundingClientRect().top < innerHeight / 2`),
          'the first error is not seen at first');
    const errors = await evaluate(`[...document.querySelectorAll('section')].map((s) => s.querySelectorAll('article.error:not(.waived)').length)`);
    same(errors, [...errors].sort((a, b) => b - a), 'the worst skills first');
    check(await evaluate(`![...document.querySelectorAll('article')].some((a) => /\\b[0-9a-f]{16,}\\b/.test(a.textContent.replace(/sha256:[0-9a-f]+/g, '')))`),
          'a bare fingerprint');
  }

  async function hostileNamesAreInert() {
    same(await evaluate(`typeof window.owned`), 'undefined', 'a manifest ran a script');
    same(await evaluate(`document.body.querySelectorAll('img, iframe, svg, style, b[onclick]').length`), 0,
         'elements that a manifest made');
    same(await evaluate(`[...document.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => /^on|^style$/.test(a.name))).length`),
         0, 'elements with handlers or styles');
    same(await evaluate(`document.scripts.length`), 1, 'scripts');
    check(await evaluate(`document.querySelector('main').textContent.includes('</script><script>window.owned=1')`),
          'a hostile name is not shown as text');
    check(!await evaluate(`/[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/.test(document.documentElement.textContent)`),
          'characters that reorder text');
    await change(`document.querySelectorAll('details').forEach((d) => { d.open = true; })`);
    same(await evaluate(`typeof window.owned`), 'undefined', 'a manifest ran a script when details opened');
  }

  async function filters() {
    await browser.open(report.url);
    const of = (severity) => findings.filter((finding) => finding.severity === severity).length;
    await change(toggleSeverity('warning'));
    await counted(findings.length - of('warning'), 'without warnings');
    await change(toggleSeverity('info'));
    await counted(of('error'), 'errors alone');
    same(await evaluate('location.hash'), '#severity=error', 'the fragment of errors alone');
    await change(setField('rule', 'privileged'));
    const privileged = findings.filter((finding) => finding.rule === 'privileged').length;
    await counted(privileged, 'one rule');
    await change(setField('skill', 'encode'));
    await counted(1, 'one rule of one skill');
    await change(`document.getElementById('clear').click()`);
    await counted(findings.length, 'cleared');
    same(await evaluate('location.hash'), '', 'the fragment of everything');
    const file = await evaluate(`[...document.querySelector('[name=file]').options].at(-1).value`);
    await change(setField('file', file));
    const inFile = await evaluate(`[...document.querySelectorAll('section')].filter((s) => s.dataset.file === ${JSON.stringify(file)}).flatMap((s) => [...s.querySelectorAll('article')]).length`);
    check(inFile > 0 && inFile < findings.length, 'findings of a file');
    await counted(inFile, 'one file');
    await change(setField('file', ''));
    await change(setField('waived', 'only'));
    check(waived.length > 0, 'a waived finding');
    await counted(waived.length, 'waived only');
    check(await evaluate(`[...document.querySelectorAll('article')].find((a) => a.checkVisibility()).textContent.includes('the database listens on the host')`),
          'the reason of a waiver');
    await change(setField('waived', 'no'));
    await counted(findings.length - waived.length, 'without waived');
    await change(setField('waived', ''));
    await change(setField('q', 'LD_preload  publish'));
    const some = await shown();
    check(some > 0 && some < 5, `a search for two words shows ${some}`);
    await change(setField('q', 'no such words'));
    await counted(0, 'a search for nothing');
    check(await evaluate(`document.getElementById('nothing').checkVisibility()`), 'nothing found is said');
    check(await evaluate(`document.getElementById('count').getAttribute('aria-live') === 'polite'`), 'the count is live');
  }

  async function fragments() {
    await browser.open(`${report.url}#severity=error%2Cinfo&skill=publish`);
    const expected = findings.filter((finding) => finding.skill === 'publish' && finding.severity !== 'warning').length;
    check(expected > 0, 'findings of publish');
    await counted(expected, 'a linked view');
    same(await evaluate(`document.querySelector('[name=skill]').value`), 'publish', 'the skill of a linked view');
    await change(setField('q', 'a&b=<c>#%'));
    const hash = await evaluate('location.hash');
    await browser.open(report.url + hash);
    same(await evaluate(`document.querySelector('[name=q]').value`), 'a&b=<c>#%', 'a search in a fragment');
    await counted(0, 'a linked search');
    await browser.open(`${report.url}#rule=no-such-rule`);
    await counted(findings.length, 'a rule that the report does not have');
    // Links of the page to views, and back.
    await browser.open(report.url);
    await change(`document.querySelector('h1 .error').click()`);
    const open = findings.filter((finding) => finding.severity === 'error' && !finding.waived).length;
    same(await evaluate(`document.querySelector('h1 .error').textContent`), `${open} errors`, 'the headline');
    await counted(open, 'the headline leads to what it counts');
    await change('history.back()');
    await counted(findings.length, 'and back');
    const id = await evaluate(`[...document.querySelectorAll('article')].at(-1).id`);
    await browser.open(`${report.url}#${id}`);
    same(await evaluate('document.activeElement.id'), id, 'a link to a finding');
  }

  async function keyboardAlone() {
    await browser.open(report.url);
    const focusable = `[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
        .filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.disabled)`;
    const last = await evaluate(`${focusable}.indexOf(document.querySelector('article summary'))`);
    check(last > 10, `things to reach: ${last}`);
    for (let i = 0; i <= last; ++i) {
      await browser.press('Tab');
      const at = await evaluate(`${focusable}.indexOf(document.activeElement)`);
      if (at !== i) {
        same(at, i, 'the order of Tab');
        break;
      }
      check(await evaluate(`(() => {
        const style = getComputedStyle(document.activeElement);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
      })()`), `the focus is not seen at ${i}`);
    }
    await browser.press('Enter');
    check(await evaluate(`document.activeElement.parentElement.open && /Source/.test(document.activeElement.parentElement.textContent)`),
          'Enter on Why shows what the catalogue says');
    await browser.press('/');
    same(await evaluate('document.activeElement.name'), 'q', '/ moves to the search');
    await browser.type('host');
    await browser.press('/');
    same(await evaluate('document.activeElement.value'), 'host/', '/ in the search is a letter');
    await counted(0, 'typed');
    await browser.press('Tab');
    await browser.press(' ');
    check(!await evaluate(`document.querySelector('[value=error]').checked`), 'Space on a severity');

    await browser.open(report.url);
    await browser.press('Tab');
    check(await evaluate(`document.activeElement.className === 'skip' && document.activeElement.getBoundingClientRect().left >= 0`),
          'the first stop is the skip link');
    await browser.press('Enter');
    check(await evaluate(`Math.abs(document.getElementById('findings').getBoundingClientRect().top) < 200`), 'the skip link');

    // A cell leads to its finding, also when a filter hides that.
    for (const view of ['', '#severity=info']) {
      await browser.open(report.url + view);
      await evaluate(`document.querySelector('td.error a[aria-label*="sensitive-mount"]').focus()`);
      await browser.press('Enter');
      same(await evaluate(`[document.activeElement.tagName, document.activeElement.dataset.rule, document.activeElement.parentElement.dataset.skill]`),
           ['ARTICLE', 'sensitive-mount', 'encode'], `Enter on a cell ${view}`);
      check(await evaluate(`(({top}) => top >= 0 && top < innerHeight / 2)(document.activeElement.getBoundingClientRect())`),
            `the finding is not seen ${view}`);
    }
    same(await evaluate(`document.querySelectorAll('th:not([scope])').length`), 0, 'header cells without a scope');
  }

  async function phone() {
    await browser.resize(375, 800, true);
    await browser.open(report.url);
    check(await evaluate(`document.querySelector('article').getBoundingClientRect().top < innerHeight`),
          'the first finding is not seen at first on a phone');
    for (const view of ['', '#skill=publish']) {
      await browser.open(report.url + view);
      same(await evaluate('document.documentElement.scrollWidth'), 375, `the width of the page on a phone ${view}`);
      check(await evaluate(`[...document.querySelectorAll('main *, header *')].every((e) => e.classList.contains('unseen') || !e.checkVisibility() || e.getBoundingClientRect().right <= 376)`), `something is cut off on a phone ${view}`);
      check(await evaluate(`[...document.querySelectorAll('td a')].every((a) => a.checkVisibility() &&
          getComputedStyle(a, '::after').content.includes(a.dataset.rule))`), 'a cell does not say its rule');
      check(await evaluate(`[...document.querySelectorAll('td:empty')].every((e) => !e.checkVisibility())`),
            'empty cells take room');
    }
    await browser.resize(1280, 1000);
  }

  async function colours() {
    for (const scheme of ['light', 'dark']) {
      await browser.prefer(scheme);
      await browser.open(report.url);
      await change(`document.querySelectorAll('details').forEach((d) => { d.open = true; })`);
      const {looked, faults: weak} = await evaluate(`(${contrastFaults})()`);
      check(looked > 200, `${scheme}: texts looked at: ${looked}`);
      check(weak.length === 0, `${scheme}: contrast: ${JSON.stringify(weak.slice(0, 5))}`);
      const background = () => evaluate('getComputedStyle(document.body).backgroundColor');
      const before = await background();
      same(before === 'rgb(255, 255, 255)', scheme === 'light', `${scheme}: the background is ${before}`);
      await change(`document.getElementById('theme').click()`);
      check(await background() !== before, `${scheme}: the button changes nothing`);
      await change(`document.getElementById('theme').click()`);
      same(await background(), before, `${scheme}: the button changes back`);
    }
    await browser.prefer('light');
  }

  async function withoutScripts() {
    await browser.send('Emulation.setScriptExecutionDisabled', {value: true});
    const loaded = browser.next('Page.loadEventFired');
    await browser.send('Page.navigate', {url: report.url});
    await loaded;
    same(await shown(), findings.length, 'findings shown without scripts');
    check(!await evaluate(`document.getElementById('filter').checkVisibility()`), 'a form that nobody serves');
    await browser.send('Emulation.setScriptExecutionDisabled', {value: false});
  }

  async function thousands() {
    const began = performance.now();
    const many = lint(manyManifests(), 'many.html');
    const linted = performance.now() - began;
    check(many.findings.length >= 10000, `many findings: ${many.findings.length}`);
    const opening = performance.now();
    await browser.open(many.url);
    const opened = performance.now() - opening;
    same(await shown(), 200, 'a page of many findings');
    const times = await evaluate(`(async () => {
      const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      const form = document.getElementById('filter');
      document.getElementById('findings').scrollIntoView();
      await new Promise((done) => setTimeout(done, 2000));
      const times = [];
      for (const [name, value] of [['rule', 'host-pid'], ['rule', ''], ['q', 'tool17'], ['q', 'docker'], ['q', '']]) {
        await painted();
        const begin = performance.now();
        form.elements[name].value = value;
        form.dispatchEvent(new Event('input'));
        await painted();
        times.push(Math.round(performance.now() - begin));
      }
      return times;
    })()`);
    console.log(`${many.findings.length} findings: linted and written in ${Math.round(linted)} ms, ` +
        `${(many.text.length / 1e6).toFixed(1)} MB, opened in ${Math.round(opened)} ms, filters in ${times.join(', ')} ms`);
    // What is wanted is a tenth of a second on a machine that does nothing else.
    check(Math.min(...times) < 250, `filters take ${times} ms`);
    await change(`[...document.querySelectorAll('#pages button')].at(-1).click()`);
    same(await evaluate(`document.querySelector('#pages span').textContent`),
         `201\u2013400 of ${many.findings.length.toLocaleString('en')}`, 'the next page');
    await change(`[...document.querySelectorAll('td a')].at(-1).click()`);
    check(await evaluate(`document.activeElement.tagName === 'ARTICLE' && document.activeElement.checkVisibility()`),
          'a cell leads to another page');
  }

  /// The page's own policy stops what a fault in the page would let in. Last, for it makes complaints of its own.
  async function policyHolds() {
    await browser.open(report.url);
    same(complaints, [], 'what the browser complains of');
    same([...new Set(requests)].filter((url) => !/^file:.*\.html(?:#.*)?$/.test(url) && url !== 'about:blank'), [],
         'what the pages asked for');
    requests.length = 0;
    check(await evaluate(`(() => { try { document.body.innerHTML = '<b>'; return false; } catch { return true; } })()`),
          'text can become markup');
    await change(`(() => {
      const image = document.createElement('img');
      image.src = 'https://example.invalid/x.png';
      const style = document.createElement('p');
      style.setAttribute('style', 'color: red');
      document.body.append(image, style);
    })()`);
    await evaluate(`fetch('https://example.invalid/').catch(() => {})`);
    same(complaints.filter((text) => /Content Security Policy|TrustedHTML|Refused|violates/.test(text)).length >= 3, true,
         `violations of the policy: ${JSON.stringify(complaints)}`);
    const loaded = await evaluate(`performance.getEntriesByType('resource').filter((r) => r.responseStatus > 0).length`);
    same(loaded, 0, 'what was loaded all the same');
  }

  try {
    for (const part of [completeAndQuiet, hostileNamesAreInert, filters, fragments, keyboardAlone, phone, colours,
                        withoutScripts, thousands, policyHolds]) {
      const before = faults.length;
      await part();
      console.log(`${faults.length === before ? 'ok' : 'FAILED'} ${part.name}`);
    }
  } finally {
    await browser.close();
  }
}

main().catch((error) => faults.push(error.stack)).then(() => {
  for (const fault of faults) console.error(`fault: ${fault}`);
  console.log(`${checks} checks, ${faults.length} faults`);
  process.exitCode = faults.length === 0 && checks > 0 ? 0 : 1;
});

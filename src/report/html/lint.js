// Filters, search and the choice of colours. The page is complete without it: it hides and shows what is there, and
// treats all that it reads as text.
'use strict';
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  root.classList.add('js');

  const dark = matchMedia('(prefers-color-scheme: dark)');
  const theme = byId('theme');
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches);
  const nameTheme = () => { theme.textContent = isDark() ? 'Light' : 'Dark'; };
  theme.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    nameTheme();
  });
  dark.addEventListener('change', nameTheme);
  nameTheme();
  theme.hidden = false;

  const form = byId('filter');
  if (!form) return;
  const fields = form.elements;
  const severities = [...fields.severity];
  const count = byId('count');
  const clear = byId('clear');
  const severityOf = (element) => ['error', 'warning', 'info'].find((word) => element.classList.contains(word));
  const groups = [...document.querySelectorAll('#list > section')].map((element) => ({
    element,
    skill: element.dataset.skill,
    file: element.dataset.file,
    shown: true,
    findings: [...element.querySelectorAll('article')].map((article) => ({
      element: article,
      severity: severityOf(article),
      rule: article.dataset.rule,
      waived: article.classList.contains('waived'),
      shown: true,
      text: null,
    })),
  }));
  const total = groups.reduce((sum, group) => sum + group.findings.length, 0);

  function offer(select, values) {
    for (const value of [...new Set(values)].sort()) if (value) select.add(new Option(value, value));
    select.closest('label').hidden = select.options.length < 3;
  }
  offer(fields.rule, groups.flatMap((group) => group.findings.map((finding) => finding.rule)));
  offer(fields.skill, groups.map((group) => group.skill));
  offer(fields.file, groups.map((group) => group.file));
  fields.waived.closest('label').hidden = !groups.some((group) => group.findings.some((finding) => finding.waived));

  // What a finding itself says; what the catalogue says of its rule is the same for many.
  function textOf(finding) {
    if (finding.text === null) {
      const parts = [...finding.element.children].filter((part) => part.tagName !== 'DETAILS');
      finding.text = parts.map((part) => part.textContent).join('\n').toLowerCase();
    }
    return finding.text;
  }

  const selects = ['rule', 'skill', 'file', 'waived'];

  function stateOf() {
    const state = new URLSearchParams();
    const chosen = severities.filter((box) => box.checked).map((box) => box.value);
    if (chosen.length < severities.length) state.set('severity', chosen.join(','));
    for (const name of selects) if (fields[name].value) state.set(name, fields[name].value);
    if (fields.q.value.trim()) state.set('q', fields.q.value.trim());
    return state;
  }

  function takeState(state) {
    const chosen = state.has('severity') ? state.get('severity').split(',') : null;
    for (const box of severities) box.checked = !chosen || chosen.includes(box.value);
    for (const name of selects) {
      const wanted = state.get(name) ?? '';
      fields[name].value = [...fields[name].options].some((option) => option.value === wanted) ? wanted : '';
    }
    fields.q.value = state.get('q') ?? '';
  }

  // Of many findings a page at a time is shown: a browser takes a while over ten thousand.
  const pageSize = 200;
  const pages = byId('pages');
  const [previous, next] = pages.querySelectorAll('button');
  let page = 0;
  let matches = [];

  function show(thing, shown) {
    if (thing.shown !== shown) thing.element.hidden = !shown;
    thing.shown = shown;
  }

  // Finds what passes the filters.
  function apply() {
    const chosen = new Set(severities.filter((box) => box.checked).map((box) => box.value));
    const [rule, skill, file, waived] = selects.map((name) => fields[name].value);
    const words = fields.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const passes = (finding) => chosen.has(finding.severity) && (!rule || finding.rule === rule) &&
        (!waived || finding.waived === (waived === 'only')) && words.every((word) => textOf(finding).includes(word));
    matches = groups.flatMap((group) => (!skill || group.skill === skill) && (!file || group.file === file) ?
        group.findings.filter(passes) : []);
    const all = total.toLocaleString('en');
    count.textContent =
        matches.length === total ? `${all} findings` : `${matches.length.toLocaleString('en')} of ${all} findings`;
    clear.hidden = stateOf().size === 0;
    byId('nothing').hidden = matches.length > 0;
    byId('list').className = clear.hidden ? '' : 'filtered';
    turnTo(0);
  }

  function turnTo(number, size = pageSize) {
    page = number;
    const begin = page * size;
    const end = Math.min(begin + size, matches.length);
    const kept = new Set(matches.slice(begin, end));
    for (const group of groups) {
      const some = group.findings.some((finding) => kept.has(finding));
      if (some) for (const finding of group.findings) show(finding, kept.has(finding));
      show(group, some);
    }
    pages.hidden = matches.length <= size;
    pages.querySelector('span').textContent = `${begin + 1}\u2013${end} of ${matches.length.toLocaleString('en')}`;
    previous.disabled = begin === 0;
    next.disabled = end === matches.length;
  }

  function changed() {
    const state = stateOf().toString();
    history.replaceState(null, '', state ? `#${state}` : location.pathname + location.search);
    apply();
  }

  function clearAll() {
    takeState(new URLSearchParams());
    apply();
  }

  function moveTo(element) {
    element.tabIndex = -1;
    element.focus({preventScroll: true});
    element.scrollIntoView();
  }

  // A fragment is a view (rule=...&q=...) or the id of something on the page, which no filter may keep hidden.
  function follow(moves) {
    const fragment = location.hash.slice(1);
    if (fragment.includes('=')) {
      takeState(new URLSearchParams(fragment));
      apply();
      if (moves) moveTo(byId('findings'));
      return;
    }
    const target = fragment && byId(fragment);
    if (!fragment) clearAll();
    if (!target || !/^[fsr]-/.test(fragment)) return;
    if (target.closest('[hidden]')) {
      const isTarget = (finding) => finding.element === target || finding.element.parentElement === target;
      if (!matches.some(isTarget)) clearAll();
      turnTo(Math.floor(matches.findIndex(isTarget) / pageSize));
    }
    moveTo(target);
  }

  form.addEventListener('input', changed);
  form.addEventListener('submit', (event) => event.preventDefault());
  clear.addEventListener('click', () => {
    clearAll();
    changed();
    fields.q.focus();
  });
  for (const [button, step] of [[previous, -1], [next, 1]]) {
    button.addEventListener('click', () => {
      turnTo(page + step);
      moveTo(byId('findings'));
    });
  }
  addEventListener('beforeprint', () => turnTo(0, Infinity));
  addEventListener('afterprint', () => turnTo(0));
  addEventListener('hashchange', () => follow(true));
  // A link to where the page already is changes no fragment.
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (link && link.hash === location.hash) follow(true);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches?.('input[type=search], textarea, [contenteditable]')) return;
    event.preventDefault();
    fields.q.focus();
    fields.q.select();
  });

  // What is said of a rule stands once at the end of the page, and comes to the finding that asks for it.
  document.addEventListener('toggle', (event) => {
    const link = event.target.querySelector?.('a[href^="#r-"]');
    if (!link || !event.target.open) return;
    const [, ...parts] = byId(link.hash.slice(1)).children;
    link.parentElement.replaceWith(...parts.map((part) => part.cloneNode(true)));
  }, true);

  // The first search need not wait for the texts.
  const idle = (work) => (window.requestIdleCallback ?? ((call) => setTimeout(() => call({timeRemaining: () => 8}), 50)))(work);
  const unread = groups.flatMap((group) => group.findings);
  idle(function read(deadline) {
    while (unread.length > 0 && deadline.timeRemaining() > 2) textOf(unread.pop());
    if (unread.length > 0) idle(read);
  });

  form.hidden = false;
  apply();
  if (location.hash) follow(true);
})();

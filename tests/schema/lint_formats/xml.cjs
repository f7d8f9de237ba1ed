// The start tags of a document that a real parser has found valid.
'use strict';

const entities = {amp: '&', lt: '<', gt: '>', quot: '"', apos: '\''};

function unescaped(text) {
  return text.replace(/&(#\d+|[a-z]+);/g, (_, entity) =>
    entity.startsWith('#') ? String.fromCodePoint(Number(entity.slice(1))) : entities[entity]);
}

/** {name, attributes} of every element with one of these names, in order. */
function elements(document, names) {
  const found = [];
  for (const [, name, rest] of document.matchAll(/<([a-z-]+)((?:\s+[a-z]+="[^"]*")*)\s*\/?>/g)) {
    if (!names.includes(name)) continue;
    const attributes = {};
    for (const [, key, value] of rest.matchAll(/([a-z]+)="([^"]*)"/g)) attributes[key] = unescaped(value);
    found.push({name, attributes});
  }
  return found;
}

module.exports = {elements};

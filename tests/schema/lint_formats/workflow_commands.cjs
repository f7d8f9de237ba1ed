// Reads GitHub's workflow commands as the runner does (actions/runner, ActionCommand.TryParseV2).
'use strict';

const inMessages = [['%0D', '\r'], ['%0A', '\n'], ['%25', '%']];
const inProperties = [['%0D', '\r'], ['%0A', '\n'], ['%3A', ':'], ['%2C', ','], ['%25', '%']];

function unescaped(text, marks) {
  return marks.reduce((result, [mark, character]) => result.split(mark).join(character), text);
}

/** The commands of a log, in order; lines that are none are {text}. */
function parse(log) {
  return log.split(/\r\n|\r|\n/).filter((line) => line !== '').map((line) => {
    const message = line.trimStart();
    const end = message.indexOf('::', 2);
    if (!message.startsWith('::') || end < 0) return {text: line};
    const head = message.slice(2, end);
    const blank = head.indexOf(' ');
    const properties = {};
    if (blank > 0) {
      for (const part of head.slice(blank + 1).trim().split(',').filter((part) => part !== '')) {
        const equals = part.indexOf('=');
        if (equals > 0) properties[part.slice(0, equals).trim()] = unescaped(part.slice(equals + 1), inProperties);
      }
    }
    return {
      command: blank > 0 ? head.slice(0, blank) : head,
      properties,
      message: unescaped(message.slice(end + 2), inMessages),
    };
  });
}

module.exports = {parse};

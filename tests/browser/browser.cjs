// Chromium without a window, driven by the DevTools protocol over a pipe: nothing beside node is needed.
'use strict';
const {spawn} = require('node:child_process');

const patience = 30_000;

class Browser {
  /// `profile`: an empty folder of its own.
  constructor(program, profile) {
    const options = [
      '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-extensions', '--hide-scrollbars',
      '--force-prefers-reduced-motion', `--user-data-dir=${profile}`, '--remote-debugging-pipe', 'about:blank',
    ];
    this.process = spawn(program, options, {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
    this.ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.waiting = new Map();
    this.listeners = [];
    this.last = 0;
    let rest = [];
    this.process.stdio[4].on('data', (chunk) => {
      let end;
      while ((end = chunk.indexOf(0)) >= 0) {
        this.#receive(JSON.parse(Buffer.concat([...rest, chunk.subarray(0, end)]).toString()));
        rest = [];
        chunk = chunk.subarray(end + 1);
      }
      rest.push(chunk);
    });
    this.process.stdio[3].on('error', () => {});
    this.ended.then((status) => {
      for (const {reject} of this.waiting.values()) reject(new Error(`the browser ended with status ${status}`));
    });
    this.process.on('error', () => {});
  }

  #receive(message) {
    const call = this.waiting.get(message.id);
    if (!call) {
      for (const listener of this.listeners) listener(message.method, message.params);
      return;
    }
    this.waiting.delete(message.id);
    clearTimeout(call.timer);
    if (message.error) call.reject(new Error(`${call.method}: ${message.error.message}`));
    else call.resolve(message.result);
  }

  send(method, params = {}) {
    return new Promise((resolve, reject) => {
      const id = ++this.last;
      const timer = setTimeout(() => reject(new Error(`${method}: no answer`)), patience);
      this.waiting.set(id, {method, resolve, reject, timer});
      this.process.stdio[3].write(JSON.stringify({id, method, params, sessionId: this.session}) + '\0');
    });
  }

  /// The first page; `listener` hears of all that happens on it: (method, params).
  async attach(listener) {
    const {targetInfos} = await this.send('Target.getTargets');
    const {targetId} = targetInfos.find((target) => target.type === 'page');
    const {sessionId} = await this.send('Target.attachToTarget', {targetId, flatten: true});
    this.session = sessionId;
    this.listeners.push(listener);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await this.send(`${domain}.enable`);
    return this;
  }

  /// Resolves with the parameters of the next event of this name.
  next(event) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${event} did not come`)), patience);
      const listener = (method, params) => {
        if (method !== event) return;
        clearTimeout(timer);
        this.listeners.splice(this.listeners.indexOf(listener), 1);
        resolve(params);
      };
      this.listeners.push(listener);
    });
  }

  /// Loads the page anew, even when only the fragment differs.
  async open(url) {
    for (const address of ['about:blank', url]) {
      const loaded = this.next('Page.loadEventFired');
      await this.send('Page.navigate', {url: address});
      await loaded;
    }
    await this.settle();
  }

  /// The value of a JavaScript expression, or of the promise that it gives.
  async evaluate(expression) {
    const {result, exceptionDetails} =
        await this.send('Runtime.evaluate', {expression, returnByValue: true, awaitPromise: true});
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /// Waits until what was done is on the screen.
  settle() { return this.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'); }

  /// Presses a key: 'Tab', 'Enter', '/', ...; modifiers: 8 is Shift.
  async press(key, modifiers = 0) {
    const codes = {Tab: 9, Enter: 13, Escape: 27, ' ': 32, End: 35, Home: 36, ArrowDown: 40};
    const text = key.length === 1 ? key : key === 'Enter' ? '\r' : undefined;
    const code = codes[key] ?? (key === '/' ? 191 : key.toUpperCase().charCodeAt(0));
    const event = {key, modifiers, windowsVirtualKeyCode: code, code: key === '/' ? 'Slash' : key};
    await this.send('Input.dispatchKeyEvent', {type: text ? 'keyDown' : 'rawKeyDown', text, ...event});
    await this.send('Input.dispatchKeyEvent', {type: 'keyUp', ...event});
    await this.settle();
  }

  async type(text) {
    await this.send('Input.insertText', {text});
    await this.settle();
  }

  async resize(width, height, mobile = false) {
    await this.send('Emulation.setDeviceMetricsOverride', {width, height, deviceScaleFactor: 1, mobile});
    await this.settle();
  }

  async prefer(scheme) {
    await this.send('Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value: scheme}]});
    await this.settle();
  }

  async screenshot(whole = false) {
    const {data} = await this.send('Page.captureScreenshot', {format: 'png', captureBeyondViewport: whole});
    return Buffer.from(data, 'base64');
  }

  async close() {
    this.session = undefined;
    this.send('Browser.close').catch(() => {});
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 5000);
    await this.ended;
    clearTimeout(timer);
  }
}

module.exports = {Browser};

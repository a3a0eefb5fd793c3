// Preloaded into test processes by npm run test:sanitize: writes one run of each Program that the op table makes, with its operands,
// into the folder HEBB_RECORD, as native/test/recorded_run.h reads them. Sits between lib/core and the addon and changes nothing. Which
// Programs are written doesn't depend on timing: where leaves can't be read at once, zeros stand for them until a later run.
const { createHash } = require('node:crypto');
const { existsSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const folder = process.env.HEBB_RECORD;
const MAGIC = 0x62626568;
const MOST_BYTES = 256 << 10; // a Program with a larger leaf is left out; up to this size a leaf is read at once where no run is queued

const open = process.dlopen;
process.dlopen = (module, file, ...rest) => {
  open(module, file, ...rest);
  if (folder && file.endsWith('hebb.node')) module.exports = recording(module.exports);
};

function recording(addon) {
  const programs = new Map(); // id → its words, until they are written
  let pending = 0;
  const wrapped = { ...addon };
  wrapped.attach = (done) =>
    addon.attach((...result) => {
      pending--;
      done(...result);
    });
  wrapped.compile = (words) => {
    const id = addon.compile(words);
    programs.set(id, words.slice());
    return id;
  };
  wrapped.readStorage = (...call) => queued(addon.readStorage(...call));
  wrapped.run = (id, scalars, handles, input, ...rest) => {
    const words = programs.get(id);
    if (words && record(words, scalars, handles, input)) programs.delete(id);
    return queued(addon.run(id, scalars, handles, input, ...rest));
  };
  const queued = (number) => {
    if (number > 0) pending++;
    return number;
  };

  // Whether nothing better can come later: the leaves' contents were read.
  function record(words, scalars, handles, input) {
    const file = join(folder, `${createHash('sha1').update(bytesOf(words)).digest('hex')}.run`);
    const idle = pending === 0;
    if (!idle && existsSync(file)) return false;
    const leaves = [];
    for (let i = 0; i < handles.length / 2; i++) {
      const bytes = words[8 + 3 * i + 1] >>> 0;
      if (words[8 + 3 * i + 2] !== 0 || bytes > MOST_BYTES) return true;
      const contents = new ArrayBuffer(bytes);
      if (idle && addon.readStorage(handles[2 * i], handles[2 * i + 1], 0, contents) !== 0) return false;
      leaves.push(new Uint8Array(contents));
    }
    const head = new Int32Array([MAGIC, words.length, scalars.length, leaves.length]);
    writeFileSync(file, Buffer.concat([head, words, scalars, input, ...leaves].map(bytesOf)));
    return idle;
  }
  return wrapped;
}

function bytesOf(array) {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

// SPDX-License-Identifier: Apache-2.0
// The vectors are part of the protocol: each can be read by anyone, and each refusal names a code that exists.
// What they mean is tested by the C++ that they describe; here stands what every implementation may rely on.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../peers/process.mjs';

const base = join(root, 'docs/protocol/vectors');
const codes = new Set([...readFileSync(join(root, 'src/base/errc.def'), 'utf8').matchAll(/^DMID_ERRC\(\w+, "([^"]+)"/gm)].map(([, name]) => name));
const specs = existsSync(base) ? readdirSync(base, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name) : [];
const files = (...parts) => (existsSync(join(base, ...parts)) ? readdirSync(join(base, ...parts)).filter((name) => name.endsWith('.json')) : []);
const read = (...parts) => JSON.parse(readFileSync(join(base, ...parts), 'utf8'));

for (const spec of specs) {
  test(`${spec}: has valid and invalid vectors, named by reason`, () => {
    for (const kind of ['valid', 'invalid']) {
      const names = files(spec, kind);
      assert.ok(names.length > 0, `${spec}/${kind} is empty`);
      for (const name of names) assert.match(name, /^[a-z0-9]+([-_][a-z0-9]+)*\.json$/, `${spec}/${kind}/${name}`);
    }
  });

  test(`${spec}: every invalid vector states an error code of the table, no valid one does`, () => {
    for (const name of files(spec, 'invalid')) {
      const { error } = read(spec, 'invalid', name);
      assert.ok(codes.has(error), `${spec}/invalid/${name}: "${error}" is not in src/base/errc.def`);
    }
    for (const name of files(spec, 'valid')) assert.equal(read(spec, 'valid', name).error, undefined, `${spec}/valid/${name}`);
  });
}

// SPDX-License-Identifier: Apache-2.0
// A `node --test` reporter: a line for each test, the whole error of each failure, and at the end a line of counts
// that tools/test reads: `#counts {"passed":1,"failed":0,"skipped":[{"name":…,"reason":…}]}`.
import { inspect } from 'node:util';

export default async function* report(source) {
  const counts = { passed: 0, failed: 0, skipped: [] };
  for await (const { type, data } of source) {
    if (type === 'test:diagnostic' && data.nesting > 0) yield `# ${data.message}\n`;
    if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
    // The run's own summary follows the last test. With --test-force-exit nothing is sure to be written after it.
    if (type === 'test:diagnostic' && data.nesting === 0 && data.message.startsWith('tests ')) yield `#counts ${JSON.stringify(counts)}\n`;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    // describe() blocks are no tests of their own; what is in them is reported one by one.
    if (data.details?.type === 'suite' && type === 'test:pass') continue;
    const skip = data.skip ?? data.todo;
    if (skip !== undefined && skip !== false) {
      counts.skipped.push({ name: data.name, reason: typeof skip === 'string' ? skip : '' });
      yield `skip ${data.name}: ${skip}\n`;
    } else if (type === 'test:pass') {
      counts.passed += 1;
      yield `ok ${data.name} (${Math.round(data.details?.duration_ms ?? 0)} ms)\n`;
    } else if (data.details?.error?.failureType !== 'subtestsFailed') {
      // A parent that failed because of its children is counted once, by the children.
      counts.failed += 1;
      const error = data.details?.error?.cause ?? data.details?.error;
      yield `FAIL ${data.name} (${data.file ?? ''})\n${typeof error === 'string' ? error : inspect(error)}\n`;
    }
  }
}

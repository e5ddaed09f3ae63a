// SPDX-License-Identifier: Apache-2.0
// The story of tools/demo as tests: the same steps, one test each, all but the killing, which has a file of its own.
import { after, test } from 'node:test';
import { dmidMissing } from '../peers/dmid_node.mjs';
import { nsdMissing } from '../peers/nsd.mjs';
import { postfixMissing } from '../peers/postfix.mjs';
import { steps } from './lib/story.mjs';
import { silentTeller } from './lib/teller.mjs';
import { kills } from './steps/10_kills.mjs';

const story = { teller: silentTeller() };
after(() => story.world?.stop());

const skip = dmidMissing() ?? postfixMissing() ?? nsdMissing() ?? false;
let standing = true;
for (const { name, run, needed } of steps.filter((step) => step.run !== kills)) {
  test(name, { skip, timeout: 240_000 }, async (t) => {
    if (!standing) throw new Error('a step before this one, on which it stands, failed');
    const { teller } = story;
    const before = teller.kept();
    try {
      await run(story);
    } catch (error) {
      if (needed) standing = false;
      throw error;
    }
    t.diagnostic(`${teller.kept() - before} promises`);
  });
}

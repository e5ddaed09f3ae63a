// SPDX-License-Identifier: Apache-2.0
// The steps of a story as tests, one each; those behind a needed one that failed say so.
import { silentTeller } from './teller.mjs';

export function runAsTests(test, after, steps, skip) {
  const story = { teller: silentTeller() };
  after(() => story.world?.stop());
  let standing = true;
  for (const { name, run, needed } of steps) {
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
}

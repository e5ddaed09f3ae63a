// SPDX-License-Identifier: Apache-2.0
// The killing of the story in full: killed at every named point, and at 20 seeded random moments.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { dmidMissing } from '../peers/dmid_node.mjs';
import { nsdMissing } from '../peers/nsd.mjs';
import { postfixMissing } from '../peers/postfix.mjs';
import { silentTeller } from './lib/teller.mjs';
import { stack } from './steps/1_stack.mjs';
import { owner } from './steps/2_owner.mjs';
import { befriend } from './steps/4_plain.mjs';
import { kills } from './steps/10_kills.mjs';

const story = { teller: silentTeller() };
after(() => story.world?.stop());

test('killed at every point and at 20 random moments, nothing is lost and nothing is shown twice',
  { skip: dmidMissing() ?? postfixMissing() ?? nsdMissing() ?? false, timeout: 400_000 }, async (t) => {
    await stack(story, { people: ['A'] });
    await owner(story);
    story.plainRequest = await befriend(story);
    await kills(story, { random: 20 });
    const { counts } = story;
    assert.ok(counts.kills >= 39 && counts.letters > 50, JSON.stringify(counts));
    t.diagnostic(`${counts.kills} kills, ${counts.letters} letters, ${counts.twice} twice in the mailbox, marked`);
  });

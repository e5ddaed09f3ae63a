// SPDX-License-Identifier: Apache-2.0
// The steps of the story in their order; each stands on those before it.
import { stack } from '../steps/1_stack.mjs';
import { owner } from '../steps/2_owner.mjs';
import { letters } from '../steps/3_letters.mjs';
import { plain } from '../steps/4_plain.mjs';
import { liarsStep } from '../steps/5_liars.mjs';
import { thief } from '../steps/6_thief.mjs';
import { kills } from '../steps/7_kills.mjs';
import { block } from '../steps/8_block.mjs';

/** `needed`: without it nothing that follows can be told. */
export const steps = [
  { name: 'a stack of real parts comes up', run: stack, needed: true },
  { name: 'a number is minted, published, bound and guarded by a policy', run: owner, needed: true },
  { name: 'a request, a contact, an answer, and no address leaves', run: letters, needed: true },
  { name: 'a plain Nostr user writes, works and is answered', run: plain },
  { name: 'liars are caught, each by name', run: liarsStep },
  { name: 'a stolen signature redirects nobody\'s mail', run: thief },
  { name: 'nothing is lost or shown twice, whenever the node is killed', run: kills },
  { name: 'a blocked sender learns nothing', run: block },
];

// SPDX-License-Identifier: Apache-2.0
// The steps of the story in their order; each stands on those before it.
import { stack } from '../steps/1_stack.mjs';
import { owner } from '../steps/2_owner.mjs';
import { letters } from '../steps/3_letters.mjs';
import { plain } from '../steps/4_plain.mjs';
import { mailIn } from '../steps/5_mail_in.mjs';
import { mailAnswers } from '../steps/6_mail_answers.mjs';
import { bounces } from '../steps/7_bounces.mjs';
import { liarsStep } from '../steps/8_liars.mjs';
import { thief } from '../steps/9_thief.mjs';
import { kills } from '../steps/10_kills.mjs';
import { block } from '../steps/11_block.mjs';
import { reorg } from '../steps/12_reorg.mjs';

/** `needed`: without it nothing that follows can be told. */
export const steps = [
  { name: 'a stack of real parts comes up', run: stack, needed: true },
  { name: 'a number is minted, published, bound and guarded by a policy', run: owner, needed: true },
  { name: 'a request, a contact, an answer, and no address leaves', run: letters, needed: true },
  { name: 'a plain Nostr user writes, works and is answered', run: plain },
  { name: 'mail that proves nothing gains nothing, mail from a domain that signs may ask', run: mailIn },
  { name: 'the owner answers by ordinary mail, and nobody else does', run: mailAnswers },
  { name: 'a mailbox that is no more is found out, and no forged report does that', run: bounces },
  { name: 'liars are caught, each by name', run: liarsStep },
  { name: 'a stolen signature redirects nobody\'s mail', run: thief },
  { name: 'nothing is lost or shown twice, whenever the node is killed', run: kills },
  { name: 'a blocked sender learns nothing', run: block },
  { name: 'what the chain takes back is gone everywhere', run: reorg },
];

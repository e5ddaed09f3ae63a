// SPDX-License-Identifier: Apache-2.0
// Tells the whole story on real parts, then stays up. `--once` ends with status 0 only if every promise held. `--channels`
// tells of one conversation over every channel instead.
import { dmidBinary, dmidMissing } from '../peers/dmid_node.mjs';
import { sleep } from '../peers/process.mjs';
import { channelSteps } from './lib/channels_story.mjs';
import { steps as wholeStory } from './lib/story.mjs';
import { printingTeller } from './lib/teller.mjs';

const once = process.argv.includes('--once');
const steps = process.argv.includes('--channels') ? channelSteps : wholeStory;
const teller = printingTeller();
const story = { teller };
let ending = false;

async function end(status) {
  if (ending) return;
  ending = true;
  await story.world?.stop();
  process.exit(status);
}
for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
  process.on(signal, () => { process.stdout.write('\nending what was started …\n'); end(once ? status : 0); });
}

async function tell() {
  for (const { name, run, needed } of steps) {
    try {
      await run(story);
    } catch (error) {
      if (ending) return;
      teller.broken(name, error);
      if (needed) return;
    }
  }
}

function sum() {
  const { failures } = teller;
  process.stdout.write(`\n${teller.kept()} promises held, ${failures.length} did not, in ${Math.round(teller.seconds())} s.\n`);
  for (const { words, error } of failures) process.stdout.write(`\n✗ ${words}\n${error.stack ?? error}\n`);
  return failures.length === 0 ? 0 : 1;
}

function invite() {
  const { a, b, world } = story;
  const flags = (person) => `--home ${person.home}`;
  process.stdout.write(`
Everything stays up until Ctrl-C. In another terminal, for example:
  ${dmidBinary()} inbox ${flags(a)}
  ${dmidBinary()} send '${a.number}' 'a letter of mine' ${flags(b)}
  ${dmidBinary()} resolve '${b.number}' ${flags(a)}
Chain ${world.chain.url}, registry ${world.registry}, A's mailbox ${a.address} on 127.0.0.1:${world.postfix.port}.
`);
}

const missing = dmidMissing();
if (missing) {
  process.stderr.write(`${missing}; run tools/demo\n`);
  process.exit(3);
}
await tell();
if (!ending) {
  const status = sum();
  if (once || story.b?.node === undefined) await end(status);
  else {
    invite();
    for (;;) await sleep(1 << 30);
  }
}

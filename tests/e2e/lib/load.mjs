// SPDX-License-Identifier: Apache-2.0
// Letters that pour in: each is put to the door until it says yes, whatever happens to the node meanwhile.
import { sleep } from '../../peers/process.mjs';
import { post } from './socket.mjs';

/**
 * @param {object} options url: the door; wrap(text): makes a wrap; label: how texts begin; parallel: letters under way at once;
 *   pause: ms between two letters of one sender.
 * @returns {{accepted, finish()}} finish(): no new letters, waits for the yes to the last; the accepted texts, without their full stop.
 */
export function startLoad({ url, wrap, label, parallel = 2, pause = 120 }) {
  const accepted = [];
  let next = 0;
  let going = true;
  let broken;
  async function sender() {
    while (going) {
      next += 1;
      const text = `${label} ${String(next).padStart(4, '0')}`;
      const event = wrap(`${text}.`);
      for (;;) {
        const answer = await post(url, event, 5).catch(() => undefined);
        if (answer?.status === 202) break;
        // A door that is away or stopping is tried again; one that says no is not what this is about.
        if (answer !== undefined && answer.status !== 503) throw new Error(`the door says ${answer.status} ${answer.body}`);
        await sleep(50);
      }
      accepted.push(text);
      await sleep(pause);
    }
  }
  const senders = Array.from({ length: parallel }, () => sender().catch((error) => { broken ??= error; going = false; }));
  return {
    accepted,
    async finish() {
      going = false;
      await Promise.all(senders);
      if (broken) throw broken;
      return [...accepted];
    },
  };
}

// SPDX-License-Identifier: Apache-2.0
// The ways by which a node reaches Anna, and Anna's answers: each what a person with that program would see and do.
import { xml } from '@xmpp/client';
import { answerByMail } from '../steps/6_mail_answers.mjs';
import { mailWith } from './mail.mjs';
import { until } from '../../peers/process.mjs';
import { startPerson } from '../../peers/xmpp.mjs';

export const annaPhone = '+4915112345678';
export const annaSignal = '7ccae375-cd51-4c82-8b1e-7be3280aa485';
const annaTelegram = 7000421795;

/**
 * @returns {Promise<{label, address, program, arrives(fits, what), answer(brought, text)}[]>} arrives(): {text, …} of the
 *   first message there whose words fit.
 */
export async function waysOf(story, platforms) {
  const { a, world } = story;
  const anna = platforms.telegram.user(annaTelegram, 'Anna');
  const signal = platforms.signal.person(annaSignal, { name: 'Anna', number: '+4915112345678' });
  const jabber = await startPerson(platforms.prosody, 'anna', 'anna-s');
  world.keep(jabber);
  anna.says('/start'); // a bot may write to nobody who has not written to it
  let sent = 0;
  const telegramSaid = () => platforms.telegram.calls.filter(({ method, parameters }) => method === 'sendMessage' && String(parameters.chat_id) === String(annaTelegram)).map(({ parameters }) => parameters.text);
  const sms = {
    label: 'sms', address: annaPhone, program: 'a telephone, by SMS',
    arrives: (fits, what) => platforms.sms.where('submit', ({ destination, text }) => destination === annaPhone.slice(1) && fits(text), what),
    answer: ({ text: brought }, text) => {
      const code = /Answer: ([a-z2-7]{8})/.exec(brought)[1];
      return platforms.fromPhone(annaPhone, `${code} ${text}`, `anna-${sent += 1}`);
    },
  };
  const telegram = {
    label: 'telegram', address: String(annaTelegram), program: 'Telegram',
    arrives: async (fits, what) => ({ text: await until(() => telegramSaid().find(fits), what) }),
    answer: ({ text: brought }, text) => anna.says(text, anna.find((one) => one === brought)),
  };
  const body = (stanza) => stanza.getChildText('body') ?? '';
  const xmpp = {
    label: 'xmpp', address: 'anna@localhost', program: 'an XMPP client',
    arrives: async (fits, what) => {
      const stanza = await jabber.wait((one) => one.is('message') && fits(body(one)), what);
      return { text: body(stanza), from: stanza.attrs.from, id: stanza.attrs.id };
    },
    answer: ({ from, id }, text) => jabber.say(from, text, [xml('reply', { xmlns: 'urn:xmpp:reply:0', to: from, id })]),
  };
  const signalWay = {
    label: 'signal', address: annaSignal, program: 'Signal',
    arrives: (fits, what) => until(() => signal.messages.find(({ text }) => fits(text)), what),
    answer: ({ timestamp }, text) => signal.says(text, { quotes: { id: timestamp, ours: true } }),
  };
  const email = {
    label: 'email', address: a.address, program: 'a mail program',
    arrives: (fits, what) => mailWith(world.postfix, a.address, ({ text }) => fits(text), what),
    answer: (mail, text) => answerByMail(story, mail, text),
  };
  return [sms, telegram, xmpp, signalWay, email];
}

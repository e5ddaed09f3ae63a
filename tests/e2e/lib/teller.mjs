// SPDX-License-Identifier: Apache-2.0
// How the story is told. The demo prints it for a stranger; the tests only want to know what did not hold.

const shades = { dim: 2, red: 31, green: 32, bold: 1 };

/** The first line of an error, for an account; the whole of it is for the end. */
const short = (error) => String(error?.message ?? error).split('\n')[0];

/** Words of a command as a person would type them; long ids as their beginnings. */
export const typed = (argv) => argv.map((word) => {
  const brief = word.replace(/\b(0x)?([0-9a-f]{8})[0-9a-f]{32,}\b/g, '$1$2…');
  return /^[\w./:@=,+…-]+$/.test(brief) ? brief : `'${brief.replaceAll("'", "'\\''")}'`;
}).join(' ');

/** Breaks a line between words. */
function wrapped(line, width) {
  const out = [''];
  for (const word of line.split(' ')) {
    if (out.at(-1) !== '' && out.at(-1).length + word.length >= width) out.push('');
    out[out.length - 1] += out.at(-1) === '' ? word : ` ${word}`;
  }
  return out;
}

/**
 * Prints an account with times, and counts what was promised and what held.
 * A promise that does not hold is printed, kept and thrown: what follows in its step would stand on it.
 */
export function printingTeller({ out = process.stdout, colour = out.isTTY === true && !process.env.NO_COLOR } = {}) {
  const started = Date.now();
  const failures = [];
  let kept = 0;
  const paint = (shade, text) => (colour ? `\x1b[${shades[shade]}m${text}\x1b[0m` : text);
  const time = () => `${((Date.now() - started) / 1000).toFixed(1)}`.padStart(6);
  const line = (mark, text) => out.write(`${paint('dim', `${time()} s`)} ${mark} ${text}\n`);
  return {
    failures,
    kept: () => kept,
    seconds: () => (Date.now() - started) / 1000,
    title: (text) => out.write(`\n${paint('bold', text)}\n`),
    say: (text) => line(' ', text),
    /** A command as it was typed. */
    command: (who, argv) => line(' ', paint('dim', `${who} $ ${typed(argv)}`)),
    /** What a command said, or a file: a few lines, set in. */
    quote: (text, most = 6) => {
      const lines = String(text).trimEnd().split('\n').flatMap((one) => wrapped(one, 96));
      for (const one of lines.slice(0, most)) out.write(`             ${paint('dim', `│ ${one}`)}\n`);
      if (lines.length > most) out.write(`             ${paint('dim', `│ … ${lines.length - most} more lines`)}\n`);
    },
    async promise(words, check) {
      try {
        const value = await check();
        kept += 1;
        line(paint('green', '✓'), words);
        return value;
      } catch (error) {
        failures.push({ words, error });
        line(paint('red', '✗'), `${words}: ${short(error)}`);
        throw error;
      }
    },
    /** Something outside the promises went wrong. */
    broken: (words, error) => {
      if (failures.some((failure) => failure.error === error)) return;
      failures.push({ words, error });
      line(paint('red', '✗'), `${words}: ${short(error)}`);
    },
  };
}

/** Says nothing, except to `note` what promise is being held; a test fails by what a promise throws. */
export function silentTeller(note = () => {}) {
  const nothing = () => {};
  let kept = 0;
  return {
    failures: [], kept: () => kept, seconds: () => 0, title: nothing, say: nothing, command: nothing, quote: nothing, broken: nothing,
    async promise(words, check) {
      try {
        const value = await check();
        kept += 1;
        note(words);
        return value;
      } catch (error) {
        error.message = `${words}: ${error.message}`;
        throw error;
      }
    },
  };
}

// Foreign text in the editor's messages: pieces of links, icons and Markdown put together at random, alone, in sentences and side by side.
import { uniforms } from '../../src/common/statistics/random.ts';
import { icon, link, uiText } from '../../test/support/ui-text.ts';
import { type Campaign, Tally } from './campaign.ts';

const count = 100_000;
const pieces = [
  ...[
    '[',
    ']',
    '(',
    ')',
    '](',
    '[install](command:x)',
    'command:runCommands?%7B%7D',
    'https://example.com',
    'file:///etc',
  ],
  ...['$', '$(', '$(sync~spin)', '<', '>', '`', '*', '_', '\\', '!', '|', '#', '"title"', ' ', '\n', '\t', 'name', '}'],
  ...['\u200b', '\u200d', '\u202e', '\u2066', '\u0000', '\u0007', '\u001b[31m', '\ufeff', '\ud800', '😀'],
];
const escapes = /\\[!-/:-@[-`{-~]/g;
/** Signs that can be Markdown. */
const signs = /[!-/:-@[-`{-~]/;

export const linksCampaign: Campaign = {
  name: 'links',
  what: "foreign text in the editor's messages, lists and tooltips",
  run: async (show, { seed }) => {
    const { safeText, safeSentence, sentences, t, markdown } = uiText;
    const random = uniforms(seed);
    const foreign = () =>
      Array.from({ length: 1 + Math.floor(random() * 12) }, () => pieces[Math.floor(random() * pieces.length)]).join(
        '',
      );
    const surfaces: Readonly<Record<string, (a: string, b: string) => string>> = {
      'a name': (a) => safeText(a),
      'a sentence of an error': (a, b) => safeSentence(`${a} cannot be read: ${b}`),
      'two values in a sentence of ours': (a, b) => t('{0}({1})', a, b),
      'two values side by side': (a, b) => t('{0}{1}', a, b),
      'two sentences': (a, b) => sentences(safeText(a), safeText(b)),
    };
    for (const [name, make] of Object.entries(surfaces)) {
      const tally = new Tally();
      for (let n = 0; n < count; n++) {
        const [a, b] = [foreign(), foreign()];
        const shown = make(a, b);
        tally.try(!link.test(shown) && !icon.test(shown), JSON.stringify([a, b, shown]));
      }
      show(tally.row('links: none is rendered', name));
    }
    const tooltips = new Tally();
    for (let n = 0; n < count; n++) {
      const text = foreign();
      const { value, isTrusted } = markdown`${text}`;
      tooltips.try(!signs.test(value.replace(escapes, '')) && isTrusted === undefined, JSON.stringify([text, value]));
    }
    show(tooltips.row('links: none is rendered', 'a tooltip'));
  },
};

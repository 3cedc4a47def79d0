// Words for names, passwords and ordinary text.
import type { Random } from './corpus-random.ts';

const nouns =
  `account address agent archive asset balance banner basket batch beacon bridge bucket budget buffer calendar campaign canvas
captain carrier catalog channel chapter circle client cluster column comment company contact corner counter coupon courier customer
dashboard delivery desk document driver engine entry event factory feature field filter folder forecast garden gateway group harbor
header history image index invoice island item journal kitchen label layer ledger lesson library limit link machine manager map market
member menu message meter mirror module monitor mountain node note notice object offer order owner package page panel parcel partner
payment period person picture pipeline planet plan player pocket point policy portal position price printer product profile project
queue quota range rating reader record region report request result review river road room route row sample schedule school screen
season section sensor server session shelf shipment signal site slot socket source stage station stock store story stream street
student subject summary supplier survey table target task team ticket timer topic tower track train transfer truck unit user valley
value vehicle vendor version video view village visit volume voucher wallet warehouse weather widget window worker zone`.split(
    /\s+/,
  );

/** Words that people use in passwords. */
export const passwordWords =
  `Summer Winter Spring Autumn Monday Friday Dragon Tiger Falcon Panther Rocket Silver Golden Purple Orange Yellow Thunder Monkey Banana
Coffee Welcome Letmein Sunshine Football Hockey Guitar Madrid London Berlin Chicago Austin Boston Denver Phoenix Charlie Jordan Michael
Jessica Ashley Bailey Shadow Master Hunter Ranger Buster Pepper Ginger Cookie Cheese Maggie Snoopy Batman Matrix Merlin Diamond Wizard`.split(
    /\s+/,
  );

export function noun(random: Random): string {
  return random.pick(nouns);
}

const parts = (words: string) => words.split(/[^A-Za-z0-9]+/).filter((part) => part !== '');
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

export const camel = (words: string) =>
  parts(words)
    .map(capital)
    .join('')
    .replace(/^./, (letter) => letter.toLowerCase());

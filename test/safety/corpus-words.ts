// Words for names, passwords and ordinary text.
import type { Random } from './corpus-random.ts';

export const nouns =
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

export const verbs =
  `accept add apply archive assign attach build cancel check clear close collect compare compute copy count create decode describe draw
encode enqueue estimate expand export fetch filter find flush format gather group import insert join list load lock measure merge move
normalize notify open parse pick plan poll print publish push rank read rebuild reduce refresh release remove rename render replace
reset resolve resume round save scan schedule select send sort split start stop store submit sum sync trim update validate visit wait
walk watch write`.split(/\s+/);

/** Words that people use in passwords. */
export const passwordWords =
  `Summer Winter Spring Autumn Monday Friday Dragon Tiger Falcon Panther Rocket Silver Golden Purple Orange Yellow Thunder Monkey Banana
Coffee Welcome Letmein Sunshine Football Hockey Guitar Madrid London Berlin Chicago Austin Boston Denver Phoenix Charlie Jordan Michael
Jessica Ashley Bailey Shadow Master Hunter Ranger Buster Pepper Ginger Cookie Cheese Maggie Snoopy Batman Matrix Merlin Diamond Wizard`.split(
    /\s+/,
  );

export const mnemonicWords =
  `abandon ability absent abstract absurd abuse access accident acid acoustic acquire across adapt addict adjust admit adult advance
aerobic affair afford again agent agree airport aisle alarm album alcohol alert alien alley allow almost alpha already amateur amazing
among amount amused analyst anchor ancient anger angle animal ankle announce annual antenna antique anxiety apart apology arctic arena
armor arrange arrest artefact artist artwork aspect asset assist assume asthma athlete atom attend auction audit august average avocado
badge bamboo banner barrel basket battle beach beauty become before behave bench benefit betray bicycle bitter blanket blossom blouse
bonus border bounce bracket brave bridge bright bronze bubble buddy budget bulb bundle burger butter cabbage cactus camera canal canoe`.split(
    /\s+/,
  );

export function noun(random: Random): string {
  return random.pick(nouns);
}

export function verb(random: Random): string {
  return random.pick(verbs);
}

const parts = (words: string) => words.split(/[^A-Za-z0-9]+/).filter((part) => part !== '');
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

export const pascal = (words: string) => parts(words).map(capital).join('');
export const camel = (words: string) => pascal(words).replace(/^./, (letter) => letter.toLowerCase());
export const snake = (words: string) => parts(words).join('_').toLowerCase();
export const kebab = (words: string) => parts(words).join('-').toLowerCase();
export const screaming = (words: string) => snake(words).toUpperCase();
export const dotted = (words: string) => parts(words).join('.').toLowerCase();

/** 'db.acme-billing.net' */
export function host(random: Random): string {
  const first = random.pick(['db', 'pg', 'cache', 'api', 'queue', 'search', 'mail', 'files', 'prod-db', 'internal']);
  return `${first}.${noun(random)}-${noun(random)}.${random.pick(['net', 'io', 'internal', 'com', 'cloud'])}`;
}

export function login(random: Random): string {
  return random.pick(['admin', 'app', 'svc', 'root', 'deploy', 'api', 'report', 'backup', 'billing', 'etl', 'jenkins']);
}

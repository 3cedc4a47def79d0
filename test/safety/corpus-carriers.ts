// The syntaxes that hold a secret in the corpus. data/carriers.tsv lists how people write it; each carrier makes a
// file.
import { readRows } from '../support/data-files.ts';
import { among, filler } from './corpus-filler.ts';
import type { Random } from './corpus-random.ts';
import type { Carrier, Credential, Entry, Form, Written } from './corpus-types.ts';
import { camel, dotted, host, kebab, login, noun, pascal, screaming, snake } from './corpus-words.ts';

const values = ['token', 'named', 'password', 'url'] as const satisfies readonly Form[];
const any = [...values, 'block'] as const;
const block = ['block'] as const satisfies readonly Form[];
const keys = ['token', 'named', 'password'] as const satisfies readonly Form[];

const base64 = (text: string) => Buffer.from(text).toString('base64');
const unpadded = (text: string) => base64(text).replace(/=+$/, '');
const jsonEscaped = (text: string) => JSON.stringify(text).slice(1, -1);
const xml = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
const fileName = (random: Random, id: string) => `${noun(random)}-${id}`;
const time = (r: Random) => `2026-0${r.between(1, 9)}-1${r.below(9)}T0${r.below(9)}:1${r.below(9)}:0${r.below(9)}Z`;
const lines = (text: string, prefix: string, suffix: string, join = '\n') =>
  text
    .split('\n')
    .map((line) => prefix + line + suffix)
    .join(join);

/** Spellings of a secret in the syntaxes of the carriers. */
const valueSlots: Readonly<Record<string, (text: string) => string>> = {
  v: (text) => text,
  vYaml: (text) => (/^[A-Za-z0-9][\w./+=-]*$/.test(text) ? text : `'${text}'`),
  vShell: (text) => (/^[\w./:+=-]+$/.test(text) ? text : `'${text}'`),
  vEscaped: jsonEscaped,
  vJson: (text) => JSON.stringify(text),
  vXml: xml,
  vUrl: encodeURIComponent,
  vSql: (text) => text.replace(/'/g, "''"),
  v64: base64,
  vIndent2: (text) => lines(text, '  ', ''),
  vIndent4: (text) => lines(text, '    ', ''),
  vHash: (text) => lines(text, '# ', ''),
  vOneLine: (text) => text.replace(/\n/g, '\\n'),
  vList: (text) => lines(text, "  '", "',"),
  vJoined: (text) => lines(text, '    "', '\\n"', ' +\n'),
};

/** Spellings of the name of a secret. */
const nameSlots: Readonly<Record<string, (label: string) => string>> = {
  ...{ camel, snake, kebab, dotted, SCREAMING: screaming, Pascal: pascal },
  PascalColon: (label) => pascal(label).replace(/(?!^)([A-Z])/, ':$1'),
  label: (label) => label,
  Label: (label) => label.charAt(0).toUpperCase() + label.slice(1),
};

const randomSlots: Readonly<Record<string, (random: Random) => string>> = {
  ...{ noun, host, login, time },
  NOUN: (random) => screaming(noun(random)),
  lower2: (random) => random.text(2, 'lower'),
  lower3: (random) => random.text(3, 'lower'),
  below900: (random) => String(random.below(900)),
};

type Row = readonly [carrier: string, condition: string, text: string];
const rowsByCarrier = Map.groupBy(readRows<Row>(new URL('data/carriers.tsv', import.meta.url)), ([carrier]) => carrier);
const rowsOf = (carrier: string) => rowsByCarrier.get(carrier) ?? [];

/** Fills the slots from left to right, so that a seed gives the same text. @param own slots of this text alone */
function fill(
  text: string,
  { credential, label }: Entry,
  random: Random,
  own: Readonly<Record<string, string>> = {},
): string {
  return text.replace(/«(\w+)»/g, (slot, name: string) => {
    const filled =
      own[name] ?? valueSlots[name]?.(credential.text) ?? nameSlots[name]?.(label) ?? randomSlots[name]?.(random);
    if (filled === undefined) throw new Error(`'${text}' has an unknown slot ${slot}.`);
    return filled;
  });
}

/** The secrets as a text spells them. Undefined if it has them unchanged. */
function spelledSecrets(text: string, { secrets, text: value }: Credential): readonly string[] | undefined {
  if (text.includes('«vUrl»')) return secrets.map(encodeURIComponent);
  return text.includes('«v64»') ? [unpadded(value)] : undefined;
}

function write([, condition, text]: Row, entry: Entry, random: Random): Written {
  const { credential, kind, label } = entry;
  if (condition === 'tokens' && kind.form === 'password') return { text: `${screaming(label)}='${credential.text}'` };
  if (text.includes('«basic»')) {
    const pair = `${login(random)}:${credential.text}`;
    return { text: fill(text, entry, random, { basic: base64(pair) }), secrets: [unpadded(pair)] };
  }
  const secrets = spelledSecrets(text, credential);
  return { text: fill(text, entry, random), ...(secrets && { secrets }) };
}

type PathOf = (random: Random, id: string) => string;

/** A carrier whose entries are rows of the table, with ordinary text of a language between them. */
function carrier(name: string, forms: readonly Form[], path: PathOf, language: string, gap = '\n\n'): Carrier {
  const rows = rowsOf(name);
  return {
    name,
    forms,
    entry: (entry, random) => write(random.pick(rows), entry, random),
    file: (entries, random, id) => ({ path: path(random, id), text: among(entries, language, random, gap) }),
  };
}

/** @param language the language of ordinary text, and the file extension */
function source(language: string, name: string, folder: string): Carrier {
  const rows = [...(language === 'ts' ? rowsOf('source javascript') : []), ...rowsOf(`source ${name}`)];
  return {
    name: `source ${name}`,
    forms: values,
    entry: (entry, random) => {
      const row = random.pick(rows);
      return { text: fill(row[2], entry, random, otherSlots(noun(random))) };
    },
    file: (entries, random, id) => ({
      path: `${folder}/${noun(random)}-${id}.${language}`,
      text: among(entries, language, random),
    }),
  };
}

/** The name of something beside the secret, the same in all of a text. */
const otherSlots = (other: string) => ({ other, OTHER: other.toUpperCase() });

const otherLanguages: Carrier = {
  name: 'source other languages',
  forms: values,
  single: true,
  entry: (entry, random) => {
    const [, extension, text] = random.pick(rowsOf('source other languages'));
    return { text: `${extension}\0${fill(text, entry, random, otherSlots(noun(random)))}` };
  },
  file: (entries, random, id) => {
    const [extension, text] = (entries[0] as string).split('\0') as [string, string];
    return { path: `misc/${noun(random)}-${id}.${extension}`, text: among([text], '', random) };
  },
};

/** A long literal is cut in two, and the second piece follows on the next line. */
const concatenation: Carrier = {
  name: 'concatenation',
  forms: ['token', 'named'],
  entry: (entry, random) => {
    const { text } = entry.credential;
    const cut = Math.floor(text.length * (0.4 + random.below(20) / 100));
    const [head, tail] = [text.slice(0, cut), text.slice(cut)];
    const row = random.pick(rowsOf('concatenation'));
    const written = fill(row[2], entry, random, { head, tail, other: random.text(4, 'lower') });
    return { text: written, secrets: [head, tail].filter((part) => part.length >= 6) };
  },
  file: (entries, random, id) => ({ path: `src/${noun(random)}-joined-${id}.ts`, text: among(entries, 'ts', random) }),
};

const json: Carrier = {
  name: 'json',
  forms: any,
  entry: ({ credential, label }, random) => {
    const key = random.pick([camel, snake, kebab, screaming, pascal])(label);
    const value = JSON.stringify(credential.text);
    const text = random.pick([
      () => `"${key}": ${value}`,
      () => `"${noun(random)}": { "host": "localhost", "${key}": ${value} }`,
      () =>
        `"${noun(random)}": { "${noun(random)}": {\n      "enabled": true,\n      "${key}":\n        ${value}\n    } }`,
      () => `"${noun(random)}": [ { "name": "${key}", "value": ${value} } ]`,
    ])();
    return { text, secrets: credential.secrets.map(jsonEscaped) };
  },
  file: (entries, random, id) => {
    const some = () => `"${camel(`${noun(random)} ${noun(random)}`)}": ${random.between(1, 5000)}`;
    const members = entries.flatMap((entry) => [some(), some(), entry, some()]);
    return { path: `config/${fileName(random, id)}.json`, text: `{\n  ${members.join(',\n  ')}\n}\n` };
  },
};

const jsonInJson: Carrier = {
  name: 'json in json',
  forms: values,
  entry: ({ credential, label }, random) => {
    const inner = JSON.stringify({ host: 'localhost', [random.pick([camel, snake])(label)]: credential.text });
    const secrets = credential.secrets.map((text) => jsonEscaped(jsonEscaped(text)));
    return { text: `"${noun(random)}Settings": "${jsonEscaped(inner)}"`, secrets };
  },
  file: json.file,
};

/** A notebook: source lines as JSON strings. */
const notebook: Carrier = {
  name: 'notebook',
  forms: values,
  entry: (entry, random) => {
    const own = otherSlots(noun(random));
    const text = random.pick([
      "«snake» = '«v»'",
      "os.environ['«SCREAMING»'] = '«v»'",
      "«other» = connect(«snake»='«v»')",
      '%env «SCREAMING»=«v»',
    ]);
    return { text: fill(text, entry, random, own), secrets: entry.credential.secrets.map(jsonEscaped) };
  },
  file: (entries, random, id) => {
    const sourceLines = (text: string) => text.split('\n').map((line) => `${line}\n`);
    const cells = entries.flatMap((entry) => [
      { cell_type: 'markdown', metadata: {}, source: sourceLines(filler('', random)) },
      {
        cell_type: 'code',
        execution_count: 1,
        metadata: {},
        outputs: [],
        source: sourceLines(`import os\n${entry}\n${filler('py', random)}`),
      },
    ]);
    const book = { cells, metadata: { language_info: { name: 'python' } }, nbformat: 4, nbformat_minor: 5 };
    return { path: `notebooks/${fileName(random, id)}.ipynb`, text: `${JSON.stringify(book, undefined, 1)}\n` };
  },
};

/** Fills all rows and picks one of the texts. */
function pickFilled(name: string, entry: Entry, random: Random): string {
  return random.pick(rowsOf(name).map(([, , text]) => fill(text, entry, random)));
}

const xmlFile: Carrier = {
  name: 'xml',
  forms: values,
  entry: (entry, random) => {
    const { secrets } = entry.credential;
    return { text: pickFilled('xml', entry, random), secrets: [...secrets.map(xml), ...secrets] };
  },
  file: (entries, random, id) => {
    const some = () => `<${camel(`${noun(random)} ${noun(random)}`)}>${random.between(1, 5000)}</${noun(random)}>`;
    const inner = entries.flatMap((entry) => [some(), some(), entry, some()]);
    return {
      path: `conf/${fileName(random, id)}.xml`,
      text: `<?xml version="1.0"?>\n<configuration>\n  ${inner.join('\n  ')}\n</configuration>\n`,
    };
  },
};

const docker: Carrier = {
  ...carrier('dockerfile', values, () => '', 'hash'),
  file: (entries, random, id) => ({
    path: `images/${fileName(random, id)}/Dockerfile`,
    text: `FROM node:24\n${among(entries, 'hash', random, '\n')}CMD ["node", "${noun(random)}.js"]\n`,
  }),
};

const compose: Carrier = {
  name: 'compose',
  forms: values,
  entry: (entry, random) => ({ text: pickFilled('compose', entry, random) }),
  file: (entries, random, id) => ({
    path: `stacks/${fileName(random, id)}/docker-compose.yml`,
    text: `services:\n${entries.join('\n')}\n  ${noun(random)}:\n    image: ${noun(random)}:${random.between(1, 90)}\n`,
  }),
};

const kubernetes: Carrier = {
  ...carrier('kubernetes', values, () => '', 'hash'),
  file: (entries, random, id) => ({
    path: `k8s/${fileName(random, id)}.yaml`,
    text: `${[filler('hash', random), ...entries].join('\n---\n')}\n`,
  }),
};

const log: Carrier = {
  ...carrier('log', values, () => '', 'log'),
  file: (entries, random, id) => {
    const some = () =>
      `${time(random)} INFO ${noun(random)}: ${noun(random)} ${random.below(9000)} in ${random.below(900)} ms`;
    const all = entries.flatMap((entry) => [some(), some(), entry, some()]);
    return { path: `logs/${fileName(random, id)}.log`, text: `${all.join('\n')}\n` };
  },
};

const csv: Carrier = {
  name: 'csv',
  forms: values,
  single: true,
  entry: ({ credential, label }, random) => {
    const column = random.pick([snake, nameSlots.Label as (label: string) => string])(label);
    const cell = /[,"]/.test(credential.text) ? `"${credential.text}"` : credential.text;
    const rows = Array.from(
      { length: random.between(1, 4) },
      (_, i) => `${i + 2},${noun(random)},${random.below(900)}@,`,
    );
    const text = random.pick([
      `id,name,${column},active\n1,${noun(random)},${cell},true\n${rows.join('\n')}`,
      `key,value\n${noun(random)},${random.below(900)}\n${snake(label)},${cell}\n${noun(random)},${noun(random)}`,
      `url,username,${column}\nhttps://${host(random)},${login(random)},${cell}`,
    ]);
    return { text };
  },
  file: (entries, random, id) => ({ path: `data/${fileName(random, id)}.csv`, text: `${entries.join('\n')}\n` }),
};

/** Files of tools, as they are, and as people quote them in a document. */
const toolFiles: Carrier = {
  ...carrier('tool files', keys, () => '', 'hash'),
  single: true,
  file: (entries, random, id) => ({
    path: `home/${fileName(random, id)}${random.pick(['.txt', '.conf', '.md', '.cfg'])}`,
    text: `${filler('hash', random)}\n${entries.join('\n')}\n${filler('hash', random)}\n`,
  }),
};

export const carriers: readonly Carrier[] = [
  source('ts', 'typescript', 'src'),
  source('js', 'javascript', 'lib'),
  source('py', 'python', 'app'),
  source('go', 'go', 'internal'),
  source('java', 'java', 'src/main/java'),
  source('cs', 'csharp', 'Services'),
  source('rb', 'ruby', 'config'),
  source('php', 'php', 'public'),
  source('rs', 'rust', 'crates/core/src'),
  source('kt', 'kotlin and swift', 'app/src/main'),
  source('c', 'c and c++', 'firmware'),
  source('ps1', 'powershell', 'scripts'),
  otherLanguages,
  concatenation,
  json,
  jsonInJson,
  notebook,
  carrier('yaml', values, (r, id) => `config/${fileName(r, id)}.yaml`, 'yaml', '\n'),
  carrier('yaml block scalars', any, (r, id) => `deploy/${fileName(r, id)}.yml`, 'yaml', '\n'),
  carrier('toml', values, (r, id) => `${fileName(r, id)}.toml`, 'ini', '\n'),
  carrier(
    'ini and properties',
    values,
    (r, id) => `etc/${fileName(r, id)}.${r.pick(['ini', 'properties', 'cfg', 'conf'])}`,
    'ini',
    '\n',
  ),
  xmlFile,
  // Names of documents and samples that hold real values. The harvest does not exclude files with these names.
  carrier(
    'dotenv',
    values,
    (r, id) => `envs/${r.pick(['staging', 'prod', 'dev'])}-${id}.${r.pick(['env', 'env.txt', 'vars'])}`,
    'hash',
    '\n',
  ),
  carrier('shell exports', values, (r, id) => `bin/${fileName(r, id)}.sh`, 'sh', '\n'),
  docker,
  compose,
  kubernetes,
  carrier('terraform', values, (r, id) => `infra/${fileName(r, id)}.${r.pick(['tf', 'tf', 'tfvars'])}`, 'hash'),
  carrier(
    'ci workflow',
    values,
    (r, id) =>
      r.pick([
        `.github/workflows/${fileName(r, id)}.yml`,
        `ci/${fileName(r, id)}.gitlab-ci.yml`,
        `.circleci/${fileName(r, id)}.yml`,
      ]),
    'yaml',
    '\n',
  ),
  carrier('markdown prose', values, (r, id) => `docs/${fileName(r, id)}.md`, ''),
  carrier('markdown, no name', ['token', 'url'], (r, id) => `docs/${fileName(r, id)}.md`, ''),
  carrier('markdown code block', values, (r, id) => `docs/${fileName(r, id)}.md`, ''),
  carrier('comments', values, (r, id) => `src/${fileName(r, id)}.${r.pick(['ts', 'go', 'java'])}`, 'ts'),
  log,
  csv,
  carrier('sql users', ['password'], (r, id) => `db/${fileName(r, id)}.sql`, 'sql'),
  carrier('sql rows', values, (r, id) => `db/${fileName(r, id)}.sql`, 'sql'),
  carrier('http requests', keys, (r, id) => `requests/${fileName(r, id)}.http`, 'hash'),
  carrier('curl', keys, (r, id) => `scripts/${fileName(r, id)}.sh`, 'sh'),
  carrier('command lines', ['password'], (r, id) => `scripts/${fileName(r, id)}.sh`, 'sh'),
  toolFiles,
  carrier('urls', keys, (r, id) => `src/${fileName(r, id)}.ts`, 'ts'),
  carrier('key in source', block, (r, id) => `src/${fileName(r, id)}.${r.pick(['ts', 'py', 'go'])}`, 'ts'),
  carrier('key in text', block, (r, id) => `docs/${fileName(r, id)}.${r.pick(['md', 'txt', 'conf'])}`, ''),
];

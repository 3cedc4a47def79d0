// Secrets in configuration: JSON, YAML, TOML, INI, XML, .env, Docker, Kubernetes, Terraform, CI.
import { among, filler } from './corpus-filler.ts';
import type { Random } from './corpus-random.ts';
import { spelled } from './corpus-source.ts';
import type { Carrier, Entry, Form, Written } from './corpus-types.ts';
import { camel, dotted, kebab, noun, pascal, screaming, snake } from './corpus-words.ts';

const values = ['token', 'named', 'password', 'url'] as const satisfies readonly Form[];
const any = [...values, 'block'] as const;

const escaped = (text: string) => JSON.stringify(text).slice(1, -1);
const xml = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
const shell = (text: string) => (/^[\w./:+=-]+$/.test(text) ? text : `'${text}'`);
const yaml = (text: string) => (/^[A-Za-z0-9][\w./+=-]*$/.test(text) ? text : `'${text}'`);
const indent = (text: string, by: string) => text.replace(/^/gm, by);
const asSpelled = (secrets: readonly string[], spell: (text: string) => string) => secrets.map(spell);
const name = (random: Random, id: string) => `${noun(random)}-${id}`;

/** A carrier whose entries are lines, with ordinary lines of its own kind between. */
function lines(
  title: string,
  forms: readonly Form[],
  path: (random: Random, id: string) => string,
  language: string,
  styles: readonly ((entry: Entry, random: Random) => string | Written)[],
  gap = '\n',
): Carrier {
  return {
    name: title,
    forms,
    entry: (entry, random) => {
      const written = random.pick(styles)(entry, random);
      return typeof written === 'string' ? { text: written } : written;
    },
    file: (entries, random, id) => ({ path: path(random, id), text: among(entries, language, random, gap) }),
  };
}

const json: Carrier = {
  name: 'json',
  forms: any,
  entry: ({ made, called }, random) => {
    const key = random.pick([camel, snake, kebab, screaming, pascal])(called);
    const value = `"${escaped(made.text)}"`;
    const text = random.pick([
      () => `"${key}": ${value}`,
      () => `"${noun(random)}": { "host": "localhost", "${key}": ${value} }`,
      () =>
        `"${noun(random)}": { "${noun(random)}": {\n      "enabled": true,\n      "${key}":\n        ${value}\n    } }`,
      () => `"${noun(random)}": [ { "name": "${key}", "value": ${value} } ]`,
    ])();
    return { text, secrets: asSpelled(made.secrets, escaped) };
  },
  file: (entries, random, id) => {
    const some = () => `"${camel(`${noun(random)} ${noun(random)}`)}": ${random.between(1, 5000)}`;
    const members = entries.flatMap((entry) => [some(), some(), entry, some()]);
    return { path: `config/${name(random, id)}.json`, text: `{\n  ${members.join(',\n  ')}\n}\n` };
  },
};

const jsonInJson: Carrier = {
  name: 'json in json',
  forms: values,
  entry: ({ made, called }, random) => {
    const inner = JSON.stringify({ host: 'localhost', [random.pick([camel, snake])(called)]: made.text });
    const twice = (text: string) => escaped(escaped(text));
    return { text: `"${noun(random)}Settings": "${escaped(inner)}"`, secrets: asSpelled(made.secrets, twice) };
  },
  file: json.file,
};

/** A notebook: source lines as JSON strings. */
const notebook: Carrier = {
  name: 'notebook',
  forms: values,
  entry: (entry, random) => {
    const s = spelled(entry, noun(random));
    const line = random.pick([
      `${s.snake} = '${s.v}'`,
      `os.environ['${s.big}'] = '${s.v}'`,
      `${s.other} = connect(${s.snake}='${s.v}')`,
      `%env ${s.big}=${s.v}`,
    ]);
    return { text: line, secrets: asSpelled(entry.made.secrets, escaped) };
  },
  file: (entries, random, id) => {
    const source = (text: string) => text.split('\n').map((line) => `${line}\n`);
    const cells = entries.flatMap((entry) => [
      { cell_type: 'markdown', metadata: {}, source: source(filler('', random)) },
      {
        cell_type: 'code',
        execution_count: 1,
        metadata: {},
        outputs: [],
        source: source(`import os\n${entry}\n${filler('py', random)}`),
      },
    ]);
    const book = { cells, metadata: { language_info: { name: 'python' } }, nbformat: 4, nbformat_minor: 5 };
    return { path: `notebooks/${name(random, id)}.ipynb`, text: `${JSON.stringify(book, undefined, 1)}\n` };
  },
};

const yamlFile: Carrier = lines('yaml', values, (r, id) => `config/${name(r, id)}.yaml`, 'yaml', [
  ({ made, called }) => `${snake(called)}: ${yaml(made.text)}`,
  ({ made, called }) => `${camel(called)}: "${made.text}"`,
  ({ made, called }, r) => `${noun(r)}:\n  host: localhost\n  ${kebab(called)}: ${yaml(made.text)}`,
  ({ made, called }, r) => `${noun(r)}: { host: localhost, ${camel(called)}: "${made.text}" }`,
  ({ made, called }, r) => `${noun(r)}s:\n  - name: ${noun(r)}\n    ${snake(called)}: '${made.text}'`,
  ({ made, called }) => `spring.${dotted(called)}: ${yaml(made.text)}`,
]);

const yamlBlocks: Carrier = lines('yaml block scalars', any, (r, id) => `deploy/${name(r, id)}.yml`, 'yaml', [
  ({ made, called }) => `${snake(called)}: |\n${indent(made.text, '  ')}`,
  ({ made, called }) => `${snake(called)}: >-\n${indent(made.text, '  ')}`,
  ({ made, called }, r) => `${noun(r)}:\n  ${camel(called)}: |-\n${indent(made.text, '    ')}`,
  ({ made, called }) => `${snake(called)}:\n  "${escaped(made.text)}"`,
]);

const toml = lines('toml', values, (r, id) => `${name(r, id)}.toml`, 'ini', [
  ({ made, called }) => `${snake(called)} = "${made.text}"`,
  ({ made, called }) => `${kebab(called)} = '${made.text}'`,
  ({ made, called }, r) => `${noun(r)} = { host = "localhost", ${snake(called)} = "${made.text}" }`,
  ({ made, called }, r) => `[${noun(r)}.${noun(r)}]\n${snake(called)} = "${made.text}"`,
]);

const ini = lines(
  'ini and properties',
  values,
  (r, id) => `etc/${name(r, id)}.${r.pick(['ini', 'properties', 'cfg', 'conf'])}`,
  'ini',
  [
    ({ made, called }) => `${snake(called)} = ${made.text}`,
    ({ made, called }) => `${dotted(called)}=${made.text}`,
    ({ made, called }, r) => `spring.${noun(r)}.${kebab(called)}=${made.text}`,
    ({ made, called }) => `${camel(called)}: ${made.text}`,
    ({ made, called }) => `${snake(called)} = "${made.text}"`,
  ],
);

const xmlFile: Carrier = {
  name: 'xml',
  forms: values,
  entry: ({ made, called }, random) => {
    const value = xml(made.text);
    const text = random.pick([
      `<${camel(called)}>${value}</${camel(called)}>`,
      `<add key="${pascal(called)}" value="${value}" />`,
      `<property name="${camel(called)}" value="${value}"/>`,
      `<property name="${dotted(called)}">${value}</property>`,
      `<string name="${snake(called)}">${value}</string>`,
      `<${noun(random)} host="localhost" ${camel(called)}="${value}" />`,
      `<key>${pascal(called)}</key>\n  <string>${value}</string>`,
      `<${pascal(called)}>\n    ${value}\n  </${pascal(called)}>`,
      `<${camel(called)}><![CDATA[${made.text}]]></${camel(called)}>`,
    ]);
    return { text, secrets: [...asSpelled(made.secrets, xml), ...made.secrets] };
  },
  file: (entries, random, id) => {
    const some = () => `<${camel(`${noun(random)} ${noun(random)}`)}>${random.between(1, 5000)}</${noun(random)}>`;
    const inner = entries.flatMap((entry) => [some(), some(), entry, some()]);
    return {
      path: `conf/${name(random, id)}.xml`,
      text: `<?xml version="1.0"?>\n<configuration>\n  ${inner.join('\n  ')}\n</configuration>\n`,
    };
  },
};

/** Under names that are not left out by name alone: documents and samples that hold real values. */
const dotenv = lines(
  'dotenv',
  values,
  (r, id) => `envs/${r.pick(['staging', 'prod', 'dev'])}-${id}.${r.pick(['env', 'env.txt', 'vars'])}`,
  'hash',
  [
    ({ made, called }) => `${screaming(called)}=${made.text}`,
    ({ made, called }) => `${screaming(called)}="${made.text}"`,
    ({ made, called }) => `${screaming(called)}='${made.text}'`,
    ({ made, called }) => `#${screaming(called)}=${made.text}`,
  ],
);

const exports = lines('shell exports', values, (r, id) => `bin/${name(r, id)}.sh`, 'sh', [
  ({ made, called }) => `export ${screaming(called)}=${shell(made.text)}`,
  ({ made, called }) => `export ${screaming(called)}="${made.text}"`,
  ({ made, called }) => `${screaming(called)}='${made.text}'`,
  ({ made, called }) => `: "\${${screaming(called)}:=${made.text}}"`,
  ({ made, called }, r) => `${screaming(called)}='${made.text}' ./run-${noun(r)} --all`,
  ({ made, called }, r) => `./start-${noun(r)} --${kebab(called)}=${shell(made.text)} --port 80`,
  ({ made, called }, r) => `./start-${noun(r)} --${kebab(called)} ${shell(made.text)}`,
  ({ made, called }) => `set -x ${screaming(called)} '${made.text}'`,
]);

const docker: Carrier = {
  ...lines('dockerfile', values, () => '', 'hash', [
    ({ made, called }) => `ENV ${screaming(called)}=${shell(made.text)}`,
    ({ made, called }) => `ENV ${screaming(called)} "${made.text}"`,
    ({ made, called }) => `ARG ${screaming(called)}="${made.text}"`,
    ({ made, called }, r) => `ENV ${screaming(noun(r))}=1 \\\n    ${screaming(called)}="${made.text}"`,
    ({ made, called }, r) => `RUN ./install-${noun(r)} --${kebab(called)}='${made.text}'`,
  ]),
  file: (entries, random, id) => ({
    path: `images/${name(random, id)}/Dockerfile`,
    text: `FROM node:24\n${among(entries, 'hash', random, '\n')}CMD ["node", "${noun(random)}.js"]\n`,
  }),
};

const compose: Carrier = {
  name: 'compose',
  forms: values,
  entry: ({ made, called }, random) => ({
    text: random.pick([
      `  ${noun(random)}${random.text(2, 'lower')}:\n    image: app\n    environment:\n      - MODE=on\n      - ${screaming(called)}=${made.text}`,
      `  ${noun(random)}${random.text(2, 'lower')}:\n    image: app\n    environment:\n      ${screaming(called)}: "${made.text}"`,
      `  ${noun(random)}${random.text(2, 'lower')}:\n    command: ["serve", "--${kebab(called)}", "${made.text}"]`,
      `  ${noun(random)}${random.text(2, 'lower')}:\n    command: serve --${kebab(called)}=${made.text} --verbose`,
    ]),
  }),
  file: (entries, random, id) => ({
    path: `stacks/${name(random, id)}/docker-compose.yml`,
    text: `services:\n${entries.join('\n')}\n  ${noun(random)}:\n    image: ${noun(random)}:${random.between(1, 90)}\n`,
  }),
};

const base64 = (text: string) => Buffer.from(text).toString('base64');

const kubernetes: Carrier = {
  name: 'kubernetes',
  forms: values,
  entry: ({ made, called }, random) => {
    const head = (kind: string) =>
      `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${noun(random)}-${random.text(3, 'lower')}`;
    const encoded = base64(made.text);
    return random.pick<() => Written>([
      () => ({
        text: `${head('Secret')}\ntype: Opaque\ndata:\n  ${kebab(called)}: ${encoded}`,
        secrets: [encoded.replace(/=+$/, '')],
      }),
      () => ({ text: `${head('Secret')}\nstringData:\n  ${camel(called)}: ${yaml(made.text)}` }),
      () => ({
        text: `${head('Pod')}\nspec:\n  containers:\n    - name: app\n      env:\n        - name: ${screaming(called)}\n          value: "${made.text}"`,
      }),
      () => ({
        text: `${head('ConfigMap')}\ndata:\n  app.properties: |\n    retries=3\n    ${dotted(called)}=${made.text}`,
      }),
    ])();
  },
  file: (entries, random, id) => ({
    path: `k8s/${name(random, id)}.yaml`,
    text: `${[filler('hash', random), ...entries].join('\n---\n')}\n`,
  }),
};

const terraform = lines(
  'terraform',
  values,
  (r, id) => `infra/${name(r, id)}.${r.pick(['tf', 'tf', 'tfvars'])}`,
  'hash',
  [
    ({ made, called }) => `variable "${snake(called)}" {\n  type    = string\n  default = "${made.text}"\n}`,
    ({ made, called }, r) => `provider "${noun(r)}" {\n  region = "eu"\n  ${snake(called)} = "${made.text}"\n}`,
    ({ made, called }) => `${snake(called)} = "${made.text}"`,
    ({ made, called }, r) =>
      `resource "aws_instance" "${noun(r)}" {\n  environment = {\n    ${screaming(called)} = "${made.text}"\n  }\n}`,
    ({ made, called }, r) => `locals {\n  ${noun(r)} = { ${snake(called)} : "${made.text}" }\n}`,
    ({ made, called }) => `set {\n  name  = "${dotted(called)}"\n  value = "${made.text}"\n}`,
  ],
  '\n\n',
);

const ci = lines(
  'ci workflow',
  values,
  (r, id) =>
    r.pick([`.github/workflows/${name(r, id)}.yml`, `ci/${name(r, id)}.gitlab-ci.yml`, `.circleci/${name(r, id)}.yml`]),
  'yaml',
  [
    ({ made, called }) => `env:\n  ${screaming(called)}: ${yaml(made.text)}`,
    ({ made, called }) => `variables:\n  ${screaming(called)}: "${made.text}"`,
    ({ made, called }, r) =>
      `${noun(r)}:\n  steps:\n    - run: |\n        export ${screaming(called)}=${shell(made.text)}\n        make ${noun(r)}`,
    ({ made, called }, r) =>
      `${noun(r)}:\n  uses: acme/${noun(r)}@v2\n  with:\n    ${kebab(called)}: ${yaml(made.text)}`,
    ({ made, called }, r) => `${noun(r)}:\n  script:\n    - ./publish --${kebab(called)} ${shell(made.text)}`,
  ],
);

export const configCarriers: readonly Carrier[] = [
  json,
  jsonInJson,
  notebook,
  yamlFile,
  yamlBlocks,
  toml,
  ini,
  xmlFile,
  dotenv,
  exports,
  docker,
  compose,
  kubernetes,
  terraform,
  ci,
];

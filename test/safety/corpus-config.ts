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
  entry: ({ credential, label }, random) => {
    const key = random.pick([camel, snake, kebab, screaming, pascal])(label);
    const value = `"${escaped(credential.text)}"`;
    const text = random.pick([
      () => `"${key}": ${value}`,
      () => `"${noun(random)}": { "host": "localhost", "${key}": ${value} }`,
      () =>
        `"${noun(random)}": { "${noun(random)}": {\n      "enabled": true,\n      "${key}":\n        ${value}\n    } }`,
      () => `"${noun(random)}": [ { "name": "${key}", "value": ${value} } ]`,
    ])();
    return { text, secrets: asSpelled(credential.secrets, escaped) };
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
  entry: ({ credential, label }, random) => {
    const inner = JSON.stringify({ host: 'localhost', [random.pick([camel, snake])(label)]: credential.text });
    const twice = (text: string) => escaped(escaped(text));
    return { text: `"${noun(random)}Settings": "${escaped(inner)}"`, secrets: asSpelled(credential.secrets, twice) };
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
    return { text: line, secrets: asSpelled(entry.credential.secrets, escaped) };
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
  ({ credential, label }) => `${snake(label)}: ${yaml(credential.text)}`,
  ({ credential, label }) => `${camel(label)}: "${credential.text}"`,
  ({ credential, label }, r) => `${noun(r)}:\n  host: localhost\n  ${kebab(label)}: ${yaml(credential.text)}`,
  ({ credential, label }, r) => `${noun(r)}: { host: localhost, ${camel(label)}: "${credential.text}" }`,
  ({ credential, label }, r) => `${noun(r)}s:\n  - name: ${noun(r)}\n    ${snake(label)}: '${credential.text}'`,
  ({ credential, label }) => `spring.${dotted(label)}: ${yaml(credential.text)}`,
]);

const yamlBlocks: Carrier = lines('yaml block scalars', any, (r, id) => `deploy/${name(r, id)}.yml`, 'yaml', [
  ({ credential, label }) => `${snake(label)}: |\n${indent(credential.text, '  ')}`,
  ({ credential, label }) => `${snake(label)}: >-\n${indent(credential.text, '  ')}`,
  ({ credential, label }, r) => `${noun(r)}:\n  ${camel(label)}: |-\n${indent(credential.text, '    ')}`,
  ({ credential, label }) => `${snake(label)}:\n  "${escaped(credential.text)}"`,
]);

const toml = lines('toml', values, (r, id) => `${name(r, id)}.toml`, 'ini', [
  ({ credential, label }) => `${snake(label)} = "${credential.text}"`,
  ({ credential, label }) => `${kebab(label)} = '${credential.text}'`,
  ({ credential, label }, r) => `${noun(r)} = { host = "localhost", ${snake(label)} = "${credential.text}" }`,
  ({ credential, label }, r) => `[${noun(r)}.${noun(r)}]\n${snake(label)} = "${credential.text}"`,
]);

const ini = lines(
  'ini and properties',
  values,
  (r, id) => `etc/${name(r, id)}.${r.pick(['ini', 'properties', 'cfg', 'conf'])}`,
  'ini',
  [
    ({ credential, label }) => `${snake(label)} = ${credential.text}`,
    ({ credential, label }) => `${dotted(label)}=${credential.text}`,
    ({ credential, label }, r) => `spring.${noun(r)}.${kebab(label)}=${credential.text}`,
    ({ credential, label }) => `${camel(label)}: ${credential.text}`,
    ({ credential, label }) => `${snake(label)} = "${credential.text}"`,
  ],
);

const xmlFile: Carrier = {
  name: 'xml',
  forms: values,
  entry: ({ credential, label }, random) => {
    const value = xml(credential.text);
    const text = random.pick([
      `<${camel(label)}>${value}</${camel(label)}>`,
      `<add key="${pascal(label)}" value="${value}" />`,
      `<property name="${camel(label)}" value="${value}"/>`,
      `<property name="${dotted(label)}">${value}</property>`,
      `<string name="${snake(label)}">${value}</string>`,
      `<${noun(random)} host="localhost" ${camel(label)}="${value}" />`,
      `<key>${pascal(label)}</key>\n  <string>${value}</string>`,
      `<${pascal(label)}>\n    ${value}\n  </${pascal(label)}>`,
      `<${camel(label)}><![CDATA[${credential.text}]]></${camel(label)}>`,
    ]);
    return { text, secrets: [...asSpelled(credential.secrets, xml), ...credential.secrets] };
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
    ({ credential, label }) => `${screaming(label)}=${credential.text}`,
    ({ credential, label }) => `${screaming(label)}="${credential.text}"`,
    ({ credential, label }) => `${screaming(label)}='${credential.text}'`,
    ({ credential, label }) => `#${screaming(label)}=${credential.text}`,
  ],
);

const exports = lines('shell exports', values, (r, id) => `bin/${name(r, id)}.sh`, 'sh', [
  ({ credential, label }) => `export ${screaming(label)}=${shell(credential.text)}`,
  ({ credential, label }) => `export ${screaming(label)}="${credential.text}"`,
  ({ credential, label }) => `${screaming(label)}='${credential.text}'`,
  ({ credential, label }) => `: "\${${screaming(label)}:=${credential.text}}"`,
  ({ credential, label }, r) => `${screaming(label)}='${credential.text}' ./run-${noun(r)} --all`,
  ({ credential, label }, r) => `./start-${noun(r)} --${kebab(label)}=${shell(credential.text)} --port 80`,
  ({ credential, label }, r) => `./start-${noun(r)} --${kebab(label)} ${shell(credential.text)}`,
  ({ credential, label }) => `set -x ${screaming(label)} '${credential.text}'`,
]);

const docker: Carrier = {
  ...lines('dockerfile', values, () => '', 'hash', [
    ({ credential, label }) => `ENV ${screaming(label)}=${shell(credential.text)}`,
    ({ credential, label }) => `ENV ${screaming(label)} "${credential.text}"`,
    ({ credential, label }) => `ARG ${screaming(label)}="${credential.text}"`,
    ({ credential, label }, r) => `ENV ${screaming(noun(r))}=1 \\\n    ${screaming(label)}="${credential.text}"`,
    ({ credential, label }, r) => `RUN ./install-${noun(r)} --${kebab(label)}='${credential.text}'`,
  ]),
  file: (entries, random, id) => ({
    path: `images/${name(random, id)}/Dockerfile`,
    text: `FROM node:24\n${among(entries, 'hash', random, '\n')}CMD ["node", "${noun(random)}.js"]\n`,
  }),
};

const compose: Carrier = {
  name: 'compose',
  forms: values,
  entry: ({ credential, label }, random) => ({
    text: random.pick([
      `  ${noun(random)}${random.text(2, 'lower')}:\n    image: app\n    environment:\n      - MODE=on\n      - ${screaming(label)}=${credential.text}`,
      `  ${noun(random)}${random.text(2, 'lower')}:\n    image: app\n    environment:\n      ${screaming(label)}: "${credential.text}"`,
      `  ${noun(random)}${random.text(2, 'lower')}:\n    command: ["serve", "--${kebab(label)}", "${credential.text}"]`,
      `  ${noun(random)}${random.text(2, 'lower')}:\n    command: serve --${kebab(label)}=${credential.text} --verbose`,
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
  entry: ({ credential, label }, random) => {
    const head = (kind: string) =>
      `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${noun(random)}-${random.text(3, 'lower')}`;
    const encoded = base64(credential.text);
    return random.pick<() => Written>([
      () => ({
        text: `${head('Secret')}\ntype: Opaque\ndata:\n  ${kebab(label)}: ${encoded}`,
        secrets: [encoded.replace(/=+$/, '')],
      }),
      () => ({ text: `${head('Secret')}\nstringData:\n  ${camel(label)}: ${yaml(credential.text)}` }),
      () => ({
        text: `${head('Pod')}\nspec:\n  containers:\n    - name: app\n      env:\n        - name: ${screaming(label)}\n          value: "${credential.text}"`,
      }),
      () => ({
        text: `${head('ConfigMap')}\ndata:\n  app.properties: |\n    retries=3\n    ${dotted(label)}=${credential.text}`,
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
    ({ credential, label }) => `variable "${snake(label)}" {\n  type    = string\n  default = "${credential.text}"\n}`,
    ({ credential, label }, r) =>
      `provider "${noun(r)}" {\n  region = "eu"\n  ${snake(label)} = "${credential.text}"\n}`,
    ({ credential, label }) => `${snake(label)} = "${credential.text}"`,
    ({ credential, label }, r) =>
      `resource "aws_instance" "${noun(r)}" {\n  environment = {\n    ${screaming(label)} = "${credential.text}"\n  }\n}`,
    ({ credential, label }, r) => `locals {\n  ${noun(r)} = { ${snake(label)} : "${credential.text}" }\n}`,
    ({ credential, label }) => `set {\n  name  = "${dotted(label)}"\n  value = "${credential.text}"\n}`,
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
    ({ credential, label }) => `env:\n  ${screaming(label)}: ${yaml(credential.text)}`,
    ({ credential, label }) => `variables:\n  ${screaming(label)}: "${credential.text}"`,
    ({ credential, label }, r) =>
      `${noun(r)}:\n  steps:\n    - run: |\n        export ${screaming(label)}=${shell(credential.text)}\n        make ${noun(r)}`,
    ({ credential, label }, r) =>
      `${noun(r)}:\n  uses: acme/${noun(r)}@v2\n  with:\n    ${kebab(label)}: ${yaml(credential.text)}`,
    ({ credential, label }, r) => `${noun(r)}:\n  script:\n    - ./publish --${kebab(label)} ${shell(credential.text)}`,
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

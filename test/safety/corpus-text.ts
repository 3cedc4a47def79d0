// Secrets in prose, comments, logs, tables, SQL, requests and command lines, and key files in all of these.
import { among, filler } from './corpus-filler.ts';
import type { Random } from './corpus-random.ts';
import type { Carrier, Entry, Form, Written } from './corpus-types.ts';
import { camel, host, kebab, login, noun, screaming, snake } from './corpus-words.ts';

const values = ['token', 'named', 'password', 'url'] as const satisfies readonly Form[];
const bare = ['token', 'url'] as const satisfies readonly Form[];
const title = (label: string) => label.charAt(0).toUpperCase() + label.slice(1);
const name = (random: Random, id: string) => `${noun(random)}-${id}`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

type Style = (entry: Entry, random: Random) => string | Written;

/** For what programs hand out; a password that a person chose stands there as its own name says. */
const forTokens =
  (style: (entry: Entry, random: Random) => string): Style =>
  (entry, random) =>
    entry.kind.form === 'password' ? `${screaming(entry.label)}='${entry.credential.text}'` : style(entry, random);

function carrier(
  what: string,
  forms: readonly Form[],
  path: (random: Random, id: string) => string,
  language: string,
  styles: readonly Style[],
  gap = '\n\n',
): Carrier {
  return {
    name: what,
    forms,
    entry: (entry, random) => {
      const written = random.pick(styles)(entry, random);
      return typeof written === 'string' ? { text: written } : written;
    },
    file: (entries, random, id) => ({ path: path(random, id), text: among(entries, language, random, gap) }),
  };
}

const prose = carrier('markdown prose', values, (r, id) => `docs/${name(r, id)}.md`, '', [
  ({ credential, label }, r) => `The ${label} for ${noun(r)} is \`${credential.text}\`, do not share it.`,
  ({ credential, label }) => `- **${title(label)}**: ${credential.text}`,
  ({ credential, label }) => `- ${title(label)}: \`${credential.text}\``,
  ({ credential, label }, r) => `| ${noun(r)} | ${noun(r)} |\n| --- | --- |\n| ${label} | ${credential.text} |`,
  ({ credential, label }, r) => `Log in as ${login(r)} with the ${label} "${credential.text}" and open the ${noun(r)}.`,
  ({ credential, label }, r) => `${title(label)} (${noun(r)}): ${credential.text}`,
  ({ credential, label }) => `${title(label)} = ${credential.text}`,
]);

const proseBare = carrier('markdown, no name', bare, (r, id) => `docs/${name(r, id)}.md`, '', [
  ({ credential }, r) => `Use ${credential.text} until the ${noun(r)} is there.`,
  ({ credential }) => `    ${credential.text}`,
  ({ credential }, r) => `See <${noun(r)}>, it was (${credential.text}) last year.`,
]);

const codeBlock = carrier('markdown code block', values, (r, id) => `docs/${name(r, id)}.md`, '', [
  ({ credential, label }) => `\`\`\`bash\nexport ${screaming(label)}='${credential.text}'\nnpm start\n\`\`\``,
  ({ credential, label }) => `\`\`\`json\n{ "${camel(label)}": "${credential.text}" }\n\`\`\``,
  ({ credential, label }) => `\`\`\`yaml\n${snake(label)}: "${credential.text}"\n\`\`\``,
  ({ credential, label }, r) => `\`\`\`python\n${noun(r)} = Client(${snake(label)}="${credential.text}")\n\`\`\``,
]);

const comments = carrier('comments', values, (r, id) => `src/${name(r, id)}.${r.pick(['ts', 'go', 'java'])}`, 'ts', [
  ({ credential, label }, r) => `// ${label}: ${credential.text} (${noun(r)})`,
  ({ credential, label }) => `// TODO: the ${label} is ${credential.text}, move it to the vault`,
  ({ credential, label }) => `/*\n * ${title(label)}: ${credential.text}\n */`,
  ({ credential, label }) => `// const ${camel(label)} = '${credential.text}';`,
  ({ credential, label }) => `/** @example open({ ${camel(label)}: '${credential.text}' }) */`,
  ({ credential, label }) => `// old ${label} = "${credential.text}"`,
]);

const time = (r: Random) => `2026-0${r.between(1, 9)}-1${r.below(9)}T0${r.below(9)}:1${r.below(9)}:0${r.below(9)}Z`;

const logs = carrier(
  'log',
  values,
  (r, id) => `logs/${name(r, id)}.log`,
  'log',
  [
    ({ credential, label }, r) => `${time(r)} DEBUG ${noun(r)}: ${snake(label)}=${credential.text} status=200`,
    ({ credential, label }, r) => `${time(r)} INFO ${noun(r)} started with ${camel(label)}: ${credential.text}`,
    ({ credential, label }, r) =>
      `${time(r)} WARN {"event":"${noun(r)}","${snake(label)}":${JSON.stringify(credential.text)},"ms":${r.below(900)}}`,
    ({ credential, label }, r) => `[${time(r)}] ERROR invalid ${label} '${credential.text}' for ${login(r)}`,
  ],
  '\n',
);

const csv: Carrier = {
  name: 'csv',
  forms: values,
  single: true,
  entry: ({ credential, label }, random) => {
    const column = random.pick([snake, title])(label);
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
  file: (entries, random, id) => ({ path: `data/${name(random, id)}.csv`, text: `${entries.join('\n')}\n` }),
};

const quoted = (text: string) => text.replace(/'/g, "''");

const sqlPasswords = carrier('sql users', ['password'], (r, id) => `db/${name(r, id)}.sql`, 'sql', [
  ({ credential }, r) => `CREATE USER ${login(r)} WITH PASSWORD '${credential.text}';`,
  ({ credential }, r) => `CREATE USER '${login(r)}'@'%' IDENTIFIED BY '${credential.text}';`,
  ({ credential }, r) => `ALTER ROLE ${login(r)} WITH LOGIN ENCRYPTED PASSWORD '${credential.text}';`,
  ({ credential }, r) => `CREATE LOGIN ${login(r)} WITH PASSWORD = N'${credential.text}', CHECK_POLICY = OFF;`,
  ({ credential }, r) => `GRANT ALL ON ${noun(r)}.* TO '${login(r)}'@'localhost' IDENTIFIED BY '${credential.text}';`,
  ({ credential }, r) => `SET PASSWORD FOR '${login(r)}'@'%' = PASSWORD('${credential.text}');`,
]);

const sqlRows = carrier('sql rows', values, (r, id) => `db/${name(r, id)}.sql`, 'sql', [
  ({ credential, label }) =>
    `INSERT INTO settings (name, value) VALUES ('${snake(label)}', '${quoted(credential.text)}');`,
  ({ credential, label }) => `UPDATE config SET value = '${quoted(credential.text)}' WHERE key = '${snake(label)}';`,
  ({ credential, label }, r) =>
    `INSERT INTO ${noun(r)}s (id, name, ${snake(label)}) VALUES (7, '${noun(r)}', '${quoted(credential.text)}');`,
  ({ credential, label }) => `SET @${snake(label)} = '${quoted(credential.text)}';`,
  ({ credential, label }, r) => `ALTER DATABASE ${noun(r)} SET app.${snake(label)} = '${quoted(credential.text)}';`,
]);

const encoded = (text: string): string => encodeURIComponent(text);
const basic = (user: string, password: string): Written => {
  const token = base64(`${user}:${password}`);
  return { text: token, secrets: [token.replace(/=+$/, '')] };
};

const requests = carrier(
  'http requests',
  ['token', 'named', 'password'],
  (r, id) => `requests/${name(r, id)}.http`,
  'hash',
  [
    forTokens(({ credential }, r) => `GET https://${host(r)}/v1/${noun(r)}\nAuthorization: Bearer ${credential.text}`),
    ({ credential, label }, r) =>
      `POST https://${host(r)}/v1/${noun(r)}\nX-${kebab(label)}: ${credential.text}\nAccept: */*`,
    ({ credential, label }, r) => ({
      text: `GET https://${host(r)}/v1/${noun(r)}?${snake(label)}=${encoded(credential.text)}&page=2`,
      secrets: credential.secrets.map(encoded),
    }),
    ({ credential, label }, r) =>
      `POST https://${host(r)}/login\nContent-Type: application/json\n\n{ "user": "${login(r)}", "${camel(label)}": "${credential.text}" }`,
    ({ credential }, r) => {
      const { text, secrets = [] } = basic(login(r), credential.text);
      return { text: `GET https://${host(r)}/\nAuthorization: Basic ${text}`, secrets };
    },
    ({ credential, label }, r) => ({
      text: `POST https://${host(r)}/oauth/token\nContent-Type: application/x-www-form-urlencoded\n\nclient_id=${noun(r)}&${snake(label)}=${encoded(credential.text)}`,
      secrets: credential.secrets.map(encoded),
    }),
    ({ credential, label }) => `@${camel(label)} = ${credential.text}`,
  ],
);

const curl = carrier('curl', ['token', 'named', 'password'], (r, id) => `scripts/${name(r, id)}.sh`, 'sh', [
  ({ credential }, r) => `curl -u '${login(r)}:${credential.text}' https://${host(r)}/`,
  ({ credential }, r) => `curl --user "${login(r)}:${credential.text}" https://${host(r)}/status`,
  forTokens(({ credential }, r) => `curl -H "Authorization: Bearer ${credential.text}" https://${host(r)}/`),
  ({ credential, label }, r) => `curl -sS -H 'X-${kebab(label)}: ${credential.text}' \\\n  https://${host(r)}/v2`,
  forTokens(({ credential }, r) => `curl -H 'Authorization: token ${credential.text}' https://${host(r)}/repos`),
  ({ credential, label }, r) => `curl -d '${snake(label)}=${credential.text}' https://${host(r)}/login`,
  ({ credential, label }, r) => `curl -X POST --data '{"${camel(label)}":"${credential.text}"}' https://${host(r)}/`,
]);

const commands = carrier('command lines', ['password'], (r, id) => `scripts/${name(r, id)}.sh`, 'sh', [
  ({ credential }, r) => `sshpass -p '${credential.text}' ssh ${login(r)}@${host(r)} uptime`,
  ({ credential }, r) => `mysql -h ${host(r)} -u ${login(r)} -p'${credential.text}' ${noun(r)}`,
  ({ credential }, r) => `mysqldump --password='${credential.text}' -u ${login(r)} ${noun(r)} > dump`,
  ({ credential }, r) => `PGPASSWORD='${credential.text}' psql -h ${host(r)} -U ${login(r)} ${noun(r)}`,
  ({ credential }, r) => `docker login -u ${login(r)} -p '${credential.text}' ${host(r)}`,
  ({ credential }, r) => `echo '${credential.text}' | docker login -u ${login(r)} --password-stdin ${host(r)}`,
  ({ credential }, r) => `redis-cli -h ${host(r)} -a '${credential.text}' ping`,
  ({ credential }, r) => `wget --user=${login(r)} --password='${credential.text}' https://${host(r)}/`,
  ({ credential }) => `openssl rsa -in server.pem -passin 'pass:${credential.text}'`,
  ({ credential }, r) => `keytool -list -keystore ${noun(r)}.jks -storepass '${credential.text}'`,
  ({ credential }, r) => `mongosh --host ${host(r)} -u ${login(r)} -p '${credential.text}'`,
  ({ credential }, r) => `az login --service-principal -u ${noun(r)} -p '${credential.text}' --tenant acme`,
  ({ credential }, r) => `smbclient //${host(r)}/share -U '${login(r)}%${credential.text}'`,
  ({ credential }, r) => `lftp -u ${login(r)},'${credential.text}' ftp.${noun(r)}.com`,
  ({ credential }, r) => `echo '${login(r)}:${credential.text}' | chpasswd`,
]);

/** Files of tools, as they are, and as people quote them in a document. */
const tools = carrier(
  'tool files',
  ['token', 'named', 'password'],
  (r, id) => r.pick([`home/${name(r, id)}.netrc.txt`, `docs/setup-${id}.md`]),
  'hash',
  [
    ({ credential }, r) => `machine ${host(r)} login ${login(r)} password ${credential.text}`,
    ({ credential }, r) => `machine ${host(r)}\n  login ${login(r)}\n  password ${credential.text}`,
    forTokens(({ credential }, r) => `//${host(r)}/:_authToken=${credential.text}`),
    ({ credential }, r) => `//${host(r)}/:_password="${base64(credential.text)}"`,
    ({ credential }, r) => `[pypi]\nusername = __token__\npassword = ${credential.text}\n# ${noun(r)}`,
    ({ credential }, r) => `${host(r)}:5432:${noun(r)}:${login(r)}:${credential.text}`,
    ({ credential }, r) => ({
      text: `[global]\nindex-url = https://${login(r)}:${encoded(credential.text)}@${host(r)}/simple`,
      secrets: credential.secrets.map(encoded),
    }),
    ({ credential }, r) => {
      const { text, secrets = [] } = basic(login(r), credential.text);
      return { text: `{ "auths": { "${host(r)}": { "auth": "${text}" } } }`, secrets };
    },
    forTokens(({ credential }, r) => `users:\n- name: ${noun(r)}\n  user:\n    token: ${credential.text}`),
    ({ credential }, r) => `network={\n  ssid="${noun(r)}"\n  psk="${credential.text}"\n}`,
    ({ credential }, r) =>
      `<server><id>${noun(r)}</id><username>${login(r)}</username><password>${credential.text}</password></server>`,
    ({ credential }) => `requirepass ${credential.text}`,
    ({ credential }, r) => `[client]\nuser=${login(r)}\npassword=${credential.text}\nhost=${host(r)}`,
  ],
).entry;

const toolFiles: Carrier = {
  name: 'tool files',
  forms: ['token', 'named', 'password'],
  single: true,
  entry: (entry, random) => {
    const written = tools(entry, random);
    const escapes = written.text.includes(':_password=');
    return escapes ? { ...written, secrets: [base64(entry.credential.text).replace(/=+$/, '')] } : written;
  },
  file: (entries, random, id) => ({
    path: `home/${name(random, id)}${random.pick(['.txt', '.conf', '.md', '.cfg'])}`,
    text: `${filler('hash', random)}\n${entries.join('\n')}\n${filler('hash', random)}\n`,
  }),
};

const urlForms: Carrier = carrier('urls', ['token', 'named', 'password'], (r, id) => `src/${name(r, id)}.ts`, 'ts', [
  ({ credential }, r) => ({
    text: `const ${noun(r)}Url = 'https://${login(r)}:${encoded(credential.text)}@${host(r)}/';`,
    secrets: credential.secrets.map(encoded),
  }),
  ({ credential, label }, r) => ({
    text: `await fetch('https://${host(r)}/${noun(r)}?${snake(label)}=${encoded(credential.text)}&v=2');`,
    secrets: credential.secrets.map(encoded),
  }),
  ({ credential }, r) => ({
    text: `git clone https://oauth2:${encoded(credential.text)}@${host(r)}/${noun(r)}.git`,
    secrets: credential.secrets.map(encoded),
  }),
  ({ credential, label }, r) => ({
    text: `open(\`wss://${host(r)}/socket#${camel(label)}=${encoded(credential.text)}\`);`,
    secrets: credential.secrets.map(encoded),
  }),
]);

const block = ['block'] as const satisfies readonly Form[];
const oneLine = (text: string) => text.replace(/\n/g, '\\n');

const keyFiles = carrier('key in source', block, (r, id) => `src/${name(r, id)}.${r.pick(['ts', 'py', 'go'])}`, 'ts', [
  ({ credential, label }) => `const ${camel(label)} = \`${credential.text}\`;`,
  ({ credential, label }) => `const ${camel(label)} = '${oneLine(credential.text)}';`,
  ({ credential, label }) => `${screaming(label)} = """\n${credential.text}\n"""`,
  ({ credential, label }) =>
    `const ${camel(label)} = [\n${credential.text
      .split('\n')
      .map((line) => `  '${line}',`)
      .join('\n')}\n].join('\\n');`,
  ({ credential, label }) =>
    `String ${camel(label)} =\n${credential.text
      .split('\n')
      .map((line) => `    "${line}\\n"`)
      .join(' +\n')};`,
]);

const keyTexts = carrier('key in text', block, (r, id) => `docs/${name(r, id)}.${r.pick(['md', 'txt', 'conf'])}`, '', [
  ({ credential }) => credential.text,
  ({ credential }) => `\`\`\`\n${credential.text}\n\`\`\``,
  ({ credential }) => credential.text.replace(/^/gm, '# '),
  ({ credential, label }) => `${screaming(label)}="${oneLine(credential.text)}"`,
]);

/** Ordinary log lines for a log, whose filler is no language. */
const logFile: Carrier = {
  ...logs,
  file: (entries, random, id) => {
    const some = () =>
      `${time(random)} INFO ${noun(random)}: ${noun(random)} ${random.below(9000)} in ${random.below(900)} ms`;
    const all = entries.flatMap((entry) => [some(), some(), entry, some()]);
    return { path: `logs/${name(random, id)}.log`, text: `${all.join('\n')}\n` };
  },
};

export const textCarriers: readonly Carrier[] = [
  prose,
  proseBare,
  codeBlock,
  comments,
  logFile,
  csv,
  sqlPasswords,
  sqlRows,
  requests,
  curl,
  commands,
  toolFiles,
  urlForms,
  keyFiles,
  keyTexts,
];

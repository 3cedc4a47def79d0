// Secrets in prose, comments, logs, tables, SQL, requests and command lines, and key files in all of these.
import { among, filler } from './corpus-filler.ts';
import type { Random } from './corpus-random.ts';
import type { Carrier, Entry, Form, Written } from './corpus-types.ts';
import { camel, host, kebab, login, noun, screaming, snake } from './corpus-words.ts';

const values = ['token', 'named', 'password', 'url'] as const satisfies readonly Form[];
const bare = ['token', 'url'] as const satisfies readonly Form[];
const title = (called: string) => called.charAt(0).toUpperCase() + called.slice(1);
const name = (random: Random, id: string) => `${noun(random)}-${id}`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

type Style = (entry: Entry, random: Random) => string | Written;

/** For what programs hand out; a password that a person chose stands there as its own name says. */
const forTokens =
  (style: (entry: Entry, random: Random) => string): Style =>
  (entry, random) =>
    entry.kind.form === 'password' ? `${screaming(entry.called)}='${entry.made.text}'` : style(entry, random);

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
  ({ made, called }, r) => `The ${called} for ${noun(r)} is \`${made.text}\`, do not share it.`,
  ({ made, called }) => `- **${title(called)}**: ${made.text}`,
  ({ made, called }) => `- ${title(called)}: \`${made.text}\``,
  ({ made, called }, r) => `| ${noun(r)} | ${noun(r)} |\n| --- | --- |\n| ${called} | ${made.text} |`,
  ({ made, called }, r) => `Log in as ${login(r)} with the ${called} "${made.text}" and open the ${noun(r)}.`,
  ({ made, called }, r) => `${title(called)} (${noun(r)}): ${made.text}`,
  ({ made, called }) => `${title(called)} = ${made.text}`,
]);

const proseBare = carrier('markdown, no name', bare, (r, id) => `docs/${name(r, id)}.md`, '', [
  ({ made }, r) => `Use ${made.text} until the ${noun(r)} is there.`,
  ({ made }) => `    ${made.text}`,
  ({ made }, r) => `See <${noun(r)}>, it was (${made.text}) last year.`,
]);

const codeBlock = carrier('markdown code block', values, (r, id) => `docs/${name(r, id)}.md`, '', [
  ({ made, called }) => `\`\`\`bash\nexport ${screaming(called)}='${made.text}'\nnpm start\n\`\`\``,
  ({ made, called }) => `\`\`\`json\n{ "${camel(called)}": "${made.text}" }\n\`\`\``,
  ({ made, called }) => `\`\`\`yaml\n${snake(called)}: "${made.text}"\n\`\`\``,
  ({ made, called }, r) => `\`\`\`python\n${noun(r)} = Client(${snake(called)}="${made.text}")\n\`\`\``,
]);

const comments = carrier('comments', values, (r, id) => `src/${name(r, id)}.${r.pick(['ts', 'go', 'java'])}`, 'ts', [
  ({ made, called }, r) => `// ${called}: ${made.text} (${noun(r)})`,
  ({ made, called }) => `// TODO: the ${called} is ${made.text}, move it to the vault`,
  ({ made, called }) => `/*\n * ${title(called)}: ${made.text}\n */`,
  ({ made, called }) => `// const ${camel(called)} = '${made.text}';`,
  ({ made, called }) => `/** @example open({ ${camel(called)}: '${made.text}' }) */`,
  ({ made, called }) => `// old ${called} = "${made.text}"`,
]);

const time = (r: Random) => `2026-0${r.between(1, 9)}-1${r.below(9)}T0${r.below(9)}:1${r.below(9)}:0${r.below(9)}Z`;

const logs = carrier(
  'log',
  values,
  (r, id) => `logs/${name(r, id)}.log`,
  'log',
  [
    ({ made, called }, r) => `${time(r)} DEBUG ${noun(r)}: ${snake(called)}=${made.text} status=200`,
    ({ made, called }, r) => `${time(r)} INFO ${noun(r)} started with ${camel(called)}: ${made.text}`,
    ({ made, called }, r) =>
      `${time(r)} WARN {"event":"${noun(r)}","${snake(called)}":${JSON.stringify(made.text)},"ms":${r.below(900)}}`,
    ({ made, called }, r) => `[${time(r)}] ERROR invalid ${called} '${made.text}' for ${login(r)}`,
  ],
  '\n',
);

const csv: Carrier = {
  name: 'csv',
  forms: values,
  single: true,
  entry: ({ made, called }, random) => {
    const column = random.pick([snake, title])(called);
    const cell = /[,"]/.test(made.text) ? `"${made.text}"` : made.text;
    const rows = Array.from(
      { length: random.between(1, 4) },
      (_, i) => `${i + 2},${noun(random)},${random.below(900)}@,`,
    );
    const text = random.pick([
      `id,name,${column},active\n1,${noun(random)},${cell},true\n${rows.join('\n')}`,
      `key,value\n${noun(random)},${random.below(900)}\n${snake(called)},${cell}\n${noun(random)},${noun(random)}`,
      `url,username,${column}\nhttps://${host(random)},${login(random)},${cell}`,
    ]);
    return { text };
  },
  file: (entries, random, id) => ({ path: `data/${name(random, id)}.csv`, text: `${entries.join('\n')}\n` }),
};

const quoted = (text: string) => text.replace(/'/g, "''");

const sqlPasswords = carrier('sql users', ['password'], (r, id) => `db/${name(r, id)}.sql`, 'sql', [
  ({ made }, r) => `CREATE USER ${login(r)} WITH PASSWORD '${made.text}';`,
  ({ made }, r) => `CREATE USER '${login(r)}'@'%' IDENTIFIED BY '${made.text}';`,
  ({ made }, r) => `ALTER ROLE ${login(r)} WITH LOGIN ENCRYPTED PASSWORD '${made.text}';`,
  ({ made }, r) => `CREATE LOGIN ${login(r)} WITH PASSWORD = N'${made.text}', CHECK_POLICY = OFF;`,
  ({ made }, r) => `GRANT ALL ON ${noun(r)}.* TO '${login(r)}'@'localhost' IDENTIFIED BY '${made.text}';`,
  ({ made }, r) => `SET PASSWORD FOR '${login(r)}'@'%' = PASSWORD('${made.text}');`,
]);

const sqlRows = carrier('sql rows', values, (r, id) => `db/${name(r, id)}.sql`, 'sql', [
  ({ made, called }) => `INSERT INTO settings (name, value) VALUES ('${snake(called)}', '${quoted(made.text)}');`,
  ({ made, called }) => `UPDATE config SET value = '${quoted(made.text)}' WHERE key = '${snake(called)}';`,
  ({ made, called }, r) =>
    `INSERT INTO ${noun(r)}s (id, name, ${snake(called)}) VALUES (7, '${noun(r)}', '${quoted(made.text)}');`,
  ({ made, called }) => `SET @${snake(called)} = '${quoted(made.text)}';`,
  ({ made, called }, r) => `ALTER DATABASE ${noun(r)} SET app.${snake(called)} = '${quoted(made.text)}';`,
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
    forTokens(({ made }, r) => `GET https://${host(r)}/v1/${noun(r)}\nAuthorization: Bearer ${made.text}`),
    ({ made, called }, r) => `POST https://${host(r)}/v1/${noun(r)}\nX-${kebab(called)}: ${made.text}\nAccept: */*`,
    ({ made, called }, r) => ({
      text: `GET https://${host(r)}/v1/${noun(r)}?${snake(called)}=${encoded(made.text)}&page=2`,
      secrets: made.secrets.map(encoded),
    }),
    ({ made, called }, r) =>
      `POST https://${host(r)}/login\nContent-Type: application/json\n\n{ "user": "${login(r)}", "${camel(called)}": "${made.text}" }`,
    ({ made }, r) => {
      const { text, secrets = [] } = basic(login(r), made.text);
      return { text: `GET https://${host(r)}/\nAuthorization: Basic ${text}`, secrets };
    },
    ({ made, called }, r) => ({
      text: `POST https://${host(r)}/oauth/token\nContent-Type: application/x-www-form-urlencoded\n\nclient_id=${noun(r)}&${snake(called)}=${encoded(made.text)}`,
      secrets: made.secrets.map(encoded),
    }),
    ({ made, called }) => `@${camel(called)} = ${made.text}`,
  ],
);

const curl = carrier('curl', ['token', 'named', 'password'], (r, id) => `scripts/${name(r, id)}.sh`, 'sh', [
  ({ made }, r) => `curl -u '${login(r)}:${made.text}' https://${host(r)}/`,
  ({ made }, r) => `curl --user "${login(r)}:${made.text}" https://${host(r)}/status`,
  forTokens(({ made }, r) => `curl -H "Authorization: Bearer ${made.text}" https://${host(r)}/`),
  ({ made, called }, r) => `curl -sS -H 'X-${kebab(called)}: ${made.text}' \\\n  https://${host(r)}/v2`,
  forTokens(({ made }, r) => `curl -H 'Authorization: token ${made.text}' https://${host(r)}/repos`),
  ({ made, called }, r) => `curl -d '${snake(called)}=${made.text}' https://${host(r)}/login`,
  ({ made, called }, r) => `curl -X POST --data '{"${camel(called)}":"${made.text}"}' https://${host(r)}/`,
]);

const commands = carrier('command lines', ['password'], (r, id) => `scripts/${name(r, id)}.sh`, 'sh', [
  ({ made }, r) => `sshpass -p '${made.text}' ssh ${login(r)}@${host(r)} uptime`,
  ({ made }, r) => `mysql -h ${host(r)} -u ${login(r)} -p'${made.text}' ${noun(r)}`,
  ({ made }, r) => `mysqldump --password='${made.text}' -u ${login(r)} ${noun(r)} > dump`,
  ({ made }, r) => `PGPASSWORD='${made.text}' psql -h ${host(r)} -U ${login(r)} ${noun(r)}`,
  ({ made }, r) => `docker login -u ${login(r)} -p '${made.text}' ${host(r)}`,
  ({ made }, r) => `echo '${made.text}' | docker login -u ${login(r)} --password-stdin ${host(r)}`,
  ({ made }, r) => `redis-cli -h ${host(r)} -a '${made.text}' ping`,
  ({ made }, r) => `wget --user=${login(r)} --password='${made.text}' https://${host(r)}/`,
  ({ made }) => `openssl rsa -in server.pem -passin 'pass:${made.text}'`,
  ({ made }, r) => `keytool -list -keystore ${noun(r)}.jks -storepass '${made.text}'`,
  ({ made }, r) => `mongosh --host ${host(r)} -u ${login(r)} -p '${made.text}'`,
  ({ made }, r) => `az login --service-principal -u ${noun(r)} -p '${made.text}' --tenant acme`,
  ({ made }, r) => `smbclient //${host(r)}/share -U '${login(r)}%${made.text}'`,
  ({ made }, r) => `lftp -u ${login(r)},'${made.text}' ftp.${noun(r)}.com`,
  ({ made }, r) => `echo '${login(r)}:${made.text}' | chpasswd`,
]);

/** Files of tools, as they are, and as people quote them in a document. */
const tools = carrier(
  'tool files',
  ['token', 'named', 'password'],
  (r, id) => r.pick([`home/${name(r, id)}.netrc.txt`, `docs/setup-${id}.md`]),
  'hash',
  [
    ({ made }, r) => `machine ${host(r)} login ${login(r)} password ${made.text}`,
    ({ made }, r) => `machine ${host(r)}\n  login ${login(r)}\n  password ${made.text}`,
    forTokens(({ made }, r) => `//${host(r)}/:_authToken=${made.text}`),
    ({ made }, r) => `//${host(r)}/:_password="${base64(made.text)}"`,
    ({ made }, r) => `[pypi]\nusername = __token__\npassword = ${made.text}\n# ${noun(r)}`,
    ({ made }, r) => `${host(r)}:5432:${noun(r)}:${login(r)}:${made.text}`,
    ({ made }, r) => ({
      text: `[global]\nindex-url = https://${login(r)}:${encoded(made.text)}@${host(r)}/simple`,
      secrets: made.secrets.map(encoded),
    }),
    ({ made }, r) => {
      const { text, secrets = [] } = basic(login(r), made.text);
      return { text: `{ "auths": { "${host(r)}": { "auth": "${text}" } } }`, secrets };
    },
    forTokens(({ made }, r) => `users:\n- name: ${noun(r)}\n  user:\n    token: ${made.text}`),
    ({ made }, r) => `network={\n  ssid="${noun(r)}"\n  psk="${made.text}"\n}`,
    ({ made }, r) =>
      `<server><id>${noun(r)}</id><username>${login(r)}</username><password>${made.text}</password></server>`,
    ({ made }) => `requirepass ${made.text}`,
    ({ made }, r) => `[client]\nuser=${login(r)}\npassword=${made.text}\nhost=${host(r)}`,
  ],
).entry;

const toolFiles: Carrier = {
  name: 'tool files',
  forms: ['token', 'named', 'password'],
  single: true,
  entry: (entry, random) => {
    const written = tools(entry, random);
    const escapes = written.text.includes(':_password=');
    return escapes ? { ...written, secrets: [base64(entry.made.text).replace(/=+$/, '')] } : written;
  },
  file: (entries, random, id) => ({
    path: `home/${name(random, id)}${random.pick(['.txt', '.conf', '.md', '.cfg'])}`,
    text: `${filler('hash', random)}\n${entries.join('\n')}\n${filler('hash', random)}\n`,
  }),
};

const urlForms: Carrier = carrier('urls', ['token', 'named', 'password'], (r, id) => `src/${name(r, id)}.ts`, 'ts', [
  ({ made }, r) => ({
    text: `const ${noun(r)}Url = 'https://${login(r)}:${encoded(made.text)}@${host(r)}/';`,
    secrets: made.secrets.map(encoded),
  }),
  ({ made, called }, r) => ({
    text: `await fetch('https://${host(r)}/${noun(r)}?${snake(called)}=${encoded(made.text)}&v=2');`,
    secrets: made.secrets.map(encoded),
  }),
  ({ made }, r) => ({
    text: `git clone https://oauth2:${encoded(made.text)}@${host(r)}/${noun(r)}.git`,
    secrets: made.secrets.map(encoded),
  }),
  ({ made, called }, r) => ({
    text: `open(\`wss://${host(r)}/socket#${camel(called)}=${encoded(made.text)}\`);`,
    secrets: made.secrets.map(encoded),
  }),
]);

const block = ['block'] as const satisfies readonly Form[];
const oneLine = (text: string) => text.replace(/\n/g, '\\n');

const keyFiles = carrier('key in source', block, (r, id) => `src/${name(r, id)}.${r.pick(['ts', 'py', 'go'])}`, 'ts', [
  ({ made, called }) => `const ${camel(called)} = \`${made.text}\`;`,
  ({ made, called }) => `const ${camel(called)} = '${oneLine(made.text)}';`,
  ({ made, called }) => `${screaming(called)} = """\n${made.text}\n"""`,
  ({ made, called }) =>
    `const ${camel(called)} = [\n${made.text
      .split('\n')
      .map((line) => `  '${line}',`)
      .join('\n')}\n].join('\\n');`,
  ({ made, called }) =>
    `String ${camel(called)} =\n${made.text
      .split('\n')
      .map((line) => `    "${line}\\n"`)
      .join(' +\n')};`,
]);

const keyTexts = carrier('key in text', block, (r, id) => `docs/${name(r, id)}.${r.pick(['md', 'txt', 'conf'])}`, '', [
  ({ made }) => made.text,
  ({ made }) => `\`\`\`\n${made.text}\n\`\`\``,
  ({ made }) => made.text.replace(/^/gm, '# '),
  ({ made, called }) => `${screaming(called)}="${oneLine(made.text)}"`,
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

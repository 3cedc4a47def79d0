// Ordinary text around the secrets: code, comments and prose about invented things. All files differ.
import type { Random } from './corpus-random.ts';
import { camel, noun, pascal, snake, verb } from './corpus-words.ts';

interface Names {
  /** Two words: 'render invoice'. */
  readonly call: string;
  readonly a: string;
  readonly b: string;
  readonly n: number;
  readonly m: number;
}

function names(random: Random): Names {
  return {
    call: `${verb(random)} ${noun(random)} ${noun(random)}`,
    a: noun(random),
    b: noun(random),
    n: random.between(2, 997),
    m: random.between(2, 97),
  };
}

const brace = (head: (n: Names) => string, declare: string, end = ';'): ((n: Names) => string) => {
  return (n) =>
    `${head(n)} {\n  ${declare}${camel(`total ${n.b}`)} = ${n.a} * ${n.n} + ${n.m}${end}\n  return ${camel(`total ${n.b}`)} - ${n.m}${end}\n}`;
};

/** A piece of ordinary text by its language; '' is prose. */
const pieces: Readonly<Record<string, (n: Names) => string>> = {
  ts: brace((n) => `export function ${camel(n.call)}(${n.a}: number): number`, 'const '),
  js: brace((n) => `function ${camel(n.call)}(${n.a})`, 'const '),
  go: (n) =>
    `func ${pascal(n.call)}(${n.a} int) int {\n\ttotal := ${n.a}*${n.n} + ${n.m}\n\tif total > ${n.n * 3} {\n\t\treturn ${n.m}\n\t}\n\treturn total\n}`,
  java: brace((n) => `  public int ${camel(n.call)}(int ${n.a})`, '  int '),
  cs: brace((n) => `    public int ${pascal(n.call)}(int ${n.a})`, '    var '),
  php: (n) => `function ${snake(n.call)}($${n.a}) {\n    $${n.b} = $${n.a} * ${n.n};\n    return $${n.b} - ${n.m};\n}`,
  rs: (n) => `pub fn ${snake(n.call)}(${n.a}: u64) -> u64 {\n    let total = ${n.a} * ${n.n};\n    total + ${n.m}\n}`,
  kt: brace((n) => `fun ${camel(n.call)}(${n.a}: Int): Int`, 'val ', ''),
  swift: brace((n) => `func ${camel(n.call)}(_ ${n.a}: Int) -> Int`, 'let ', ''),
  c: brace((n) => `int ${snake(n.call)}(int ${n.a})`, 'int '),
  py: (n) =>
    `def ${snake(n.call)}(${n.a}, limit=${n.n}):\n    """${pascal(n.a)} by ${n.b}."""\n    return [${n.b} for ${n.b} in ${n.a} if ${n.b} < limit][:${n.m}]`,
  rb: (n) => `def ${snake(n.call)}(${n.a})\n  ${n.a}.select { |${n.b}| ${n.b}.size > ${n.n} }.first(${n.m})\nend`,
  sh: (n) => `${snake(n.call)}() {\n  echo "${n.call} $1"\n  test "$1" -gt ${n.n} && sleep ${n.m}\n}`,
  ps1: (n) => `function ${pascal(n.call)} {\n  Write-Output "${n.call} ${n.n}"\n}`,
  sql: (n) =>
    `SELECT ${n.a}_id, count(*) FROM ${n.a}_${n.b} WHERE ${n.b}_count > ${n.n} GROUP BY ${n.a}_id LIMIT ${n.m};`,
  hash: (n) => `# ${pascal(n.a)} of every ${n.b}: ${n.n} at most`,
  yaml: (n) => `${snake(`${n.a} ${n.b}`)}:\n  limit: ${n.n}\n  retries: ${n.m}`,
  ini: (n) => `${snake(`${n.a} ${n.b} limit`)} = ${n.n}`,
  '': (n) =>
    `Every ${n.a} has a ${n.b}; when ${n.n} of them wait, the next step is to ${n.call}. It takes about ${n.m} minutes, and nothing else has to be done.`,
};

export function filler(language: string, random: Random): string {
  const piece = pieces[language] ?? pieces[''];
  return (piece as (n: Names) => string)(names(random));
}

/** The entries with ordinary pieces before, between and after them. */
export function among(entries: readonly string[], language: string, random: Random, gap = '\n\n'): string {
  const lines: string[] = [];
  const some = (low: number, high: number) => {
    for (let i = random.between(low, high); i > 0; i--) lines.push(filler(language, random));
  };
  some(2, 4);
  for (const entry of entries) {
    lines.push(entry);
    some(1, 3);
  }
  some(1, 3);
  return `${lines.join(gap)}\n`;
}

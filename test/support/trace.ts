// Watches programs from outside: the system calls of a process and of all that it starts, by strace. What a dependency
// does is seen as well as what our code does.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Calls that reach another computer or program, and those that create or change a file. */
const CALLS = [
  ...['connect', 'sendto', 'sendmsg', 'sendmmsg'],
  ...['open', 'openat', 'openat2', 'creat', 'mkdir', 'mkdirat', 'mknod', 'mknodat', 'truncate'],
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat', 'unlink', 'unlinkat', 'rmdir'],
];

/** Names that CI systems set. Programs that report to their maker are often silent where they find one. */
const CI_VARIABLES =
  /^(?:CI|CONTINUOUS_INTEGRATION|BUILD_NUMBER|TF_BUILD|GITHUB_.*|GITLAB_.*|CIRCLECI|TRAVIS|JENKINS_.*|BUILDKITE|TEAMCITY_.*|APPVEYOR|BITBUCKET_.*|CODEBUILD_.*)$/;

/** This process's environment as a user's: without CI's names, and with an empty home folder. */
export function userEnvironment(home: string): NodeJS.ProcessEnv {
  mkdirSync(home, { recursive: true });
  const kept = Object.entries(process.env).filter(([name]) => !CI_VARIABLES.test(name) && !name.startsWith('XDG_'));
  // What a user set for telemetry must not win over what the extension promises.
  return { ...Object.fromEntries(kept), HOME: home, ORT_DISABLE_TELEMETRY: '0' };
}

/** The command that traces another one, which is appended. @param folder receives one file per thread */
export function tracing(folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  // Paths of descriptors (-y), addresses of sockets (-yy); 400 bytes hold a question to a name server.
  const options = ['-ff', '--seccomp-bpf', '-qq', '-yy', '-s', '400', '-e', `trace=${CALLS.join(',')}`];
  // Asked to end, it does so at once (-I): its programs are asked, too.
  return ['strace', '-I', 'anywhere', ...options, '-e', 'signal=none', '-o', join(folder, 'thread')];
}

export interface Trace {
  /** Addresses of other programs, such as '127.0.0.1:8080'. Sockets of the file system are left out. */
  readonly connections: readonly string[];
  /** Host names in questions to a name server. */
  readonly names: readonly string[];
  /** Absolute paths that were created, changed or removed, or that a program tried to. */
  readonly written: readonly string[];
}

/** Reads what `tracing` wrote to the folder. */
export function readTrace(folder: string): Trace {
  const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'latin1').split('\n'));
  if (lines.every((line) => line === '')) throw new Error(`strace recorded nothing in ${folder}`);
  const unique = (found: readonly string[]) => [...new Set(found)].sort();
  return {
    connections: unique(lines.flatMap(connectionOf)),
    names: unique(lines.flatMap(namesIn)),
    written: unique(lines.flatMap(writtenIn)),
  };
}

function connectionOf(line: string): readonly string[] {
  const address = /sin6?_port=htons\((\d+)\).*?(?:inet_addr\("|inet_pton\(AF_INET6, ")([^"]+)"/.exec(line);
  return address === null ? [] : [`${address[2]}:${address[1]}`];
}

/** Bytes of an argument as strace writes them. */
const unescaped = (text: string): string =>
  text.replace(/\\(?:([0-7]{1,3})|(.))/g, (_, octal: string | undefined, letter: string) =>
    octal === undefined
      ? (({ n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' } as Record<string, string>)[letter] ?? letter)
      : String.fromCharCode(Number.parseInt(octal, 8)),
  );

/** A question is labels, each behind its length, up to an empty one, then two numbers (RFC 1035, 4.1.2). */
function namesIn(line: string): readonly string[] {
  if (!/^(?:sendto|sendm?msg)\(.*:53[\]>,]|^sendmmsg\(.*:53[\]>,]/.test(line)) return [];
  const packets = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => unescaped(text));
  return packets.flatMap((packet) => {
    const labels: string[] = [];
    for (let at = 12; at < packet.length && packet.charCodeAt(at) > 0; at += packet.charCodeAt(at) + 1)
      labels.push(packet.slice(at + 1, at + 1 + packet.charCodeAt(at)));
    return labels.length === 0 ? [] : [labels.join('.')];
  });
}

/** Opening for reading changes nothing. */
const CHANGES = /^(?:open\w*\(.*\b(?:O_WRONLY|O_RDWR|O_CREAT|O_TRUNC)\b|(?!open|connect|send)\w+\()/;

function writtenIn(line: string): readonly string[] {
  // A folder that is there already stays as it is.
  if (!CHANGES.test(line) || line.endsWith(' EEXIST (File exists)')) return [];
  // A folder that was opened before a path within it: AT_FDCWD</home> or 5</tmp/x>.
  const paths = [...line.matchAll(/(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"/g)];
  return paths.map(([, folder, path = '']) => resolve(unescaped(folder ?? '/'), unescaped(path)));
}

/**
 * The paths that lie in none of the folders. Devices are no files, and a graphics driver keeps its compiled programs
 * below the home folder for the next process, whoever asks it.
 */
export function strayed(paths: readonly string[], home: string, ...folders: readonly string[]): readonly string[] {
  const cache = join(home, '.cache');
  const drivers = ['mesa_shader_cache', 'mesa_shader_cache_db'].map((name) => join(cache, name));
  const allowed = ['/dev', '/proc', ...drivers, ...folders];
  return paths.filter((path) => path !== cache && !allowed.some((folder) => `${path}/`.startsWith(`${folder}/`)));
}

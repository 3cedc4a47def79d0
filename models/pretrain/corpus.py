# Rebuilds the corpus from manifest.json: fetch, filter, drop near-duplicates, order by imports, cap each language, write text and index.
import argparse
import concurrent.futures
import hashlib
import json
import re
import sys
import zlib

from common import folder_of, load_manifest, members, save_manifest
from fetch import archives, fetch_all
from filters import files_of, hash_bucket

# Bytes wanted per language group; what a group has above that is cut package by package, largest first.
BUDGET = {
    'typescript': 225, 'declarations': 18, 'javascript': 70, 'vue': 18, 'svelte': 10, 'python': 115, 'go': 30, 'rust': 22, 'java': 18, 'kotlin': 10, 'cpp': 28, 'csharp': 10,
    'swift': 5, 'shell': 5, 'sql': 4, 'html': 6, 'css': 10, 'json': 7, 'yaml': 8, 'markdown': 40, 'config': 3}
IMPORT = {
    'js': re.compile(r'''(?:from|import|require\()\s*['"](\.[^'"\n]+)['"]'''),
    'py': re.compile(r'^\s*(?:from\s+([.\w]+)\s+import|import\s+([.\w]+))', re.M)}
TEST = re.compile(r'(^|/|[._-])(tests?|specs?|__tests__|stories|bench(mark)?s?|examples?|demos?)([._/-]|$)', re.I)


def targets(path, language, text, names):
    """Paths of the same package that a file imports."""
    folder = path.rsplit('/', 1)[0].split('/') if '/' in path else []
    if language in ('typescript', 'javascript', 'vue', 'svelte'):
        for found in IMPORT['js'].findall(text):
            parts = list(folder)
            for step in found.split('/'):
                if step == '..':
                    parts = parts[:-1]
                elif step != '.':
                    parts.append(step)
            base = '/'.join(parts)
            stem = re.sub(r'\.[cm]?jsx?$', '', base)
            for candidate in (base, stem + '.ts', stem + '.tsx', stem + '.mts', base + '.ts', base + '.tsx', base + '.js', base + '.mjs', base + '/index.ts', base + '/index.tsx', base + '/index.js'):
                if candidate in names:
                    yield candidate
                    break
    elif language == 'python':
        for dotted, plain in IMPORT['py'].findall(text):
            name = dotted or plain
            up = len(name) - len(name.lstrip('.'))
            parts = (folder[:len(folder) - up + 1] if up else []) + [p for p in name.strip('.').split('.') if p]
            base = '/'.join(parts)
            for candidate in (base + '.py', base + '/__init__.py'):
                if candidate in names:
                    yield candidate
                    break


def dependency_order(files):
    """Imports before importers (depth first from sorted paths), tests and examples last."""
    names = {path: (language, text) for path, language, text in files}
    order, state = [], {}
    for root in sorted(names, key=lambda p: (bool(TEST.search(p)), p)):
        stack = [(root, None)]
        while stack:
            path, children = stack.pop()
            if children is None:
                if path in state:
                    continue
                state[path] = 1
                children = iter(list(targets(path, *names[path], names)))
            for child in children:
                if child not in state and not (TEST.search(child) and not TEST.search(path)):
                    stack.append((path, children))
                    stack.append((child, None))
                    break
            else:
                order.append(path)
    return [(path, *names[path]) for path in order]


def read_package(package):
    out = []
    try:
        for archive in archives(package):
            out += files_of(package, members(archive))
    except Exception as error:  # a broken archive loses its package, not the run
        print('unreadable', package['name'], repr(error), file=sys.stderr)
    unique = {}
    for path, language, text in out:
        unique.setdefault(path, (path, language, text))
    return dependency_order(unique.values())


class Seen:
    """Line hashes of everything kept so far: a file most of whose lines are known is a near-duplicate."""

    def __init__(self):
        self.bits = bytearray(1 << 29)
        self.exact = set()

    def admit(self, text, limit=0.6):
        exact = zlib.crc32(text.encode()) << 32 | zlib.adler32(text.encode())
        if exact in self.exact:
            return False
        known = total = 0
        hashes = []
        for line in text.split('\n'):
            line = line.strip()
            if len(line) >= 14:
                value = zlib.crc32(line.encode())
                total += len(line)
                if self.bits[value >> 3] >> (value & 7) & 1:
                    known += len(line)
                hashes.append(value)
        if total > 60 and known > limit * total:
            return False
        self.exact.add(exact)
        for value in hashes:
            self.bits[value >> 3] |= 1 << (value & 7)
        return True


def group_of(path, language):
    return 'declarations' if path.endswith(('.d.ts', '.d.mts', '.d.cts')) else language


def cap(rows, share=1.0):
    """Cuts languages to `share` of their budget: per language the largest packages lose their tail first."""
    size = {}
    for row in rows:
        for path, language, text in row['files']:
            language = group_of(path, language)
            size.setdefault(language, {}).setdefault(row['name'], 0)
            size[language][row['name']] += len(text)
    for language, packages in size.items():
        budget = int(BUDGET.get(language, 2) * 1e6 * share)
        low, high = 0, max(packages.values())
        while sum(packages.values()) > budget and high - low > 1000:
            middle = (low + high) // 2
            low, high = (middle, high) if sum(min(v, middle) for v in packages.values()) < budget else (low, middle)
        limit = high
        for row in rows:
            used, kept = 0, []
            for item in row['files']:
                if group_of(item[0], item[1]) == language:
                    if used > limit:
                        continue
                    used += len(item[2])
                kept.append(item)
            row['files'] = kept
    return rows


def write(rows, folder):
    folder.mkdir(parents=True, exist_ok=True)
    digest, offset, per_language, per_package = hashlib.sha256(), 0, {}, {}
    with open(folder / 'text.bin', 'wb') as text_file, open(folder / 'files.tsv', 'w', encoding='utf-8') as index:
        for row in rows:
            for path, language, text in row['files']:
                data = text.encode('utf-8')
                index.write(f"{row['name']}\t{language}\t{path}\t{offset}\t{len(data)}\n")
                text_file.write(data)
                digest.update(path.encode() + b'\0' + data)
                offset += len(data)
                per_language[language] = per_language.get(language, 0) + len(data)
                per_package[row['name']] = per_package.get(row['name'], 0) + len(data)
    report = {'sha256': digest.hexdigest(), 'bytes': offset, 'packages': len(per_package), 'languages': per_language, 'per_package': per_package}
    (folder / 'report.json').write_text(json.dumps(report, indent=1))
    print(folder.name, {k: v for k, v in report.items() if k != 'per_package'}, flush=True)
    return report


def record(training, held):
    """Writes into the manifest what each package gave (kilobytes) and the hashes that a rebuild must reach."""
    manifest = load_manifest()
    sizes = {**training['per_package'], **held['per_package']}
    packages = [{**p, 'kilobytes': round(sizes.get(p['name'], 0) / 1000) if 'use' not in p else 0} for p in manifest['packages']]
    summary = {name: {k: r[k] for k in ('sha256', 'bytes', 'packages', 'languages')} for name, r in (('corpus', training), ('held_out', held))}
    save_manifest({**summary, 'packages': packages})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--out', default='corpus', help='folder under the cache')
    parser.add_argument('--held-out', action='store_true', help='only the packages that are never trained on: what benchmarks measure, minutes instead of hours')
    parser.add_argument('--offline', action='store_true', help='use what is downloaded, fetch nothing')
    parser.add_argument('--record', action='store_true', help='write sizes and hashes into the manifest')
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--registries', default='npm,deb,src', help='npm,deb is what the tokenizer was trained on')
    parser.add_argument('--part', default='1/1', help='I/N: every Nth package from the Ith on, and all held-out ones: enough for a short training, minutes instead of hours')
    parser.add_argument('--use', default='training', help='`tokenizer` adds what only its piece counts came from')
    options = parser.parse_args()
    part, parts = (int(n) for n in options.part.split('/'))
    if not 1 <= part <= parts or (options.record and parts > 1):
        parser.error('--part is I/N with I from 1 to N; a part is not what --record records')
    packages = [p for p in load_manifest()['packages']
                if p['registry'] in options.registries.split(',') and p.get('use', options.use) == options.use
                and (p.get('held_out') or not options.held_out)]
    packages = [p for number, p in enumerate(packages) if p.get('held_out') or number % parts == part - 1]
    if not options.offline:
        for row in fetch_all(packages):
            print('missing', row['name'], file=sys.stderr)
    # Held-out packages come first: whatever resembles them is then dropped from training.
    packages.sort(key=lambda p: (not p.get('held_out'), p['registry'] != 'npm', hash_bucket(p['name'])))
    seen, rows = Seen(), []
    with concurrent.futures.ProcessPoolExecutor(options.workers) as pool:
        for number, (package, files) in enumerate(zip(packages, pool.map(read_package, packages, chunksize=4))):
            kept = [item for item in files if seen.admit(item[2])]
            rows.append({'name': package['name'], 'held_out': bool(package.get('held_out')), 'files': kept})
            if number % 100 == 0:
                print(number, package['name'], flush=True)
    held = write([r for r in rows if r['held_out']], folder_of(options.out + '-held'))
    if options.held_out:
        return
    training = write(cap([r for r in rows if not r['held_out']], 1 / parts), folder_of(options.out))
    if options.record:
        record(training, held)


if __name__ == '__main__':
    main()

# Downloads packages: `fetch.py` gets what manifest.json pins; `fetch.py --pin` resolves names.txt first and writes the pins it found.
import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import sys

from common import FORBIDDEN, HERE, cache, debian_licence, load_manifest, members, permissive, save_manifest

DOWNLOADS = cache('downloads', '.keep').parent


def run(command, cwd, timeout=600):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=timeout)


def npm_file(name, version):
    return DOWNLOADS / 'npm' / (name.lstrip('@').replace('/', '-') + f'-{version}.tgz')


def fetch_npm(wanted):
    """Fetch a batch of [name, version or '']; a bad name fails its batch, so failures go one by one."""
    folder = DOWNLOADS / 'npm'
    folder.mkdir(parents=True, exist_ok=True)
    todo = [w for w in wanted if not (w[1] and npm_file(*w).exists())]
    found = {tuple(w): w[1] for w in wanted if w not in todo}
    if not todo:
        return found
    specs = [f'{n}@{v}' if v else n for n, v in todo]
    got = run(['npm', 'pack', '--json', '--silent', '--ignore-scripts', *specs], folder)
    try:
        rows = json.loads(got.stdout)
        rows = list(rows.values()) if isinstance(rows, dict) else rows
        byname = {r['name']: r['version'] for r in rows}
    except (ValueError, KeyError, TypeError, AttributeError):
        byname = {}
    for w in todo:
        if w[0] in byname:
            found[tuple(w)] = byname[w[0]]
    missing = [w for w in todo if w[0] not in byname]
    if missing and len(todo) > 1:
        for w in missing:
            found.update(fetch_npm([w]))
    return found


def apt_options():
    """A private apt set-up that also lists source packages; the system's own configuration stays as it is."""
    home = DOWNLOADS / 'apt'
    (home / 'lists' / 'partial').mkdir(parents=True, exist_ok=True)
    text = ''
    for source in sorted(pathlib.Path('/etc/apt/sources.list.d').glob('*.sources')):
        body = source.read_text()
        if 'file:' not in body:
            text += re.sub(r'^Types:.*$', 'Types: deb-src', body, flags=re.M) + '\n'
    (home / 'parts').mkdir(exist_ok=True)
    (home / 'parts' / 'source.sources').write_text(text)
    options = ['-o', 'Dir::Etc::sourcelist=/dev/null', '-o', f'Dir::Etc::sourceparts={home}/parts', '-o', f'Dir::State::lists={home}/lists']
    if not list((home / 'lists').glob('*Sources*')):
        run(['apt-get', '-qq', *options, 'update'], home)
    return options


def fetch_deb(name, version):
    folder = DOWNLOADS / 'deb'
    folder.mkdir(parents=True, exist_ok=True)
    have = sorted(folder.glob(f'{name}_{version.replace(":", "%3a") if version else "*"}_*.deb'))
    if not have:
        run(['apt-get', '-qq', 'download', f'{name}={version}' if version else name], folder)
        have = sorted(folder.glob(f'{name}_*.deb'))
    if not have:
        return ''
    return have[-1].name.split('_')[1].replace('%3a', ':')


def fetch_src(name, version, options):
    """The upstream tarballs of a source package; its version is the upstream one in their names."""
    folder = DOWNLOADS / 'src' / name
    tars = sorted(folder.glob('*.orig.tar.*')) if folder.exists() else []
    if not tars:
        folder.mkdir(parents=True, exist_ok=True)
        got = run(['apt-get', '-qq', *options, 'source', '--download-only', '--tar-only', name], folder)
        tars = sorted(folder.glob('*.orig.tar.*'))
        if not tars or got.returncode:
            print('no source:', name, got.stderr.strip()[-100:].replace('\n', ' '), file=sys.stderr)
            shutil.rmtree(folder, ignore_errors=True)
            return ''
    found = tars[0].name.split('_', 1)[1].split('.orig')[0]
    return found if version in ('', found) else ''


def archives(package):
    """The archives of a pinned package, as downloaded."""
    kind, name, version = package['registry'], package['name'], package['version']
    if kind == 'npm':
        return [npm_file(name, version)]
    if kind == 'deb':
        return sorted((DOWNLOADS / 'deb').glob(f'{name}_{version.replace(":", "%3a")}_*.deb'))
    return sorted((p for p in (DOWNLOADS / 'src' / name).glob('*.orig*.tar.*') if not p.name.endswith('.asc')), key=lambda p: (len(p.name), p.name))


def licence_of(package):
    """The licence as the package itself states it."""
    try:
        if package['registry'] == 'npm':
            for path, data in members(archives(package)[0]):
                if path.count('/') == 1 and path.endswith('/package.json'):
                    value = json.loads(data.decode('utf-8-sig')).get('license')
                    return str(value.get('type') if isinstance(value, dict) else value)
        elif package['registry'] == 'deb':
            for path, data in members(archives(package)[0]):
                if path.startswith('./usr/share/doc/') and path.endswith('/copyright'):
                    return debian_licence(data.decode('utf-8', 'replace'))
        else:
            texts = [(path, data) for path, data in members(archives(package)[0])
                     if path.count('/') <= 2 and re.search(r'(^|/)(licen[cs]e|copying|copyright)[^/]*$', path, re.I)]
            for path, data in sorted(texts, key=lambda t: (t[0].count('/'), 'licen' not in t[0].lower(), t[0])):
                found = debian_licence(data.decode('utf-8', 'replace')[:2500])
                if permissive(found):
                    return found
    except (OSError, ValueError, IndexError, EOFError) as error:
        print('unreadable', package['name'], error, file=sys.stderr)
    return ''


def read_names():
    rows, kind, group, held = [], '', '', set()
    for line in (HERE / 'names.txt').read_text().splitlines():
        if line.startswith('['):
            kind, group = line.strip('[]').split()
        elif kind == 'held' and not line.startswith('#'):
            held.update(line.split())
        elif not line.startswith('#'):
            rows += [{'registry': kind, 'group': group, 'name': n, 'version': ''} for n in line.split()]
    old = {(p['registry'], p['name']): p['version'] for p in load_manifest()['packages']} if (HERE / 'manifest.json').exists() else {}
    seen, out = set(), []
    for row in rows:
        row['version'] = old.get((row['registry'], row['name']), '')
        if (row['registry'], row['name']) not in seen and not FORBIDDEN.match(row['name']):
            seen.add((row['registry'], row['name']))
            out.append({**row, 'held_out': True} if row['name'] in held else row)
    return out


def fetch_all(rows, workers=3):
    npm = [r for r in rows if r['registry'] == 'npm']
    batches = [npm[i:i + 8] for i in range(0, len(npm), 8)]
    options = apt_options()

    def npm_batch(batch):
        found = fetch_npm([[r['name'], r['version']] for r in batch])
        for r in batch:
            r['found'] = found.get((r['name'], r['version']), '')

    def other(row):
        row['found'] = fetch_deb(row['name'], row['version']) if row['registry'] == 'deb' else fetch_src(row['name'], row['version'], options)

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(other, r) for r in rows if r['registry'] != 'npm'] + [pool.submit(npm_batch, b) for b in batches]
        for job in concurrent.futures.as_completed(jobs):
            job.result()
    return [r for r in rows if not r.get('found')]


def main():
    if '--pin' in sys.argv:
        rows = read_names()
        missing = fetch_all(rows)
        pinned, refused = [p for p in load_manifest()['packages'] if 'use' in p], []
        for row in rows:
            found = row.pop('found', '')
            if not found:
                continue
            row['version'] = found
            row['licence'] = licence_of(row)
            (pinned if permissive(row['licence']) else refused).append(row)
        print('not found:', ' '.join(r['name'] for r in missing))
        print('refused for their licence:', ' '.join(f"{r['name']}[{r['licence']}]" for r in refused))
        save_manifest({'packages': pinned})
        return
    missing = fetch_all(load_manifest()['packages'])
    print('missing:', [r['name'] for r in missing])


if __name__ == '__main__':
    main()

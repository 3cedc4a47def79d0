// Recognises secret, vendored, generated and binary files by their path.

import type { LeftOutReason } from './types.ts';

interface NameRule {
  readonly reason: LeftOutReason;
  /** Matched against the path relative to the folder, with '/' separators. */
  readonly pattern: RegExp;
  readonly unless?: RegExp;
}

const binaryExtensions =
  '7z a apk avif bin bmp br bz2 class dat db dll dmg doc docx dylib ear eot exe flac gif gz heic icns ico iso jar jpeg jpg ' +
  'lib lz4 mkv mov mp3 mp4 mpeg nib node npy npz o obj odt ogg onnx otf parquet pdf pickle pkl png ppt pptx psd pt pyc pyd ' +
  'rar safetensors so sqlite sqlite3 swf tar tgz tif tiff ttf war wasm wav webm webp whl woff woff2 xls xlsx xz zip zst';

/** The first match wins, so the rules for secret files come first. */
const nameRules: readonly NameRule[] = [
  {
    reason: 'secret-file',
    pattern: /(?:^|\/)\.?env(?:\.[^/]+|rc)?$|(?:^|\/)[^/]*\.env$/i,
    // A file named env, and templates that are meant to be shared. They are redacted like any other file.
    unless: /(?:^|\/)env$|\.(?:example|sample|template|dist|defaults?|[cm]?[jt]sx?|py|rb|go|rs|java|d\.ts|md)$/i,
  },
  {
    reason: 'secret-file',
    pattern:
      /\.(?:pem|key|p12|pfx|p8|pkcs12|jks|keystore|kdbx?|ppk|ovpn|gpg|age|tfstate|tfstate\.backup|tfvars|agekey)$/i,
  },
  { reason: 'secret-file', pattern: /(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?(?:\.bak|\.old)?$/i },
  {
    reason: 'secret-file',
    pattern:
      /(?:^|\/)(?:\.netrc|_netrc|\.pgpass|\.my\.cnf|\.htpasswd|\.git-credentials|\.dockercfg|\.pypirc|\.s3cfg|\.boto|\.vault-token|\.aws\/credentials|\.docker\/config\.json|\.kube\/config|kubeconfig|\.ssh\/(?!.*\.pub$|known_hosts$|config$).*)$/i,
  },
  {
    reason: 'secret-file',
    pattern:
      /(?:^|\/)(?:secrets?|credentials?|service[-_]?account[^/]*|client_secret[^/]*)\.(?:ya?ml|json|toml|ini|properties|txt)$/i,
  },
  {
    reason: 'vendored',
    pattern:
      /(?:^|\/)(?:node_modules|bower_components|jspm_packages|vendor|vendors|third[-_]?party|3rd[-_]?party|Pods|Carthage|site-packages|\.venv|venv|virtualenv|\.tox|\.yarn|\.pnpm-store|elm-stuff|Godeps)\//,
  },
  {
    reason: 'vendored',
    pattern:
      /(?:^|\/)(?:jquery(?:[.-][^/]*)?\.js|bootstrap[^/]*\.(?:js|css|scss|less)|modernizr[^/]*\.js|normalize\.css|font-?awesome[^/]*\.css|gradlew(?:\.bat)?|mvnw(?:\.cmd)?|\.pnp\.[cm]?js)$/i,
  },
  { reason: 'minified', pattern: /[.-]min\.(?:[cm]?js|css|html)$/i },
  {
    reason: 'generated',
    pattern:
      /(?:^|\/)(?:dist|coverage|htmlcov|__pycache__|\.next|\.nuxt|\.svelte-kit|\.output|\.turbo|\.parcel-cache|\.gradle|\.dart_tool|__snapshots__|\.mypy_cache|\.pytest_cache|\.ruff_cache|\.ipynb_checkpoints)\//,
  },
  {
    reason: 'generated',
    pattern:
      /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock|composer\.lock|Gemfile\.lock|Cargo\.lock|poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock|pixi\.lock|conda-lock\.yml|go\.sum|go\.work\.sum|mix\.lock|pubspec\.lock|Podfile\.lock|Package\.resolved|packages\.lock\.json|gradle\.lockfile|flake\.lock|\.terraform\.lock\.hcl|MODULE\.bazel\.lock)$/,
  },
  {
    reason: 'generated',
    pattern:
      /(?:\.(?:map|tsbuildinfo|snap|ipynb|svg|lock)|_pb2(?:_grpc)?\.pyi?|\.pb(?:\.gw)?\.go|\.pb\.(?:h|cc)|_pb\.[jt]s|\.g\.dart|\.freezed\.dart|\.g\.cs|\.designer\.cs|\.generated\.[^/]+|[._-]gen\.(?:go|ts|rs))$/i,
  },
  { reason: 'binary', pattern: new RegExp(`\\.(?:${binaryExtensions.split(' ').join('|')})$`, 'i') },
];

/** The reason to leave out a file by its path, or undefined if its content must decide. */
export function leftOutByName(path: string): LeftOutReason | undefined {
  return nameRules.find((rule) => rule.pattern.test(path) && !rule.unless?.test(path))?.reason;
}

/** Whether a file is made to hold keys or passwords: it is never used for training, and no prompts are made in it. */
export function isSecretFile(path: string): boolean {
  return leftOutByName(path) === 'secret-file';
}

/** Whether a settings file is left out completely as soon as a secret is found in it. */
export function isSecretFileIfAnyFound(path: string): boolean {
  return /(?:^|\/)(?:\.npmrc|\.yarnrc(?:\.yml)?|pip\.conf|\.condarc|auth\.json|settings\.xml|nuget\.config)$/i.test(
    path,
  );
}

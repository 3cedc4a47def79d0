// Checks relative paths by their text only: whether they stay in the opened folder, and what their parent folder is.
// The check is needed because a crafted git index can name any path.

/** '', '.', '..' and the `.git` folder under any of its names. An absolute path begins with an empty part. */
const leavesFolder = /(?:^|\/)(?:\.{0,2}|\.git[. ]*|git~1[. ]*)(?:\/|$)/i;
/** On Windows: other separators, drives, alternate streams, names that Windows shortens, and devices. */
const isUnsafeOnWindows =
  /[\\:]|[. ](?:\/|$)|(?:^|\/)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)[ ]*(?:\.[^/]*)?(?:\/|$)/i;
/** Characters that macOS ignores when it compares names: '.g<zero width joiner>it' is '.git' there. */
const ignoredCharacters = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/**
 * Whether a relative path stays below the folder that it is joined to, and outside of `.git`. `FolderReader` checks
 * links.
 * @param path '/' separators
 */
export function isInside(path: string, platform: NodeJS.Platform = process.platform): boolean {
  if (path.includes('\0') || leavesFolder.test(path)) return false;
  if (platform === 'win32' && isUnsafeOnWindows.test(path)) return false;
  const visible = path.replace(ignoredCharacters, '');
  return visible === path || !leavesFolder.test(visible);
}

/** The folder that contains a path; '' for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The folders that contain a path, nearest first; '' for the root, which is the last. */
export function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = parentOf(path); ; folder = parentOf(folder)) {
    folders.push(folder);
    if (folder === '') return folders;
  }
}

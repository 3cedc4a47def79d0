// Relative paths, by their text alone: which may be taken as lying in the opened folder (a crafted index can name any),
// and in which folder.

/**
 * '', '.', '..' (an absolute path begins with an empty part), and the repository's own folder under any of its names.
 */
const notInside = /(?:^|\/)(?:\.{0,2}|\.git[. ]*|git~1[. ]*)(?:\/|$)/i;
/**
 * Windows: other separators, drives and alternate streams, names that it cuts short, and devices, which are in every
 * folder.
 */
const notOnWindows =
  /[\\:]|[. ](?:\/|$)|(?:^|\/)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)[ ]*(?:\.[^/]*)?(?:\/|$)/i;
/** Characters that a Mac's file system leaves out when it compares names: '.g<zero width joiner>it' is '.git' there. */
const unseen = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/**
 * Whether a relative path can only name something below the folder that it is joined to, outside of `.git`. Links are
 * another matter: `FolderReader` sees to them.
 * @param path '/' separators
 */
export function isInside(path: string, platform: NodeJS.Platform = process.platform): boolean {
  if (path.includes('\0') || notInside.test(path)) return false;
  if (platform === 'win32' && notOnWindows.test(path)) return false;
  const seen = path.replace(unseen, '');
  return seen === path || !notInside.test(seen);
}

/** The folder that a path lies in, '' for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

import { baseNameOf, type RelativePath } from '../domain/paths.ts';

/** Files that editors and tools make for a moment beside the one they save: vim, emacs, JetBrains, Kate, GNOME, Sublime, sed, VS Code. */
const EDITOR_TEMPORARY = [
  /^4913$/,
  /\.sw[a-z]$/,
  /~$/,
  /^\.#/,
  /^#.*#$/,
  /___jb_(tmp|old|bak)___$/,
  /\.kate-swp$/,
  /^\.goutputstream-/,
  /\.subl[^.]*\.tmp$/,
  /^sed[A-Za-z0-9]{6}$/,
  /\.crswap$/,
];

export function isEditorTemporaryFile(path: RelativePath): boolean {
  const name = baseNameOf(path);
  return EDITOR_TEMPORARY.some((pattern) => pattern.test(name));
}

/** What is not watched unless asked for: everything below `.git` and other dot-directories, `node_modules`, editors' temporary files. */
export function ignoredByDefault(path: RelativePath, isDirectory: boolean): boolean {
  if (!isDirectory && isEditorTemporaryFile(path)) return true;
  const segments = path.split('/');
  const directories = isDirectory ? segments : segments.slice(0, -1);
  return directories.some((segment) => segment === 'node_modules' || (segment.startsWith('.') && segment !== '.'));
}

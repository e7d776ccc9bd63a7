/** The path in one `files` line of a generator, `[key=]path`, or what kustomize refuses in it. */
export function fileSourcePath(source: string): { readonly path: string } | { readonly mistake: string } {
  const parts = source.split('=');
  const [key = '', path = ''] = parts;
  if (parts.length === 1) return { path: source };
  if (parts.length > 2)
    return { mistake: `expected one "=" between key and path, found more in ${JSON.stringify(source)}` };
  if (key === '') return { mistake: `expected a key before "=" in ${JSON.stringify(source)}` };
  if (path === '') return { mistake: `expected a path behind "=" in ${JSON.stringify(source)}` };
  return { path };
}

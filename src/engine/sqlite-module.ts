import type * as Sqlite from 'node:sqlite';

let loaded: typeof Sqlite | undefined;

/**
 * node:sqlite, loaded when first needed. Node 22 announces it as experimental; that one warning is held back, since whoever runs
 * the program can do nothing about it. All others pass.
 */
export function sqliteModule(): typeof Sqlite {
  if (loaded !== undefined) return loaded;
  const emitWarning = process.emitWarning;
  process.emitWarning = ((...warning: Parameters<typeof emitWarning>) => {
    if (/SQLite is an experimental feature/.test(String(warning[0]))) return;
    Reflect.apply(emitWarning, process, warning);
  }) as typeof emitWarning;
  try {
    loaded = process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
  return loaded;
}

/**
 * The folder of Node's compile cache, which only this user can write to; undefined where there is none.
 * @param uid this user's id; absent on systems without
 */
export function compileCacheFolder(
  platform?: NodeJS.Platform,
  env?: Readonly<Record<string, string | undefined>>,
  home?: string,
  uid?: number,
): string | undefined

import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** Bits of a folder's mode: what its group and others may do, write, and that only owners may rename what is in it. */
const OTHERS_ANY = 0o077
const OTHERS_WRITE = 0o022
const STICKY = 0o1000
/** The administrator, who could do anything anyway. */
const ROOT = 0

/**
 * The folder of Node's compile cache: this user's own, since a user who can write there runs code as this user. Plain
 * JavaScript, because the launcher of meshctl needs it before it knows its Node.
 * @param {NodeJS.Platform} platform
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {string} [home]
 * @param {number | undefined} uid this user's id; absent on systems without
 * @returns {string | undefined} undefined where it would not be private; the program then starts without a cache
 */
export function compileCacheFolder(
  platform = process.platform,
  env = process.env,
  home,
  uid = process.getuid?.(),
) {
  try {
    // There are users without a home, for whom this throws.
    const path = join(cacheHome(platform, env, home ?? homedir()), 'compile')
    mkdirSync(path, { recursive: true, mode: 0o700 })
    if (uid === undefined) return path
    return isPrivate(realpathSync(path), uid) ? path : undefined
  } catch {
    // No place to write to: it starts without a cache.
    return undefined
  }
}

/**
 * Where a platform keeps what may be deleted at any time; on Windows only its user gets in.
 * @param {NodeJS.Platform} platform
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {string} home
 */
function cacheHome(platform, env, home) {
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'Meshwork')
  if (platform === 'win32')
    return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Meshwork', 'Cache')
  const base = env.XDG_CACHE_HOME
  // The XDG specification: a path that is not absolute is to be ignored.
  return join(base?.startsWith('/') === true ? base : join(home, '.cache'), 'meshwork')
}

/**
 * Whether a folder is this user's alone, and no other user can put another in its place.
 * @param {string} path
 * @param {number} uid
 */
function isPrivate(path, uid) {
  const folder = lstatSync(path)
  if (!folder.isDirectory() || folder.uid !== uid || (folder.mode & OTHERS_ANY) !== 0) return false
  for (let at = dirname(path); ; at = dirname(at)) {
    const { uid: owner, mode } = lstatSync(at)
    if (owner !== uid && owner !== ROOT) return false
    if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) return false
    if (at === dirname(at)) return true
  }
}

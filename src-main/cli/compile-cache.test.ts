import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compileCacheFolder } from './compile-cache.js'
import { daemonEnvironment } from './daemon/daemon-environment.ts'

const LAUNCHER = join(import.meta.dirname, 'meshctl.js')

describe.skipIf(process.platform === 'win32')('[Y6] the compile cache', () => {
  let folder: string
  let cache: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-cache-'))
    cache = join(folder, 'meshwork', 'compile')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  /** The launcher's environment: caches and temporary files are below the test's folder. */
  const environment = () => {
    const { NODE_COMPILE_CACHE: _, ...env } = process.env
    return { ...env, XDG_CACHE_HOME: folder, HOME: folder, TMPDIR: join(folder, 'tmp') }
  }
  const launch = () => promisify(execFile)(process.execPath, [LAUNCHER, '--version'], { env: environment() })
  const here = () => compileCacheFolder('linux', { XDG_CACHE_HOME: folder })

  it('is the user’s own folder, and nothing is read or written in the shared temporary one', async () => {
    // Another user was there first.
    const planted = join(folder, 'tmp', 'node-compile-cache')
    await mkdir(planted, { recursive: true })
    await launch()
    expect(await readdir(planted)).toEqual([])
    if (process.platform !== 'linux') return
    expect((await stat(cache)).mode & 0o777).toBe(0o700)
    expect((await readdir(cache)).length).toBeGreaterThan(0)
  })

  it.each([
    ['others may write to', 0o777],
    ['others may look into', 0o755],
  ])('is not used in a folder that %s', async (_, mode) => {
    await mkdir(cache, { recursive: true })
    await chmod(cache, mode)
    expect(here()).toBeUndefined()
    await launch()
    expect(await readdir(cache)).toEqual([])
  })

  it('is not used where others can put another folder in its place', async () => {
    await mkdir(cache, { recursive: true, mode: 0o700 })
    await chmod(cache, 0o700)
    expect(here()).toBe(cache)
    await chmod(join(folder, 'meshwork'), 0o777)
    expect(here()).toBeUndefined()
  })

  it.skipIf(process.getuid?.() !== 0)('is not used in another user’s folder, by a link neither', async () => {
    await mkdir(cache, { recursive: true, mode: 0o700 })
    await chmod(cache, 0o700)
    await chown(cache, 65_534, 65_534)
    expect(here()).toBeUndefined()
    await rm(cache, { recursive: true })
    await mkdir(join(folder, 'theirs'), { mode: 0o700 })
    await chown(join(folder, 'theirs'), 65_534, 65_534)
    await symlink(join(folder, 'theirs'), cache)
    expect(here()).toBeUndefined()
  })

  it('of a daemon is the same, unless its user names another', () => {
    const { NODE_COMPILE_CACHE: named } = daemonEnvironment({ NODE_COMPILE_CACHE: '/chosen' })
    expect(named).toBe('/chosen')
    const own = daemonEnvironment({})
    expect(own['NODE_COMPILE_CACHE'] ?? '').not.toContain(tmpdir())
  })
})

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hasScreen, openInBrowser } from './browser.ts'

it.each<[string, Record<string, string>, string, boolean]>([
  ['a Linux desktop with X', { DISPLAY: ':0' }, 'linux', true],
  ['a Linux desktop with Wayland', { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
  ['a Linux server', {}, 'linux', false],
  ['an empty display', { DISPLAY: '' }, 'linux', false],
  ['a Mac', {}, 'darwin', true],
  ['Windows', {}, 'win32', true],
  ['a Mac with a remote login', { SSH_CONNECTION: '1 2 3 4' }, 'darwin', false],
  ['a forwarded display', { DISPLAY: 'localhost:10.0', SSH_CONNECTION: '1 2 3 4' }, 'linux', false],
])('knows where a browser can be opened: %s', (_, environment, platform, expected) => {
  expect(hasScreen(environment, platform)).toBe(expected)
})

describe('[Y13] a one-time link', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-browser-'))
    vi.stubEnv('DISPLAY', ':0')
    vi.stubEnv('SSH_CONNECTION', undefined)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true, force: true })
  })

  it('is in nothing that the browser is started with, and in a page that only its user can read', async () => {
    const link = 'http://127.0.0.1:4000/open?t=the-secret'
    const started: string[] = []
    const start = (target: string) => {
      started.push(target)
      return Promise.resolve({ on: () => undefined })
    }
    // An older page that all users may read is not written into.
    await writeFile(join(folder, 'open.html'), 'old', { mode: 0o644 })
    await openInBrowser(link, folder, start)
    await openInBrowser(link, folder, start)
    expect(started).toHaveLength(2)
    expect(started.join()).not.toContain('the-secret')
    const page = fileURLToPath(started[0] ?? '')
    expect(await readFile(page, 'utf8')).toContain(`content="0;url=${link}"`)
    if (process.platform !== 'win32') expect((await stat(page)).mode & 0o077).toBe(0)
  })
})

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { electronObstacle } from '../electron-obstacle.ts'
import { setLoginStart } from './login-start.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'meshwork-login-'))
})

afterEach(() => rm(home, { recursive: true }))

describe('starting at login', () => {
  const execPath = '/opt/Mesh "work" $1 100%/meshwork'

  it('is the system’s own setting on macOS and Windows, without a window', async () => {
    for (const platform of ['darwin', 'win32'] as const) {
      const app = { setLoginItemSettings: vi.fn() }
      await setLoginStart(true, { app, platform, env: {}, home, execPath })
      await setLoginStart(false, { app, platform, env: {}, home, execPath })
      expect(app.setLoginItemSettings.mock.calls).toEqual([
        [{ openAtLogin: true, args: ['--hidden'] }],
        [{ openAtLogin: false, args: ['--hidden'] }],
      ])
    }
  })

  it('is a file on Linux, whose command is the program whatever its name', async () => {
    const start = {
      app: { setLoginItemSettings: vi.fn() },
      platform: 'linux' as const,
      env: {},
      home,
      execPath,
    }
    const path = join(home, '.config/autostart/meshwork.desktop')
    await setLoginStart(true, start)
    expect(await readFile(path, 'utf8')).toContain(
      String.raw`Exec="/opt/Mesh \\"work\\" \\$1 100%%/meshwork" --hidden` + '\n',
    )
    await setLoginStart(false, start)
    await setLoginStart(false, start)
    await expect(readFile(path)).rejects.toThrow('ENOENT')
  })

  it('starts an AppImage where it lies, from the folder that the desktop reads', async () => {
    const env = { APPIMAGE: '/home/a/Meshwork.AppImage', XDG_CONFIG_HOME: join(home, 'xdg') }
    const app = { setLoginItemSettings: vi.fn() }
    await setLoginStart(true, { app, platform: 'linux', env, home, execPath })
    const text = await readFile(join(home, 'xdg/autostart/meshwork.desktop'), 'utf8')
    expect(text).toContain('Exec="/home/a/Meshwork.AppImage" --hidden')
  })
})

describe('Electron', () => {
  it.each([
    [{ platform: 'linux', env: {}, isRoot: false }, 'there is no display here'],
    [{ platform: 'linux', env: { DISPLAY: ':0' }, isRoot: true }, 'Electron does not run as root'],
    [{ platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' }, isRoot: false }, undefined],
    [{ platform: 'darwin', env: {}, isRoot: false }, undefined],
    [{ platform: 'win32', env: {}, isRoot: false }, undefined],
  ] as const)('with %j: %s', (surroundings, obstacle) => {
    expect(electronObstacle(surroundings)).toBe(obstacle)
  })
})

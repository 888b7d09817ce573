import { describe, expect, test } from 'vitest'
import type { Command } from '../command.ts'
import { fullScreenReader, idleReader, meteredReader, type DesktopOptions } from './linux-desktop.ts'

const signal = new AbortController().signal

/** A make-believe system: what its tools print, by command line; the others are missing. */
function system(tools: Readonly<Record<string, string>>, changes: Partial<DesktopOptions> = {}) {
  const asked: string[] = []
  const command: Command = (file, parameters) => {
    const line = [file, ...parameters].join(' ')
    asked.push(line)
    const found = Object.entries(tools).find(([start]) => line.startsWith(start))
    return found === undefined ? Promise.reject(new Error(`${file} is missing`)) : Promise.resolve(found[1])
  }
  const clock = { nowMs: () => clock.at, at: 1_800_000_000_000 }
  const options: DesktopOptions = { command, clock, hasDisplay: true, userId: 1000, ...changes }
  return { options, asked, clock }
}

describe('idle time', () => {
  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['X', { xprintidle: '12345\n', loginctl: 'IdleHint=no' }, 12.345],
    ['X by another tool', { xssstate: '2000\n' }, 2],
    ['GNOME', { 'busctl --user call org.gnome.Mutter.IdleMonitor': 't 61000\n' }, 61],
    ['logind: in use', { loginctl: 'IdleHint=no\nIdleSinceHint=0\n' }, 0],
    ['logind: idle', { loginctl: 'IdleHint=yes\nIdleSinceHint=1799999970000000\n' }, 30],
  ])('of %s', async (_, tools, seconds) => {
    const { options } = system(tools)
    expect(await idleReader(options).read(signal)).toEqual({ idle_s: seconds })
  })

  test('is not told where nothing tells, and what failed is left alone for a minute', async () => {
    const { options, asked, clock } = system({ loginctl: 'IdleHint=perhaps', xprintidle: 'no display' })
    const reader = idleReader(options)
    expect(await reader.read(signal)).toEqual({})
    expect(asked.map((line) => line.split(' ')[0])).toEqual(['xprintidle', 'xssstate', 'busctl', 'loginctl'])
    clock.at += 59_000
    await reader.read(signal)
    expect(asked).toHaveLength(4)
    clock.at += 2_000
    await reader.read(signal)
    expect(asked).toHaveLength(8)
  })

  test('without a display is not asked of X', async () => {
    const { options, asked } = system({ loginctl: 'IdleHint=no' }, { hasDisplay: false })
    expect(await idleReader(options).read(signal)).toEqual({ idle_s: 0 })
    expect(asked.some((line) => line.startsWith('x'))).toBe(false)
  })
})

describe('a full screen', () => {
  const active = (id: string) => `_NET_ACTIVE_WINDOW(WINDOW): window id # ${id}\n`

  test('is the state of the active window', async () => {
    const of = (state: string) =>
      fullScreenReader(
        system({ 'xprop -root': active('0x3a00007'), 'xprop -id 0x3a00007': state }).options,
      ).read(signal)
    expect(await of('_NET_WM_STATE(ATOM) = _NET_WM_STATE_FULLSCREEN, _NET_WM_STATE_FOCUSED')).toEqual({
      full_screen: true,
    })
    expect(await of('_NET_WM_STATE(ATOM) = _NET_WM_STATE_MAXIMIZED_VERT')).toEqual({ full_screen: false })
  })

  test('is none when no window is active, and not told without a window manager', async () => {
    expect(await fullScreenReader(system({ 'xprop -root': active('0x0') }).options).read(signal)).toEqual({
      full_screen: false,
    })
    const none = system({ 'xprop -root': '_NET_ACTIVE_WINDOW:  not found.' })
    expect(await fullScreenReader(none.options).read(signal)).toEqual({})
  })
})

describe('a metered network', () => {
  test.each([
    ['u 1', { metered: true }],
    ['u 3', { metered: true }],
    ['u 2', { metered: false }],
    ['u 4', { metered: false }],
    ['u 0', {}],
  ])('is what NetworkManager says: %s', async (answer, told) => {
    expect(await meteredReader(system({ busctl: `${answer}\n` }).options).read(signal)).toEqual(told)
  })

  test('is asked every 20 seconds only', async () => {
    const { options, asked, clock } = system({ busctl: 'u 1\n' })
    const reader = meteredReader(options)
    for (const passed of [0, 5_000, 19_000, 21_000]) {
      clock.at = 1_800_000_000_000 + passed
      expect(await reader.read(signal)).toEqual({ metered: true })
    }
    expect(asked).toHaveLength(2)
  })
})

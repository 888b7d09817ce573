import { expect, it } from 'vitest'
import { hasScreen } from './browser.ts'

it.each<[string, Record<string, string>, string, boolean]>([
  ['a Linux desktop with X', { DISPLAY: ':0' }, 'linux', true],
  ['a Linux desktop with Wayland', { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
  ['a Linux server', {}, 'linux', false],
  ['an empty display', { DISPLAY: '' }, 'linux', false],
  ['a Mac', {}, 'darwin', true],
  ['Windows', {}, 'win32', true],
  ['a Mac that somebody is logged in to from afar', { SSH_CONNECTION: '1 2 3 4' }, 'darwin', false],
  ['a forwarded display', { DISPLAY: 'localhost:10.0', SSH_CONNECTION: '1 2 3 4' }, 'linux', false],
])('knows where a browser can be opened: %s', (_, environment, platform, expected) => {
  expect(hasScreen(environment, platform)).toBe(expected)
})

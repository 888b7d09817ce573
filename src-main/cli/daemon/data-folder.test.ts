import { expect, it } from 'vitest'
import { defaultDataFolder } from './data-folder.ts'

const home = '/home/anna'

it.each([
  ['linux', {}, '/home/anna/.local/share/meshwork'],
  ['linux', { XDG_DATA_HOME: '/data' }, '/data/meshwork'],
  ['linux', { XDG_DATA_HOME: 'relative' }, '/home/anna/.local/share/meshwork'],
  ['darwin', {}, '/home/anna/Library/Application Support/Meshwork'],
] as const)('on %s with %j data goes to %s', (platform, env, folder) => {
  expect(defaultDataFolder({ platform, home, env })).toBe(folder)
})

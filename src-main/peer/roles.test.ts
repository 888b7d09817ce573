import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { initialState, type PeerState } from './state.ts'
import { ME } from './brain.fixture.ts'

const SOURCES = join(import.meta.dirname, '..')
const ROLES = ['requester', 'provider', 'pairing', 'sharing'] as const satisfies readonly (keyof PeerState)[]

/** All files of the peer's code but tests, with those of one role left out. */
function filesBesides(role: string): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
    (path) =>
      path.endsWith('.ts') && !/\.(test|fixture|bench)\.ts$/.test(path) && !path.startsWith(`peer/${role}/`),
  )
}

describe('[P10] the slice of a role', () => {
  test.each(ROLES)('is changed in the folder of %s only', (role) => {
    const fields = Object.keys(initialState(ME, 'me')[role]).join('|')
    const change = new RegExp(`\\.${role}\\.(${fields})\\b(\\.(set|delete|clear)\\(| \\S?= |\\+\\+|--)`)
    const changing = filesBesides(role).filter((path) =>
      change.test(readFileSync(join(SOURCES, path), 'utf8')),
    )
    expect(changing).toEqual([])
  })
})

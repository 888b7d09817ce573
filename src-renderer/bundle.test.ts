import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildBundle, type Bundle } from './bundle.fixture.ts'

/** The budget of the first screen, gzipped. */
const INITIAL_BYTES_MAX = 350_000
/** A build takes seconds, and many on a busy machine. */
const BUILT_WITHIN_MS = 300_000

let folder: string
let bundle: Bundle
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-ui-'))
  bundle = await buildBundle(join(folder, 'ui'))
}, BUILT_WITHIN_MS)
afterAll(() => rm(folder, { recursive: true, force: true }))

it('the scripts that the first screen needs have at most 350 kB, gzipped', () => {
  const bytes = [...bundle.initial.values()].reduce((sum, size) => sum + size, 0)
  expect(bytes).toBeGreaterThan(50_000) // or nothing was measured
  expect(bytes).toBeLessThanOrEqual(INITIAL_BYTES_MAX)
})

it('what only some screens need is loaded with them', () => {
  const heavy = /node_modules\/(recharts|@reduxjs|d3-\w+|dayjs|@mantine\/dates|uqr)\//
  expect([...bundle.initialModules].filter((id) => heavy.test(id))).toEqual([])
})

it('the contract comes as types and bounds: no schema is in any script', () => {
  expect([...bundle.initialModules].filter((id) => id.includes('node_modules/zod/'))).toEqual([])
  for (const [name, code] of bundle.scripts) expect(code.includes('ZodError'), name).toBe(false)
})

it('the page has no inline script or style, and all that it loads is its own', () => {
  expect(bundle.html).not.toMatch(/<style|\sstyle=|\son\w+=/i)
  for (const [tag] of bundle.html.matchAll(/<script[^>]*>/g)) expect(tag).toMatch(/\ssrc="\//)
  for (const [, address] of bundle.html.matchAll(/\s(?:src|href)="([^"]*)"/g))
    expect(address).toMatch(/^\/[^/]/)
  for (const [name, code] of bundle.scripts) expect(/\beval\(|new Function\(/.test(code), name).toBe(false)
})

it('the page has the placeholder of its policy’s nonce where the host puts it', () => {
  expect(bundle.html).toContain('<meta property="csp-nonce" nonce="__MESHWORK_CSP_NONCE__">')
})

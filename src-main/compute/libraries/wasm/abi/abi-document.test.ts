import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Fault } from '../../../../protocol/fault.ts'
import { moduleRules } from '../../../../protocol/job-kinds/module.ts'
import { MEMORY_PAGES_MAX, UnitLimits, OUTPUT_BYTES_MAX } from '../../../../protocol/unit-limits.ts'
import * as costs from './host-costs.ts'
import { MESHWORK_SIGNATURES } from './meshwork-functions.ts'
import { WASI, WASI_SIGNATURES } from '../wasi/wasi-signatures.ts'

const root = new URL('../../../../../wasm/', import.meta.url)
const document = readFileSync(new URL('ABI.md', root), 'utf8')
const number = (value: number) => value.toLocaleString('en-US')

/** The second and third cell of the table row that begins with this. */
function row(beginning: string): string[] {
  const line = document.split('\n').find((text) => text.startsWith(`| ${beginning}`))
  return (line ?? '').split('|').map((cell) => cell.trim())
}

describe('ABI.md', () => {
  it('is about this version', () => {
    expect(document).toContain(`version ${moduleRules.version} of the algorithm\n\`${moduleRules.id}\``)
  })

  it('says the limits as they are', () => {
    for (const [name, value] of Object.entries(UnitLimits.parse({}))) {
      expect(row(`\`${name}\``)[2], name).toBe(number(value))
    }
    expect(row('`memory_pages`')[3]).toBe(number(MEMORY_PAGES_MAX))
    expect(row('`output_bytes`')[3]).toBe(number(OUTPUT_BYTES_MAX))
  })

  it.each<[string, string]>([
    ['any call', number(costs.HOST_CALL_FUEL)],
    ['a call that reads', `${number(costs.FILE_CALL_FUEL)} more`],
    ['`fd_pwrite`', `${number(costs.FILE_CALL_FUEL)} more still`],
    [
      'bytes read or written',
      `${costs.MOVED_BYTE_FUEL} a byte; of reads as many as were asked for, and zeros that a file is lengthened by`,
    ],
    ['verifying the input', `${costs.VERIFIED_BYTE_FUEL} a byte`],
    ['log by', `${costs.TEXT_BYTE_FUEL} a byte`],
    ['randomness', `${costs.RANDOM_BYTE_FUEL} a byte`],
    ['a subscription', number(costs.SUBSCRIPTION_FUEL)],
  ])('says what %s costs', (what, price) => {
    expect(row(what)[2]).toBe(price)
  })

  it('names faults that there are, and functions that there are', () => {
    const kinds = new Set<string>(Fault.shape.kind.options)
    const table = document.slice(document.indexOf('## How a unit ends'), document.indexOf('## What makes'))
    const named = [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, kind]) => kind ?? '')
    expect(named.length).toBe(8)
    expect(named.filter((kind) => !kinds.has(kind))).toEqual([])
    const count = Object.keys(WASI_SIGNATURES[WASI] ?? {}).length
    expect(document).toContain(`All ${count} functions of preview 1`)
    for (const [module, functions] of Object.entries(MESHWORK_SIGNATURES)) {
      for (const name of Object.keys(functions)) expect(document).toContain(`${module}.${name}(`)
    }
  })

  it('shows examples as their files have them', () => {
    const sources = [...document.matchAll(/\]\((examples\/[^)]+)\)/g)].map(([, path]) => path ?? '')
    const files = [...new Set(sources)].map((path) => readFileSync(new URL(path, root), 'utf8'))
    const shown = [...document.matchAll(/```(?:c|ts)\n([^`]*(?:`[^`]+`[^`]*)*?)```/g)].map(
      ([, code]) => code ?? '',
    )
    expect(shown.length).toBe(2)
    for (const code of shown) expect(files.some((file) => file.includes(code))).toBe(true)
  })
})

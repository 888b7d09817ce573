import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cidOfDigest, RAW } from '../../../protocol/cid.ts'
import { FaultError } from '../../../protocol/fault.ts'
import type { Seal } from '../../../protocol/job-key.ts'
import { sealBytes } from '../../../sealing/seal.ts'
import { libraryInput } from '../../worker/read-input.ts'
import type { LibraryInput } from '../../library.ts'
import { createModuleCache, type ModuleCache } from './module-cache.ts'

const LIMITS = { memory_pages: 256, table_elements: 10_000 }
const EXAMPLES = join(import.meta.dirname, '../../../../wasm/examples/c')
const seal: Seal = { key: new Uint8Array(randomBytes(32)), purpose: 'input:module' }
const sealed = sealBytes(seal, readFileSync(join(EXAMPLES, 'line-statistics.wasm')))

/** The same sealed blob, as a job names it that has a key, or as one that has none. */
function moduleInput(opener: Seal | undefined): LibraryInput {
  const cid = cidOfDigest(RAW, createHash('sha256').update(sealed).digest())
  const input = { cid, bytes: sealed.byteLength, content: sealed }
  return libraryInput('module', opener === undefined ? input : { ...input, seal: opener }, () => undefined)
}

function endOf(modules: ModuleCache, opener: Seal | undefined): string {
  try {
    modules.load(moduleInput(opener), LIMITS)
    return 'loaded'
  } catch (error) {
    return error instanceof FaultError ? error.fault.kind : String(error)
  }
}

const others: readonly [string, Seal | undefined, string][] = [
  ['none', undefined, 'module-refused'],
  ['another', { ...seal, key: new Uint8Array(randomBytes(32)) }, 'not-opened'],
  ['the right one for another role', { ...seal, purpose: 'input:input' }, 'not-opened'],
]

it.each(others)(
  '[K5] a job with %s of the keys has no use of a module that another job opened',
  (_, other, end) => {
    const modules = createModuleCache()
    expect(endOf(modules, seal)).toBe('loaded')
    expect(endOf(modules, other)).toBe(end)
  },
)

it.each(others)(
  '[K5] a job with %s of the keys spoils no module for the job that can open it',
  (_, other, end) => {
    const modules = createModuleCache()
    expect(endOf(modules, other)).toBe(end)
    expect(endOf(modules, seal)).toBe('loaded')
  },
)

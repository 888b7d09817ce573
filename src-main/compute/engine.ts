import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { refuse } from '../protocol/fault.ts'
import type { AlgorithmDeclaration } from './library.ts'
import { nameOf } from './library-index.ts'
import { METERING } from './metering/identity.ts'

/** Hexadecimal digits of the digest in an engine's name: 64 bits tell builds apart; this is no protection against forgery. */
const DIGEST_DIGITS = 16

/**
 * Names the code that computes: `ALGORITHM@VERSION`, where WASM modules decide the result `+` and the digest of
 * their bytes, and where code is metered `+` and the meter's identity. Two peers whose engines have one name return
 * the same bits for the same unit, and use the same fuel.
 *
 * @throws FaultError `bad-input` when a module is not there (it is built by `node wasm/build.ts`)
 */
export async function engineOf(algorithm: AlgorithmDeclaration): Promise<string> {
  const name = nameOf(algorithm.algorithmId, algorithm.version)
  const parts = [name]
  if (algorithm.modules.length > 0) parts.push(await digestOf(name, algorithm.modules))
  if (algorithm.metered === true) parts.push(METERING)
  return parts.join('+')
}

async function digestOf(name: string, modules: readonly URL[]): Promise<string> {
  const digest = createHash('sha256')
  for (const module of modules) {
    let bytes: Uint8Array
    try {
      bytes = await readFile(module)
    } catch (cause) {
      refuse('bad-input', `the module ${module.pathname} of ${name} is not built`, cause)
    }
    digest.update(`${bytes.byteLength}:`).update(bytes)
  }
  return digest.digest('hex').slice(0, DIGEST_DIGITS)
}

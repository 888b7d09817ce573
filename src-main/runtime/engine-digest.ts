import { createHash } from 'node:crypto'
import { engineIdOf, type EngineDigest, type EngineId } from '../protocol/engine.ts'

/** Hexadecimal digits of a digest: enough to tell builds apart; this is no protection against forgery. */
const DIGEST_DIGITS = 16
/** Stands before the code in the name of an engine (`RunnerAlgorithm.engine`); names without it have no code to tell. */
const CODE_MARK = '+'

/**
 * The digest of an engine by its name, which holds algorithm, version, the digest of the kernels' bytes and the meter's
 * identity; `none` for an engine without kernels and meter. It is short because every slot carries one.
 */
export function engineDigest(name: string): EngineDigest {
  if (!name.includes(CODE_MARK)) return 'none'
  return createHash('sha256').update(name).digest('hex').slice(0, DIGEST_DIGITS)
}

/** The engine that computed some receipts, as its peer's capabilities name it. */
export function engineOfName(name: string, numericClass: string): EngineId {
  return engineIdOf({ engine_digest: engineDigest(name), numeric_class: numericClass })
}

import { createHash } from 'node:crypto'
import * as costs from './costs.ts'
import * as limits from './limits.ts'

/** Hexadecimal digits of the digest: enough to tell honest tables apart, short enough to read. */
const DIGEST_DIGITS = 12

/** Changes with the injector's rules: anything that changes a charge, a trap or what is accepted, tables apart. */
const VERSION = '1.1.0'

/**
 * The meter's identity, which every receipt carries: `fuel-VERSION+DIGEST`. The digest is of the cost table, the
 * folding threshold, the depth limit and the pre-checks' bounds. Two peers with one identity charge the same fuel for
 * the same module and input, and accept the same modules.
 */
export const METERING = `fuel-${VERSION}+${digest()}`

function digest(): string {
  const plain = { ...costs, ...limits, COSTS: Array.from(costs.COSTS) }
  const entries = Object.entries(plain).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, DIGEST_DIGITS)
}

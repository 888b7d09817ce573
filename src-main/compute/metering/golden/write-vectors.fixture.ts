/**
 * `node src-main/compute/metering/golden/write-vectors.fixture.ts` writes the golden vectors for a new identity of the
 * meter or of the library. Under the identity that they have it refuses to change any: vectors may only be added.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { format } from 'prettier'
import { measure } from './measure.fixture.ts'
import { checkedIn, engineToday, VECTOR_FILE, type VectorFile } from './vector.fixture.ts'

const engine = await engineToday()
const old: VectorFile = existsSync(VECTOR_FILE) ? checkedIn() : { engine: '', modules: {}, vectors: [] }
const isKept = old.engine === engine
// Under one identity modules stay what they were: what counts is that the same bytes cost the same.
const { modules, vectors } = await measure(isKept ? old.modules : {})
const changed = vectors.filter((vector) => {
  const before = old.vectors.find(({ name }) => name === vector.name)
  return isKept && before !== undefined && JSON.stringify(before) !== JSON.stringify(vector)
})
if (changed.length > 0) {
  const names = changed.map(({ name }) => name).join(', ')
  process.stderr.write(`not written: ${engine} has other vectors already for ${names}\n`)
  process.exitCode = 1
} else {
  const text = JSON.stringify({ engine, modules, vectors } satisfies VectorFile)
  writeFileSync(VECTOR_FILE, await format(text, { parser: 'json' }))
  process.stderr.write(`${vectors.length} vectors of ${engine}\n`)
}

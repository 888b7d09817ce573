import { expect, test } from 'vitest'
import { NUMERIC_CLASS, UNTOLD_ENGINE, engineIdOf } from '../protocol/engine.ts'
import { AlgorithmCapability } from '../protocol/slot.ts'
import { engineDigest, engineOfName } from './engine-digest.ts'

test('[M25] the digest of an engine is short, and another one for other bytes, another meter or another version', () => {
  const names = ['a@1+k+fuel-1', 'a@1+l+fuel-1', 'a@1+k+fuel-2', 'a@2+k+fuel-1', 'b@1+k+fuel-1']
  const digests = names.map(engineDigest)
  expect(new Set(digests).size).toBe(names.length)
  for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{16}$/)
  expect(engineDigest('noop@1.0.0')).toBe('none')
})

test('[M25] receipts name the engine that their peer’s capabilities name', () => {
  const capability = { engine_digest: engineDigest('a@1+k'), numeric_class: NUMERIC_CLASS }
  expect(engineOfName('a@1+k', NUMERIC_CLASS)).toBe(engineIdOf(capability))
  expect(engineOfName('a@1+k', 'ieee754-x87')).not.toBe(engineIdOf(capability))
})

test('[M25] a capability of an older peer has no engine, and none is not any engine', () => {
  const older = { algorithm_id: 'a', version: '1', supported: true, performance_score: 1 }
  expect(AlgorithmCapability.parse(older)).toEqual(older)
  expect(engineIdOf(AlgorithmCapability.parse(older))).toBe(UNTOLD_ENGINE)
  expect(engineIdOf(AlgorithmCapability.parse({ ...older, engine_digest: 'none' }))).toBe(UNTOLD_ENGINE)
})

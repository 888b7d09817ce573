import { expect, test } from 'vitest'
import { measure } from './measure.fixture.ts'
import { checkedIn, engineToday } from './vector.fixture.ts'

const file = checkedIn()
const { vectors } = await measure(file.modules)
const found = new Map(vectors.map((vector) => [vector.name, vector]))

test('[X3] the vectors are those of this engine: a new identity needs new vectors', async () => {
  expect(file.engine).toBe(await engineToday())
  expect(file.vectors.map(({ name }) => name)).toEqual(Array.from(found.keys()))
})

// If one of these fails, the meter or its host charges or does something else than other peers of the same engine: either
// that is a mistake, or identity.ts (or wasm.module) must name a new version, and then write-vectors.fixture.ts writes
// new vectors.
test.each(file.vectors)('[X3] fuel and result never change under one identity: $name', (vector) => {
  expect(found.get(vector.name)).toEqual(vector)
})

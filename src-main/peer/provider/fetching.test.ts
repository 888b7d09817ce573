import { describe, expect, test } from 'vitest'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import { cidOf, createBrain, manifestCidOf, manifestOf, ME, NOON, ofKind, peerOf } from '../brain.fixture.ts'
import { expectedFetchMs, expectedPartMs, inputBytes, RATE_UNKNOWN_BYTES_PER_S } from './fetching.ts'

const ANN = peerOf('A')
const MB = 1_000_000
const SCENE = cidOf('scene')
const LIGHT = cidOf('light')
const MANIFEST = manifestCidOf('job')
const job = manifestOf({
  requester_id: ANN,
  inputs: { scene: SCENE, light: LIGHT },
  input_bytes: { scene: 80 * MB, light: 20 * MB },
})

/** A peer that knows the job, and of its inputs and lines what is given. */
function knowing(
  manifest = job,
  missing?: ReadonlyMap<Cid, number>,
  rates: ReadonlyMap<PeerId, number> = new Map(),
) {
  const brain = createBrain({ [ANN]: 1 })
  brain.happens({ kind: 'manifest', at_ms: NOON, cid: MANIFEST, manifest })
  if (missing !== undefined) brain.happens({ kind: 'inputs-measured', at_ms: NOON, missing, rates })
  return brain
}

describe('[L5] the time that fetching takes', () => {
  test('is what is missing by the measured rate', () => {
    const { state } = knowing(job, new Map([[MANIFEST, 20 * MB]]), new Map([[ANN, 5 * MB]]))
    expect(expectedFetchMs(state, MANIFEST, ANN)).toBe(4_000)
  })

  test('is nothing where all inputs are on disk, and for own jobs', () => {
    const { state } = knowing(job, new Map([[MANIFEST, 0]]))
    expect(expectedFetchMs(state, MANIFEST, ANN)).toBe(0)
    expect(expectedFetchMs(knowing().state, MANIFEST, ME)).toBe(0)
  })

  test('counts all of a job that was not looked at yet, at the rate of a usual line', () => {
    expect(expectedFetchMs(knowing().state, MANIFEST, ANN)).toBe(
      ((100 * MB) / RATE_UNKNOWN_BYTES_PER_S) * 1_000,
    )
    expect(expectedFetchMs(createBrain().state, MANIFEST, ANN)).toBe(0)
  })

  test('is no shorter than the user’s limit of the download allows', () => {
    const brain = knowing(job, new Map([[MANIFEST, 20 * MB]]), new Map([[ANN, 5 * MB]]))
    const limits = { cpu_percent: 100, download_bytes_per_s: MB }
    brain.happens({ kind: 'limits-set', at_ms: NOON, limits })
    expect(expectedFetchMs(brain.state, MANIFEST, ANN)).toBe(20_000)
  })

  test('of a part is that of the mean of all', () => {
    const split = manifestOf({
      requester_id: ANN,
      parts: cidOf('list'),
      unit_count: 10,
      parts_bytes: 40 * MB,
    })
    const { state } = knowing(split, new Map(), new Map([[ANN, 2 * MB]]))
    expect(expectedPartMs(state, MANIFEST, ANN)).toBe(2_000)
    expect(expectedPartMs(state, MANIFEST, ME)).toBe(0)
    expect(expectedPartMs(knowing().state, MANIFEST, ANN)).toBe(0)
  })

  test('stays finite whatever a requester says of sizes, and however slow its line is', () => {
    const huge = { ...job, input_bytes: { scene: Number.MAX_SAFE_INTEGER, other: 5 } }
    const { state } = knowing(huge, new Map(), new Map([[ANN, 0]]))
    expect(Number.isFinite(expectedFetchMs(state, MANIFEST, ANN))).toBe(true)
    expect(expectedFetchMs(state, MANIFEST, ANN)).toBeGreaterThan(0)
  })

  test('plans again when it changes', () => {
    const effects = knowing().happens({
      kind: 'inputs-measured',
      at_ms: NOON,
      missing: new Map([[MANIFEST, 1]]),
      rates: new Map(),
    })
    expect(ofKind(effects, 'allocation-due')).toHaveLength(1)
  })
})

test('[L5] a blob with two roles is fetched once, and one of unknown size counts as a mebibyte', () => {
  const twice = manifestOf({ inputs: { a: SCENE, b: SCENE, c: LIGHT }, input_bytes: { a: 7, b: 7 } })
  expect(inputBytes(twice, () => true)).toBe(7 + (1 << 20))
  expect(inputBytes(twice, (cid) => cid === SCENE)).toBe(7)
  expect(inputBytes(twice, () => false)).toBe(0)
})

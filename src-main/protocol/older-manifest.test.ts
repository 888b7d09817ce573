import { describe, expect, test } from 'vitest'
import { decodeCanonical, encodeCanonical } from './canonical.ts'
import { decodeManifest } from './job-manifest.ts'
import { MANIFEST_BYTES_MAX } from './limits.ts'
import { UnitLimits } from './unit-limits.ts'
import { JobManifest, SEALED } from './work.ts'

const CID = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'

/** A manifest as version 1.1.0 of `wasm.module` wrote it. */
const older = {
  job_id: 'job-1',
  requester_id: `12D3KooW${'A'.repeat(44)}`,
  description: 'letters',
  algorithm_id: 'wasm.module',
  algorithm_version: '1.1.0',
  params: { args: ['--map'], env: {}, seed: 9, limits: { fuel: 1_000 } },
  inputs: { module: CID },
  unit_count: 3,
  required_resources: { cpu_cores: 1, ram_gb: 1 },
  estimated_duration_seconds: 1,
  priority: 0.5,
  verification_redundancy: 2,
  created_at: '2026-11-22T12:00:00.000Z',
}

describe('[W40] a manifest of an older version', () => {
  test('is read as one of today: limits beside the parameters, and how its result is made', () => {
    const decoded = decodeManifest(encodeCanonical(older))
    expect(decoded).toMatchObject({
      ok: true,
      value: {
        algorithm_version: '1.2.0',
        params: { args: ['--map'], env: {}, seed: 9 },
        limits: UnitLimits.parse({ fuel: 1_000 }),
        result: 'joined',
      },
    })
    if (decoded.ok) expect(decoded.value.params).not.toHaveProperty('limits')
  })

  test('has the limits of that time by default', () => {
    const { limits: _limits, ...params } = older.params
    expect(JobManifest.parse({ ...older, params }).limits).toEqual(UnitLimits.parse({}))
  })

  test('that names a module to combine the outputs is reduced', () => {
    const params = { ...older.params, reduce: CID }
    expect(JobManifest.parse({ ...older, params })).toMatchObject({
      result: 'reduced',
      params: { reduce: CID },
    })
  })

  test('that is encrypted keeps the limits that it told openly', () => {
    const encryption = { scheme: SEALED, secrets: CID }
    const sealed = { ...older, description: '', params: { limits: { wall_ms: 5 } }, encryption }
    const decoded = decodeManifest(encodeCanonical({ encrypted: SEALED, job: sealed }))
    expect(decoded).toMatchObject({ ok: true, value: { params: {}, limits: { wall_ms: 5 } } })
  })

  test('with absurd limits is malformed, as it was', () => {
    for (const limits of ['all', null, { fuel: -1 }, { speed: 1 }]) {
      const bytes = encodeCanonical({ ...older, params: { limits } })
      expect(decodeCanonical(bytes, JobManifest, MANIFEST_BYTES_MAX)).toMatchObject({ ok: false })
    }
    for (const params of ['x', null, [1]]) {
      expect(JobManifest.safeParse({ ...older, params }).success).toBe(false)
    }
  })

  test('of another algorithm stays as it was written, and so does one of today', () => {
    const other = { ...older, algorithm_id: 'other.thing' }
    expect(JobManifest.parse(other)).toEqual(other)
    const now = {
      ...older,
      algorithm_version: '1.2.0',
      params: {},
      limits: UnitLimits.parse({}),
      result: 'joined',
    }
    expect(JobManifest.parse(now)).toEqual(now)
  })
})

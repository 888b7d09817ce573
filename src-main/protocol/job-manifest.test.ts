import { describe, expect, it } from 'vitest'
import { decodeCanonical, encodeCanonical } from './canonical.ts'
import type { Cid } from './ids.ts'
import { decodeManifest, encodeManifest, secretsOf, withSecrets } from './job-manifest.ts'
import { MANIFEST_BYTES_MAX } from './limits.ts'
import { JobManifest, SEALED } from './work.ts'

const CID = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy' as Cid

const plain = JobManifest.parse({
  job_id: 'job-1',
  requester_id: `12D3KooW${'A'.repeat(44)}`,
  description: 'my kitchen',
  algorithm_id: 'wasm.module',
  algorithm_version: '1',
  params: { args: ['--name', 'Smith'] },
  limits: { wall_ms: 5 },
  inputs: { data: CID },
  unit_count: 1,
  required_resources: { cpu_cores: 1, ram_gb: 1 },
  estimated_duration_seconds: 1,
  priority: 0.5,
  verification_redundancy: 2,
  created_at: '2026-11-22T12:00:00.000Z',
})
const encrypted: JobManifest = { ...plain, encryption: { scheme: SEALED, secrets: CID } }

describe('a manifest', () => {
  it('[J8] may name a price for a unit and a budget, in whole credits within bounds', () => {
    const priced = { ...plain, price_per_unit: 3, budget: 3_000 }
    expect(decodeManifest(encodeManifest(priced))).toEqual({ ok: true, value: priced })
    for (const wrong of [-1, 0.5, 1e9 + 1]) {
      expect(JobManifest.safeParse({ ...plain, price_per_unit: wrong }).success).toBe(false)
    }
    for (const wrong of [-1, 0.5, 1e15 + 1]) {
      expect(JobManifest.safeParse({ ...plain, budget: wrong }).success).toBe(false)
    }
  })

  it('[M27] of an encrypted job does not tell the shape of its picture', () => {
    const unit_grid = { columns: 10, rows: 8 }
    expect(decodeManifest(encodeManifest({ ...plain, unit_grid }))).toMatchObject({ value: { unit_grid } })
    const told = decodeManifest(encodeManifest({ ...encrypted, unit_grid }))
    expect(told).toMatchObject({ ok: true })
    expect(told).not.toHaveProperty('value.unit_grid')
  })

  it('[K3] of a plain job is written as ever', () => {
    expect(encodeManifest(plain)).toEqual(encodeCanonical(plain))
    expect(decodeManifest(encodeManifest(plain))).toEqual({ ok: true, value: plain })
  })

  it('[W38] whose result only a newer version can make is still read by a provider', () => {
    const newer = { ...plain, result: 'painted' }
    expect(decodeManifest(encodeManifest(newer))).toEqual({ ok: true, value: newer })
  })

  it('[W28] that lets a unit run for more than a day is refused in one line', () => {
    const limits = { ...plain.limits, wall_ms: 24 * 3_600_000 }
    const day = { ...plain, limits } as JobManifest
    expect(decodeManifest(encodeManifest(day)).ok).toBe(true)
    const longer = { ...plain, limits: { ...limits, wall_ms: limits.wall_ms + 1 } } as JobManifest
    const refused = decodeManifest(encodeManifest(longer))
    expect(refused).toMatchObject({ ok: false, fault: { kind: 'malformed' } })
    if (!refused.ok) expect(refused.fault.message).toMatch(/^[^\n]*wall_ms[^\n]*86400000[^\n]*$/)
  })

  it('[K3] of an encrypted job leaves out its name and parameters, but for what decides which providers take it', () => {
    const bytes = encodeManifest(encrypted)
    expect(Buffer.from(bytes).includes('kitchen')).toBe(false)
    expect(Buffer.from(bytes).includes('Smith')).toBe(false)
    const decoded = decodeManifest(bytes)
    expect(decoded).toMatchObject({
      ok: true,
      value: { description: '', params: {}, limits: { wall_ms: 5 } },
    })
    if (decoded.ok) expect(withSecrets(decoded.value, secretsOf(encrypted))).toEqual(encrypted)
  })

  it('[K3] of an encrypted job cannot be taken for a plain one by a peer that knows only those', () => {
    const bytes = encodeManifest(encrypted)
    expect(decodeCanonical(bytes, JobManifest, MANIFEST_BYTES_MAX)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed' },
    })
    // Nor does a requester pass one off as plain.
    expect(decodeManifest(encodeCanonical(encrypted))).toMatchObject({
      ok: false,
      fault: { kind: 'malformed' },
    })
  })

  it('[K3] that is encrypted in a way of a later version is refused in one clear line', () => {
    const later = encodeCanonical({ encrypted: 'sealed-2', work: { anything: 1 } })
    const decoded = decodeManifest(later)
    expect(decoded).toMatchObject({ ok: false, fault: { kind: 'unsupported' } })
    if (!decoded.ok) expect(decoded.fault.message).toContain("'sealed-2'")
    const broken = decodeManifest(encodeCanonical({ encrypted: SEALED, job: plain }))
    expect(broken).toMatchObject({ ok: false, fault: { kind: 'malformed' } })
  })

  it('[K3] keeps what was told openly, whatever its secrets say', () => {
    const decoded = withSecrets(encrypted, {
      description: 'x',
      params: { seed: 1 },
    })
    expect(decoded.params).toMatchObject({ args: ['--name', 'Smith'], seed: 1 })
    const hostile = withSecrets(encrypted, { description: 'x', params: { args: ['--other'] } })
    expect(hostile.params).toEqual(encrypted.params)
  })
})

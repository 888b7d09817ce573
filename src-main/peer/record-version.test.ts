import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { encodeCanonical } from '../protocol/canonical.ts'
import { LENT_LIMITS, UnitLimits } from '../protocol/unit-limits.ts'
import { createBrain, manifestCidOf, manifestOf, ME, NOON, peerOf, submit } from './brain.fixture.ts'
import { decodeEvent, encodeEvent, encodeState } from './codec.ts'
import { isDurable } from './event.ts'
import { decodeVersioned, encodeVersioned, RECORD_VERSION } from './record-version.ts'
import { EVENT_UPGRADES } from './upgrades.ts'

/** The same record as a program before versions wrote it. */
const asVersion1 = (record: Uint8Array): Uint8Array => record.slice(2)

describe('[Y8] what a peer wrote down', () => {
  test('by the release before versions is read as it was', () => {
    const brain = createBrain({ [peerOf('A')]: 0.5 })
    submit(brain, manifestOf())
    for (const event of brain.journal.filter(isDurable)) {
      expect(decodeEvent(asVersion1(encodeEvent(event)))).toEqual({ ok: true, value: event })
    }
  })

  test('by a newer program is refused, and says so', () => {
    const record = encodeEvent({ kind: 'named', at_ms: NOON, name: 'me' })
    record[1] = RECORD_VERSION + 1
    expect(decodeEvent(record)).toMatchObject({ ok: false, fault: { kind: 'unsupported' } })
  })

  test('in this release is refused by the one before, which would drop the limits of a unit', () => {
    const brain = createBrain({ [peerOf('A')]: 0.5 })
    submit(brain, manifestOf({ limits: UnitLimits.parse({}), result: 'reduced' }))
    for (const record of [...brain.journal.filter(isDurable).map(encodeEvent), encodeState(brain.state)]) {
      const refused = { ok: false, fault: { kind: 'unsupported' } }
      expect(decodeVersioned(record, z.unknown(), 1 << 20, EVENT_UPGRADES, 2)).toMatchObject(refused)
    }
  })

  test('by the release before manifests had limits is read with the limits of a unit', () => {
    const { limits: _limits, result: _result, ...fields } = manifestOf({ algorithm_id: 'wasm.module' })
    const manifest = { ...fields, algorithm_version: '1.1.0', params: { limits: { fuel: 9 } } }
    const event = { kind: 'job-submitted', at_ms: NOON, manifest, manifest_cid: manifestCidOf('job') }
    expect(decodeEvent(encodeVersioned(event, 2))).toMatchObject({
      ok: true,
      value: { manifest: { algorithm_version: '1.2.0', limits: { fuel: 9 }, result: 'joined', params: {} } },
    })
  })

  test('by version 6 held limits that its user had changed: those are the set ones', () => {
    const limits = { ...LENT_LIMITS, wall_ms: 60_000 }
    expect(decodeEvent(encodeVersioned({ kind: 'lending-set', at_ms: NOON, limits }, 6))).toEqual({
      ok: true,
      value: { kind: 'lending-set', at_ms: NOON, limits: { wall_ms: 60_000 } },
    })
  })

  test('in this release can be read by the next, through its upgrade', () => {
    const Next = z.object({ kind: z.literal('named'), at_ms: z.number(), names: z.array(z.string()) })
    const upgrade = (value: unknown) => {
      const { name, ...rest } = value as { name: string }
      return { ...rest, names: [name] }
    }
    const next = RECORD_VERSION + 1
    const upgrades = new Map([...EVENT_UPGRADES, [RECORD_VERSION, upgrade] as const])
    const now = encodeEvent({ kind: 'named', at_ms: NOON, name: 'me' })
    const expected = { ok: true, value: { kind: 'named', at_ms: NOON, names: ['me'] } }
    expect(decodeVersioned(now, Next, 1_000, upgrades, next)).toEqual(expected)
    expect(decodeVersioned(asVersion1(now), Next, 1_000, upgrades, next)).toEqual(expected)
    expect(decodeVersioned(now, Next, 1_000, EVENT_UPGRADES, next)).toMatchObject({
      fault: { kind: 'unsupported' },
    })
  })

  test('has one encoding of each version, and none that is too large or none at all', () => {
    expect(decodeVersioned(encodeVersioned({ a: 1 }), z.object({ a: z.int() }), 100, EVENT_UPGRADES)).toEqual(
      {
        ok: true,
        value: { a: 1 },
      },
    )
    for (const record of [new Uint8Array(), new Uint8Array([0x4d]), new Uint8Array([0x4d, RECORD_VERSION])]) {
      expect(decodeEvent(record)).toMatchObject({ ok: false })
    }
    const large = encodeVersioned({ me: ME, padding: 'x'.repeat(200) })
    expect(decodeVersioned(large, z.unknown(), 100, EVENT_UPGRADES)).toMatchObject({
      fault: { kind: 'oversized' },
    })
    expect(Buffer.from(encodeVersioned({ b: 1, a: 2 }).slice(2))).toEqual(
      Buffer.from(encodeCanonical({ a: 2, b: 1 })),
    )
  })
})

import { describe, expect, test } from 'vitest'
import { restore } from '../../runtime/restore.ts'
import { ME } from '../brain.fixture.ts'
import { decodeEvent } from '../codec.ts'
import { DurableEvent } from '../event.ts'
import { RECORD_VERSION } from '../record-version.ts'
import { goldens, summaryOf, type Golden } from './golden.fixture.ts'
import { STORY } from './story.fixture.ts'

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'))

/** The state of a journal that has its snapshot, or has none. */
function opened({ records, snapshot }: Golden, hasSnapshot: boolean) {
  const { after, parts } = snapshot
  return restore(
    {
      latestSnapshot: () => (hasSnapshot ? { sequence: after, parts: parts.map(bytesOf) } : undefined),
      *readAfter(sequence) {
        for (const [at, record] of records.entries()) {
          if (at >= sequence) yield { sequence: at + 1, bytes: bytesOf(record) }
        }
      },
    },
    ME,
    'me',
  )
}

describe.each(goldens())('[Y8] the golden journal of version $version', (golden) => {
  test.each([true, false])('opens with all that the peer knew (by its snapshot: %s)', (hasSnapshot) => {
    const { state, sequence } = opened(golden, hasSnapshot)
    expect(sequence).toBe(golden.records.length)
    expect(summaryOf(state, golden.version)).toEqual(golden.summary)
  })

  test('has records that read as they were', () => {
    const kinds = golden.records.map((record) => {
      const event = decodeEvent(bytesOf(record))
      if (!event.ok) throw new Error(event.fault.message)
      return event.value.kind
    })
    expect(STORY.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds))
  })
})

test('[Y8] the version that is written has a golden journal, with every kind of event', () => {
  const newest = goldens().at(-1)
  expect(newest.version).toBe(RECORD_VERSION)
  const told = new Set(STORY.map(({ kind }) => kind))
  expect(DurableEvent.options.map(({ shape }) => shape.kind.value).filter((kind) => !told.has(kind))).toEqual(
    [],
  )
  expect(newest.records).toHaveLength(STORY.length)
})

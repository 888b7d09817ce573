import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createIdentity } from '../network/identity/identity.ts'
import { decodeEvent, encodeEvent } from '../peer/codec.ts'
import { initialState } from '../peer/state.ts'
import { encodeStateParts } from '../peer/state-parts.ts'
import { JobId } from '../protocol/ids.ts'
import type { TurnClock } from '../ports/clock.ts'
import type { Journal } from '../ports/journal.ts'
import { refuse } from '../protocol/fault.ts'
import { createMemoryDisk, openMemoryJournal } from '../storage/journal/memory-journal.ts'
import { createEventLoop, type WorldEffect } from './event-loop.ts'
import { restore } from './restore.ts'

const me = createIdentity(randomBytes(32)).peer
const named = (name: string) => ({ kind: 'named', at_ms: 1, name }) as const

/** A clock that stands still unless it is set. */
function standingClock() {
  const due: (() => void)[] = []
  const waits: number[] = []
  const clock = {
    ms: 1_000,
    nowMs: () => clock.ms,
    after: (delayMs: number, callback: () => void) => {
      waits.push(delayMs)
      due.push(callback)
      return () => undefined
    },
    soon: (callback: () => void) => void setImmediate(callback),
  }
  return { clock, waits, ring: () => due.splice(0).forEach((callback) => callback()) }
}

function loopOver(journal: Journal, clock: TurnClock = standingClock().clock) {
  const performed: { effect: WorldEffect['kind']; records: number }[] = []
  const fatal: unknown[] = []
  const stalls: unknown[] = []
  const { state, sequence } = restore(journal, me, 'new')
  const loop = createEventLoop({
    clock,
    journal,
    state,
    sequence,
    perform: (effects) => {
      for (const { kind } of effects)
        performed.push({ effect: kind, records: [...journal.readAfter(0)].length })
    },
    observe: () => undefined,
    stalled: (by) => stalls.push(by?.kind),
    fatal: (error) => fatal.push(error),
  })
  return { loop, performed, fatal, stalls }
}

describe('the event loop', () => {
  it('[P3] holds an event in the journal before any of its effects is performed', async () => {
    const { loop, performed } = loopOver(openMemoryJournal(createMemoryDisk()))
    await loop.dispatch({ kind: 'started', at_ms: 1 })
    expect(performed.map(({ effect }) => effect)).toContain('commitment-changed')
    expect(performed.every(({ records }) => records === 1)).toBe(true)
  })

  it('[P3] writes all events that wait in one append, in their order', async () => {
    const journal = openMemoryJournal(createMemoryDisk())
    const appends: number[] = []
    const counting: Journal = {
      ...journal,
      append: (records) => {
        appends.push(records.length)
        return journal.append(records)
      },
    }
    const { loop } = loopOver(counting)
    await Promise.all(['a', 'b', 'c'].map((name) => loop.dispatch(named(name))))
    expect(appends).toEqual([3])
    const names = [...journal.readAfter(0)].map(({ bytes }) => decodeEvent(bytes))
    expect(names.map((n) => (n.ok && n.value.kind === 'named' ? n.value.name : ''))).toEqual(['a', 'b', 'c'])
  })

  it('[P7] gathers events after a flush for as long as that took, at most 10 ms; the first waits for nothing', async () => {
    const journal = openMemoryJournal(createMemoryDisk())
    const { clock, waits, ring } = standingClock()
    const appends: number[] = []
    let flushMs = 4
    const slow: Journal = {
      ...journal,
      append: (records) => {
        clock.ms += flushMs
        appends.push(records.length)
        return journal.append(records)
      },
    }
    const { loop } = loopOver(slow, clock)
    await loop.dispatch(named('a'))
    expect(waits).toEqual([])
    flushMs = 500
    const first = loop.dispatch(named('b'))
    await new Promise((resolve) => setImmediate(resolve))
    const second = loop.dispatch(named('c'))
    expect([waits, appends]).toEqual([[4], [1]])
    clock.ms += 4
    ring()
    await Promise.all([first, second])
    expect(appends).toEqual([1, 2])
    // However slow the flush was, and wherever the clock was set meanwhile.
    clock.ms -= 3_600_000
    const third = loop.dispatch(named('d'))
    expect(waits).toEqual([4, 10])
    ring()
    await third
    clock.ms += 3_600_000
    await loop.dispatch(named('e'))
    expect([waits, appends]).toEqual([
      [4, 10],
      [1, 2, 1, 1],
    ])
  })

  it('[P3] performs nothing and takes no more when the journal cannot be written', async () => {
    const journal = openMemoryJournal(createMemoryDisk())
    const full: Journal = {
      ...journal,
      append: () => {
        throw new Error('disk full')
      },
    }
    const { loop, performed, fatal } = loopOver(full)
    await expect(loop.dispatch({ kind: 'started', at_ms: 1 })).rejects.toThrow('disk full')
    expect(performed).toEqual([])
    expect(fatal).toHaveLength(1)
    await expect(loop.dispatch(named('later'))).rejects.toThrow('disk full')
  })

  it('[Y11] holds what the disk has no room for, performs none of it, and goes on with nothing lost', async () => {
    const journal = openMemoryJournal(createMemoryDisk())
    let isFull = true
    const full: Journal = {
      ...journal,
      append: (records) => (isFull ? refuse('disk-full', 'the disk is full') : journal.append(records)),
    }
    const { clock, ring } = standingClock()
    const { loop, performed, fatal, stalls } = loopOver(full, clock)
    const started = loop.dispatch({ kind: 'started', at_ms: 1 })
    await new Promise((resolve) => setImmediate(resolve))
    const later = loop.dispatch(named('later'))
    // Ticks come again by themselves, so they are not queued: a disk may be full for days.
    for (let i = 0; i < 200_000; i++) await loop.dispatch({ kind: 'tick', at_ms: 2 })
    ring()
    ring()
    expect([performed, fatal, stalls, loop.stalledBy()?.kind]).toEqual([[], [], ['disk-full'], 'disk-full'])
    isFull = false
    ring()
    await started
    expect(performed.map(({ effect }) => effect)).toContain('commitment-changed')
    await later
    expect([...journal.readAfter(0)]).toHaveLength(2)
    expect([stalls, loop.stalledBy()]).toEqual([['disk-full', undefined], undefined])
  })

  it('[Y11] that is stopped while the disk is full tells waiting callers that nothing happened', async () => {
    const journal = openMemoryJournal(createMemoryDisk())
    const full: Journal = { ...journal, append: () => refuse('disk-full', 'the disk is full') }
    const { loop, performed, fatal } = loopOver(full)
    const rejected = [named('a'), named('b')].map((event) =>
      expect(loop.dispatch(event)).rejects.toThrow('stopped'),
    )
    await new Promise((resolve) => setImmediate(resolve))
    rejected.push(expect(loop.dispatch(named('c'))).rejects.toThrow('stopped'))
    loop.stop()
    await Promise.all(rejected)
    expect([performed, fatal, [...journal.readAfter(0)], journal.latestSnapshot()]).toEqual([
      [],
      [],
      [],
      undefined,
    ])
  })

  it('[P12] tells observers of each turn once, when its effects are under way, also of one without news', async () => {
    const journal = openMemoryJournal(createMemoryDisk())
    const { state, sequence } = restore(journal, me, 'new')
    const order: unknown[] = []
    const loop = createEventLoop({
      clock: standingClock().clock,
      journal: {
        ...journal,
        append: (records) => {
          order.push('flush')
          return journal.append(records)
        },
      },
      state,
      sequence,
      perform: () => order.push('perform'),
      observe: (notices) => order.push(notices),
      fatal: (error) => {
        throw error
      },
    })
    await Promise.all([loop.dispatch({ kind: 'started', at_ms: 1 }), loop.dispatch(named('Studio PC'))])
    expect(order.splice(0)).toEqual(['flush', 'perform', [{ kind: 'started' }]])
    await loop.dispatch(named('Studio'))
    expect(order.splice(0)).toEqual(['flush', 'perform', []])
    await loop.dispatch({ kind: 'tick', at_ms: 2 })
    expect(order).toEqual(['perform', [{ kind: 'ticked', atMs: 2 }]])
  })

  it('[P2] a stop saves a snapshot, and the next start has the same state', async () => {
    const disk = createMemoryDisk()
    const { loop } = loopOver(openMemoryJournal(disk))
    await loop.dispatch({ kind: 'started', at_ms: 1 })
    await loop.dispatch(named('Studio PC'))
    loop.stop()
    expect(disk.snapshots).toHaveLength(1)
    const again = restore(openMemoryJournal(disk), me, 'ignored')
    expect(again.state.name).toBe('Studio PC')
    expect(again.state.epoch).toBe(1)
    expect(again.sequence).toBe(2)
  })

  it('[P3] what waits at a stop is journaled, and what its effects bring is not taken any more', async () => {
    const journal = openMemoryJournal(createMemoryDisk())
    const { state, sequence } = restore(journal, me, 'new')
    const late: Promise<void>[] = []
    const loop = createEventLoop({
      clock: standingClock().clock,
      journal,
      state,
      sequence,
      perform: () => late.push(loop.dispatch(named('too late'))),
      observe: () => undefined,
      fatal: (error) => {
        throw error
      },
    })
    const waiting = loop.dispatch({ kind: 'started', at_ms: 1 })
    loop.stop()
    journal.close()
    await waiting
    expect(late).toHaveLength(1)
    await expect(late[0]).rejects.toThrow('stopped')
    await new Promise((resolve) => setImmediate(resolve))
    expect(loop.state.epoch).toBe(1)
  })

  it('[P2] a data folder of another peer is refused, never taken over', async () => {
    const disk = createMemoryDisk()
    const { loop } = loopOver(openMemoryJournal(disk))
    await loop.dispatch({ kind: 'started', at_ms: 1 })
    loop.stop()
    const stranger = createIdentity(randomBytes(32)).peer
    expect(() => restore(openMemoryJournal(disk), stranger, 'x')).toThrow(/belongs to/)
  })

  it('[P2] a record that this program does not understand stops the start with its number', () => {
    const journal = openMemoryJournal(createMemoryDisk())
    journal.append([{ bytes: new Uint8Array([0xa0]) }])
    expect(() => restore(journal, me, 'x')).toThrow(/journal record 1/)
    expect(initialState(me, 'x').epoch).toBe(0)
  })
})

it('[P8] drops what snapshots have replaced in the turns that follow, a piece in each', async () => {
  const disk = createMemoryDisk()
  const journal = openMemoryJournal(disk)
  for (let at_ms = 1; at_ms <= 12; at_ms++)
    journal.append([{ bytes: encodeEvent({ kind: 'started', at_ms }) }])
  for (const sequence of [9, 10]) {
    const { state } = restore(openMemoryJournal(disk), me, 'x')
    journal.saveSnapshot({ sequence, parts: [...encodeStateParts(state)] })
  }
  const { loop } = loopOver(journal)
  const firsts: number[] = []
  for (let at_ms = 20; at_ms < 24; at_ms++) {
    await loop.dispatch({ kind: 'tick', at_ms })
    firsts.push(disk.firstSequence)
  }
  expect(firsts).toEqual([4, 7, 10, 10])
})

it('[P8] saves a snapshot after so many bytes of records, however few they are', async () => {
  const journal = openMemoryJournal(createMemoryDisk())
  const saved: number[] = []
  const watched: Journal = {
    ...journal,
    saveSnapshot: (snapshot) => {
      saved.push(snapshot.sequence)
      journal.saveSnapshot(snapshot)
    },
  }
  const { loop } = loopOver(watched)
  const fault = { kind: 'unit-failed', message: 'x'.repeat(2_000) } as const
  const receipts = Array.from({ length: 1_024 }, (_, unit_index) => ({
    unit_index,
    attempt: 1,
    outcome: { kind: 'fault', fault } as const,
  }))
  const event = {
    kind: 'results-received',
    at_ms: 1,
    from: me,
    job_id: JobId.parse('none'),
    receipts,
  } as const
  for (let i = 0; i < 20; i++) await loop.dispatch({ ...event, receipts: [...receipts] })
  expect(saved.length).toBeGreaterThanOrEqual(2)
  expect([...journal.readAfter(Math.max(...saved))].length).toBeLessThan(9)
})

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { JobId } from '../protocol/ids.ts'
import type { EvidenceMark } from './evidence.ts'
import type { Journal, NewRecord, Snapshot } from './journal.ts'

/** Where a journal under test lives: opened again and again, and damaged in between. */
export interface JournalPlace {
  /** Opens the journal, by default with the usual bound on evidence; the one opened before has been closed. */
  open(evidenceBytesMax?: number): Journal
  /** Changes one byte of a stored record; only while the journal is closed. */
  damageRecord(sequence: number): void
  /** Changes one byte of a stored snapshot; only while the journal is closed. */
  damageSnapshot(sequence: number): void
  dispose(): void
}

/** The promises of every journal. Call it in a test file of the implementation. */
export function journalContract(name: string, createPlace: () => JournalPlace): void {
  describe(`journal contract: ${name}`, () => {
    let place: JournalPlace
    let journal: Journal
    beforeEach(() => {
      place = createPlace()
      journal = place.open()
    })
    afterEach(() => {
      journal.close()
      place.dispose()
    })
    const reopen = (damage?: () => void) => {
      journal.close()
      damage?.()
      journal = place.open()
    }
    const pruneAll = () => {
      for (let pieces = 0; journal.prune(); pieces++) expect(pieces).toBeLessThan(100)
    }
    const contents = (after = 0) =>
      [...journal.readAfter(after)].map((record) => [record.sequence, text(record)])

    test('an empty journal has no records and no snapshot', () => {
      expect(contents()).toEqual([])
      expect(journal.latestSnapshot()).toBeUndefined()
      expect(journal.append([])).toBe(0)
    })

    test('records are numbered from 1 without gaps and read in order', () => {
      expect(journal.append([record('a')])).toBe(1)
      expect(journal.append([record('b'), record('c')])).toBe(3)
      expect(contents()).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ])
      expect(contents(2)).toEqual([[3, 'c']])
      expect(contents(3)).toEqual([])
    })

    test('records and numbering survive a restart', () => {
      journal.append([record('a'), record('b')])
      reopen()
      expect(journal.append([record('c')])).toBe(3)
      expect(contents()).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ])
    })

    test('any records come back byte for byte, however they were grouped', () => {
      const groups = fc.array(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), { maxLength: 5 })
      fc.assert(
        fc.property(groups, (appended) => {
          const before = journal.append([])
          for (const group of appended) journal.append(group.map((one) => ({ bytes: one })))
          const read = [...journal.readAfter(before)].map((record) => Buffer.from(record.bytes))
          expect(read).toEqual(appended.flat().map((record) => Buffer.from(record)))
        }),
        { numRuns: 30 },
      )
    })

    test('a journal may be appended to while it is read', () => {
      journal.append(Array.from({ length: 600 }, (_, i) => record(`${i}`)))
      const reading = journal.readAfter(0)
      expect(reading.next().value).toMatchObject({ sequence: 1 })
      expect(journal.append([record('more')])).toBe(601)
      expect([...reading].length).toBeGreaterThanOrEqual(599)
    })

    test('the newest snapshot is the one restored', () => {
      journal.append([record('a'), record('b'), record('c')])
      journal.saveSnapshot(snapshot(1, 'after a'))
      journal.saveSnapshot(snapshot(3, 'after c'))
      reopen()
      expect(savedText(journal.latestSnapshot())).toBe('3: after c')
    })

    test('numbering goes on after a snapshot of everything', () => {
      journal.append([record('a'), record('b')])
      journal.saveSnapshot(snapshot(2, 'all'))
      journal.saveSnapshot(snapshot(2, 'all, again'))
      reopen()
      expect(savedText(journal.latestSnapshot())).toBe('2: all, again')
      expect(journal.append([record('c')])).toBe(3)
      expect(contents(2)).toEqual([[3, 'c']])
    })

    test('records that no kept snapshot needs are dropped, the others stay', () => {
      journal.append(['a', 'b', 'c', 'd'].map(record))
      journal.saveSnapshot(snapshot(1, 'one'))
      expect(contents().length).toBe(4)
      journal.saveSnapshot(snapshot(2, 'two'))
      journal.saveSnapshot(snapshot(3, 'three'))
      pruneAll()
      expect(contents()).toEqual([])
      expect(contents(2)).toEqual([
        [3, 'c'],
        [4, 'd'],
      ])
    })

    test('dropping them in pieces may be cut off after any of them, and goes on', () => {
      const all = Array.from({ length: 20 }, (_, i) => String(i + 1))
      journal.append(all.map(record))
      expect(journal.prune()).toBe(false)
      journal.saveSnapshot(snapshot(19, 'older'))
      expect(journal.prune()).toBe(false)
      journal.saveSnapshot(snapshot(20, 'newer'))
      for (let pieces = 1; journal.prune(); pieces++) {
        expect(pieces).toBeLessThan(20)
        reopen()
        expect(savedText(journal.latestSnapshot())).toBe('20: newer')
        expect(contents(19)).toEqual([[20, '20']])
      }
      reopen()
      expect(journal.prune()).toBe(false)
      expect(contents()).toEqual([])
      expect(contents(19)).toEqual([[20, '20']])
    })

    test('a damaged last record is cut, and its number given to the next', () => {
      journal.append(['a', 'b', 'c'].map(record))
      reopen(() => place.damageRecord(3))
      expect(contents()).toEqual([
        [1, 'a'],
        [2, 'b'],
      ])
      expect(journal.append([record('d')])).toBe(3)
      reopen()
      expect(contents(2)).toEqual([[3, 'd']])
    })

    test('[Y9] a damaged record with intact ones after it stops the opening, and nothing is changed', () => {
      journal.append(['a', 'b', 'c', 'd'].map(record))
      expect(() => reopen(() => place.damageRecord(2))).toThrow(/record 2 is damaged, and 2 after it/)
      // Damaging the same byte again mends it.
      reopen(() => place.damageRecord(2))
      expect(contents()).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
        [4, 'd'],
      ])
    })

    test('a damaged first record leaves an empty journal, not a broken one', () => {
      journal.append([record('a')])
      reopen(() => place.damageRecord(1))
      expect(contents()).toEqual([])
      expect(journal.append([record('b')])).toBe(1)
    })

    test('a damaged snapshot is passed over for the older one, whose records are all there', () => {
      journal.append(['a', 'b', 'c'].map(record))
      journal.saveSnapshot(snapshot(1, 'one'))
      journal.saveSnapshot(snapshot(2, 'two'))
      reopen(() => place.damageSnapshot(2))
      expect(savedText(journal.latestSnapshot())).toBe('1: one')
      expect(contents(1)).toEqual([
        [2, 'b'],
        [3, 'c'],
      ])
    })

    test('a damaged only snapshot leaves the whole history', () => {
      journal.append(['a', 'b'].map(record))
      journal.saveSnapshot(snapshot(2, 'two'))
      reopen(() => place.damageSnapshot(2))
      expect(journal.latestSnapshot()).toBeUndefined()
      expect(contents()).toEqual([
        [1, 'a'],
        [2, 'b'],
      ])
      expect(journal.append([record('c')])).toBe(3)
    })

    test('a damaged tail behind a snapshot costs the tail only', () => {
      journal.append(['a', 'b', 'c'].map(record))
      journal.saveSnapshot(snapshot(1, 'one'))
      journal.saveSnapshot(snapshot(2, 'two'))
      reopen(() => place.damageRecord(3))
      expect(savedText(journal.latestSnapshot())).toBe('2: two')
      expect(contents(2)).toEqual([])
      expect(journal.append([record('d')])).toBe(3)
    })

    test('when both snapshots are damaged and their records gone, opening refuses: a peer must not forget', () => {
      journal.append(['a', 'b', 'c'].map(record))
      journal.saveSnapshot(snapshot(1, 'one'))
      journal.saveSnapshot(snapshot(2, 'two'))
      pruneAll()
      expect(() =>
        reopen(() => {
          place.damageSnapshot(1)
          place.damageSnapshot(2)
        }),
      ).toThrow()
    })

    test('a snapshot that is not finished is none: the older one stays, and the records after it', () => {
      journal.append(['a', 'b', 'c'].map(record))
      journal.saveSnapshot(snapshot(1, 'the older one'))
      const half = function* () {
        yield bytes('half of ')
        throw new Error('the power is gone')
      }
      for (const sequence of [1, 2]) {
        expect(() => journal.saveSnapshot({ sequence, parts: half() })).toThrow('the power is gone')
        expect(savedText(journal.latestSnapshot())).toBe('1: the older one')
      }
      reopen()
      expect(savedText(journal.latestSnapshot())).toBe('1: the older one')
      expect(contents(1)).toEqual([
        [2, 'b'],
        [3, 'c'],
      ])
      journal.saveSnapshot(snapshot(2, 'the newer one'))
      expect(savedText(journal.latestSnapshot())).toBe('2: the newer one')
    })

    test('a snapshot of many parts comes back whole', () => {
      journal.append([record('a')])
      const content = Array.from({ length: 3_000 }, (_, i) => `${i} `).join('')
      journal.saveSnapshot(snapshot(1, content))
      reopen()
      expect(savedText(journal.latestSnapshot())).toBe(`1: ${content}`)
    })

    describe('[J3] records that are evidence', () => {
      const [ONE, TWO] = [JobId.parse('one'), JobId.parse('two')]
      const mark = (job: JobId, content: string, atMs = 5): NewRecord => ({
        bytes: bytes(content),
        evidence: { job, atMs } satisfies EvidenceMark,
      })
      const told = (job = ONE, after = 0, limit = 100) =>
        journal.evidence.ofJob(job, { after, limit }).map((one) => `${one.sequence} ${one.atMs} ${text(one)}`)
      /** Drops all records but the last one. */
      const prune = (last: number) => {
        journal.saveSnapshot(snapshot(last - 1, 'before'))
        journal.saveSnapshot(snapshot(last, 'after'))
        pruneAll()
      }

      test('are read by their job, in order, before and after the journal drops them, over a restart', () => {
        journal.append([record('a'), mark(ONE, 'b', 7), mark(TWO, 'c'), mark(ONE, 'd'), mark(ONE, 'e')])
        const all = ['2 7 b', '4 5 d', '5 5 e']
        expect(told()).toEqual(all)
        expect(journal.evidence.kept()).toEqual({ records: 0, bytes: 0 })
        prune(5)
        expect(contents()).toEqual([])
        expect(contents(4)).toEqual([[5, 'e']])
        expect(journal.evidence.kept()).toEqual({ records: 3, bytes: 3 })
        expect(told()).toEqual(all)
        reopen()
        expect(told()).toEqual(all)
        expect(told(TWO)).toEqual(['3 5 c'])
        expect(told(JobId.parse('none'))).toEqual([])
        expect(journal.evidence.kept()).toEqual({ records: 3, bytes: 3 })
        expect(journal.append([mark(ONE, 'f')])).toBe(6)
        expect(told()).toEqual([...all, '6 5 f'])
      })

      test('are read in pages, across what the journal has dropped and what it has', () => {
        journal.append(['a', 'b', 'c', 'd', 'e'].map((content) => mark(ONE, content)))
        prune(4)
        expect(told(ONE, 0, 2)).toEqual(['1 5 a', '2 5 b'])
        expect(told(ONE, 2, 2)).toEqual(['3 5 c', '4 5 d'])
        expect(told(ONE, 4, 2)).toEqual(['5 5 e'])
        expect(told(ONE, 5, 2)).toEqual([])
      })

      test('are dropped beyond their bound, the oldest first', () => {
        journal.close()
        journal = place.open(10)
        journal.append(['aaaa', 'bbbb', 'cccc', 'dd'].map((content) => mark(ONE, content)))
        journal.append([record('last')])
        prune(5)
        expect(told()).toEqual(['2 5 bbbb', '3 5 cccc', '4 5 dd'])
        expect(journal.evidence.kept()).toEqual({ records: 3, bytes: 10 })
        journal.append([mark(TWO, 'x'.repeat(11)), record('last')])
        prune(7)
        expect(told()).toEqual([])
        expect(journal.evidence.kept()).toEqual({ records: 0, bytes: 0 })
      })

      test('stay in the journal alone where a snapshot is not finished', () => {
        journal.append([mark(ONE, 'a'), mark(ONE, 'b'), record('c')])
        journal.saveSnapshot(snapshot(1, 'one'))
        const half = function* () {
          yield bytes('half of ')
          throw new Error('the power is gone')
        }
        expect(() => journal.saveSnapshot({ sequence: 2, parts: half() })).toThrow('the power is gone')
        expect(told()).toEqual(['1 5 a', '2 5 b'])
        expect(journal.evidence.kept()).toEqual({ records: 0, bytes: 0 })
      })

      test('are neither lost nor doubled, however records and snapshots follow one another', () => {
        const steps = fc.array(
          fc.oneof(
            fc.record({ job: fc.constantFrom(undefined, ONE, TWO), content: fc.string({ maxLength: 9 }) }),
            fc.constant('snapshot' as const),
            fc.constant('prune' as const),
            fc.constant('restart' as const),
          ),
          { maxLength: 40 },
        )
        fc.assert(
          fc.property(steps, (taken) => {
            const before = journal.append([])
            const expected: string[] = []
            for (const one of taken) {
              const last = journal.append([])
              if (one === 'restart') reopen()
              else if (one === 'prune') journal.prune()
              else if (one === 'snapshot') journal.saveSnapshot(snapshot(last, 'all'))
              else if (one.job === undefined) journal.append([record(one.content)])
              else {
                journal.append([mark(one.job, one.content)])
                if (one.job === ONE) expected.push(`${last + 1} 5 ${one.content}`)
              }
            }
            expect(told(ONE, before)).toEqual(expected)
          }),
          { numRuns: 25 },
        )
      })
    })

    test('a snapshot of what is not in the journal, or older than the newest, is a defect', () => {
      journal.append(['a', 'b'].map(record))
      expect(() => journal.saveSnapshot(snapshot(3, 'future'))).toThrow('broken promise')
      journal.saveSnapshot(snapshot(2, 'two'))
      expect(() => journal.saveSnapshot(snapshot(1, 'one'))).toThrow('broken promise')
    })
  })
}

function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}

function record(content: string): NewRecord {
  return { bytes: bytes(content) }
}

function text({ bytes }: { bytes: Uint8Array }): string {
  return new TextDecoder().decode(bytes)
}

/** In parts of three bytes, and one at least. */
function snapshot(sequence: number, content: string): Snapshot {
  const parts: Uint8Array[] = []
  for (let at = 0; at === 0 || at < content.length; at += 3) parts.push(bytes(content.slice(at, at + 3)))
  return { sequence, parts }
}

function savedText(saved: Snapshot | undefined): string | undefined {
  return saved && `${saved.sequence}: ${text({ bytes: Buffer.concat([...saved.parts]) })}`
}

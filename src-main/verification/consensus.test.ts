import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EngineId } from '../protocol/engine.ts'
import type { Cid, PeerId, UnitId } from '../protocol/ids.ts'
import type { Likeness } from '../protocol/likeness.ts'
import { REDUNDANCY_MAX } from '../protocol/limits.ts'
import { VerificationConsensus, type WorkResult } from '../protocol/result.ts'
import { toTimestamp } from '../protocol/time.ts'
import { toConsensus, type UnitResult } from './consensus.ts'
import { judge, quorumOf } from './majority.fixture.ts'

function peer(number: number): PeerId {
  return `12D3KooW${'z'.repeat(42)}${'ABCDEFGHJK'[Math.floor(number / 10)]}${'ABCDEFGHJK'[number % 10]}` as PeerId
}

function output(name: string): Cid {
  return `bafkrei${name.padStart(52, 'a')}` as Cid
}

/** One result from each of as many peers as there are letters; equal letters are equal outputs. */
function results(outputs: string): UnitResult[] {
  return Array.from(outputs, (letter, i) => ({ peer: peer(i), attempt: i + 1, output: output(letter) }))
}

/** The outputs named by letters, each alike to itself and in the pairs named. */
function likenessOf(letters: string, pairs: readonly string[]): Likeness {
  const names = Array.from(letters)
  const isPair = (a: string, b: string) => a === b || pairs.includes(a + b) || pairs.includes(b + a)
  return {
    candidates: names.map(output),
    alike: names.map((a) => names.map((b) => isPair(a, b))),
  }
}

const redundancies = fc.integer({ min: 1, max: REDUNDANCY_MAX })
const outputs = fc.string({ unit: fc.constantFrom('b', 'c', 'd'), maxLength: 30 })
const RUNS = { numRuns: 500 }

function votesFor(of: readonly UnitResult[], cid: Cid): number {
  return of.filter((result) => result.output === cid).length
}

describe('consensus', () => {
  test('[V1] a quorum is the majority of the redundancy; of two it is both', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map(quorumOf)).toEqual([1, 2, 2, 3, 3, 4, 4])
  })

  test('[V2] an output wins exactly with a quorum and more votes than any other', () => {
    fc.assert(
      fc.property(redundancies, outputs, (redundancy, letters) => {
        const all = results(letters)
        const verdict = judge({ redundancy, results: all })
        const counts = ['b', 'c', 'd'].map((letter) => votesFor(all, output(letter)))
        const [most = 0, second = 0] = counts.sort((x, y) => y - x)
        expect(verdict.kind === 'agreed').toBe(most >= quorumOf(redundancy) && most > second)
        if (verdict.kind !== 'agreed') return
        expect(votesFor(all, verdict.output)).toBe(most)
        const won = new Set(verdict.winners)
        for (const result of all) expect(won.has(result.peer)).toBe(result.output === verdict.output)
        expect([...verdict.winners, ...verdict.losers].sort()).toEqual(
          all.map((result) => result.peer).sort(),
        )
      }),
      RUNS,
    )
  })

  test('[V16] results of two engines are neither for nor against each other', () => {
    const by = (engine: string, letters: string, from: number): UnitResult[] =>
      results(letters).map((result, i) => ({
        ...result,
        peer: peer(from + i),
        engine: engine as EngineId,
      }))
    const judged = (...all: UnitResult[]) => judge({ redundancy: 3, results: all })
    // Equal outputs of two engines are no quorum, and a third opinion is wanted of one of them.
    expect(judged(...by('k', 'b', 0), ...by('l', 'b', 1))).toEqual({ kind: 'more', count: 2 })
    const agreed = judged(...by('k', 'bb', 0), ...by('l', 'cc', 2))
    expect(agreed).toEqual({
      kind: 'agreed',
      output: output('b'),
      winners: [peer(0), peer(1)],
      losers: [],
    })
    expect(judged(...by('k', 'b', 0), ...results('bb').slice(1))).toEqual({ kind: 'more', count: 2 })
    // Where outputs are compared by content, engines may differ too.
    const likeness: Likeness = {
      candidates: [output('b'), output('c')],
      alike: [
        [true, true],
        [true, true],
      ],
    }
    const mixed = [...by('k', 'b', 0), ...by('l', 'c', 1)]
    expect(judge({ redundancy: 3, results: mixed, likeness }).kind).toBe('agreed')
  })

  test('[V3] asks for the rest of the redundancy, and after that for one more at a time', () => {
    const count = (redundancy: number, letters: string) => {
      const verdict = judge({ redundancy, results: results(letters) })
      return verdict.kind === 'more' ? verdict.count : verdict.output
    }
    expect(count(1, '')).toBe(1)
    expect(count(1, 'b')).toBe(output('b'))
    expect(count(2, '')).toBe(2)
    expect(count(2, 'b')).toBe(1)
    expect(count(2, 'bc')).toBe(1)
    expect(count(2, 'bcd')).toBe(1)
    expect(count(2, 'bcc')).toBe(output('c'))
    expect(count(3, '')).toBe(3)
    expect(count(3, 'bc')).toBe(1)
    expect(count(4, 'bbcc')).toBe(1)
    expect(count(4, 'bbccb')).toBe(output('b'))
    fc.assert(
      fc.property(redundancies, outputs, (redundancy, letters) => {
        const verdict = judge({ redundancy, results: results(letters) })
        if (verdict.kind === 'more') expect(verdict.count).toBe(Math.max(1, redundancy - letters.length))
      }),
      RUNS,
    )
  })

  test('[V3] with honest peers left to ask, always ends in their favour against a minority of liars', () => {
    fc.assert(
      fc.property(redundancies, fc.array(fc.boolean()), (redundancy, lies) => {
        // Liars collude on one output, and there are fewer of them than a quorum.
        let liars = quorumOf(redundancy) - 1
        const letters: string[] = []
        let asked = 0
        for (;;) {
          const verdict = judge({ redundancy, results: results(letters.join('')) })
          if (verdict.kind === 'agreed') {
            expect(verdict.output).toBe(output('b'))
            break
          }
          for (let i = 0; i < verdict.count; i++, asked++) {
            const lie = lies[asked] === true && liars-- > 0
            letters.push(lie ? 'c' : 'b')
          }
          expect(letters.length).toBeLessThanOrEqual(2 * redundancy)
        }
      }),
      RUNS,
    )
  })

  test('[V4] does not depend on the order of the results', () => {
    const shuffled = fc
      .tuple(redundancies, outputs)
      .chain(([redundancy, letters]) =>
        fc.tuple(
          fc.constant(redundancy),
          fc.constant(results(letters)),
          fc.shuffledSubarray(results(letters), { minLength: letters.length }),
        ),
      )
    fc.assert(
      fc.property(shuffled, ([redundancy, one, other]) => {
        expect(judge({ redundancy, results: other })).toEqual(judge({ redundancy, results: one }))
      }),
      RUNS,
    )
  })

  test('[V5] a peer has one vote: that of its newest attempt', () => {
    const twice = [
      { peer: peer(1), attempt: 1, output: output('b') },
      { peer: peer(1), attempt: 2, output: output('b') },
    ]
    expect(judge({ redundancy: 2, results: twice })).toEqual({ kind: 'more', count: 1 })
    const changed = [
      { peer: peer(1), attempt: 2, output: output('c') },
      { peer: peer(1), attempt: 1, output: output('b') },
      { peer: peer(2), attempt: 3, output: output('c') },
    ]
    expect(judge({ redundancy: 2, results: changed })).toEqual({
      kind: 'agreed',
      output: output('c'),
      winners: [peer(1), peer(2)],
      losers: [],
    })
  })

  test('[V5] a peer that returns two outputs for one attempt has no vote, and loses', () => {
    const two = ['b', 'c', 'b'].map((letter) => ({ peer: peer(1), attempt: 1, output: output(letter) }))
    expect(judge({ redundancy: 1, results: two })).toEqual({ kind: 'more', count: 1 })
    const honest = { peer: peer(2), attempt: 2, output: output('b') }
    expect(judge({ redundancy: 1, results: [...two, honest] })).toEqual({
      kind: 'agreed',
      output: output('b'),
      winners: [peer(2)],
      losers: [peer(1)],
    })
  })

  test('[V6] a comparator may let unequal outputs agree', () => {
    const likeness = likenessOf('bcz', ['bc'])
    expect(judge({ redundancy: 3, results: results('bcz'), likeness })).toEqual({
      kind: 'agreed',
      output: output('b'),
      winners: [peer(0), peer(1)],
      losers: [peer(2)],
    })
    expect(judge({ redundancy: 2, results: results('bz'), likeness })).toEqual({
      kind: 'more',
      count: 1,
    })
  })

  test('[V9] fuel is part of what is agreed on: the same output for another price loses', () => {
    const claims = [5_000, 5_000, 4_999].map((fuel, i) => ({ ...results('bbb')[i]!, fuel }))
    expect(judge({ redundancy: 2, results: claims.slice(1) })).toEqual({ kind: 'more', count: 1 })
    for (const lie of [4_999, 5_001, undefined]) {
      const [one, two] = claims
      const liar = { ...results('bbb')[2]!, ...(lie === undefined ? {} : { fuel: lie }) }
      expect(judge({ redundancy: 3, results: [liar, one!, two!] })).toEqual({
        kind: 'agreed',
        output: output('b'),
        fuel: 5_000,
        winners: [peer(0), peer(1)],
        losers: [peer(2)],
      })
    }
  })

  test('[V9] a peer that reports two prices for one attempt has no vote, and loses', () => {
    const [one] = results('b')
    const two = [
      { ...one!, fuel: 1 },
      { ...one!, fuel: 2 },
    ]
    expect(judge({ redundancy: 1, results: two })).toEqual({ kind: 'more', count: 1 })
  })

  test('[V8] is published in the form of the protocol, winners first', () => {
    const unit = 'film:7' as UnitId
    const at = 1_800_000_000_000
    fc.assert(
      fc.property(redundancies, outputs, fc.integer({ min: 1, max: 40 }), (redundancy, letters, count) => {
        const all = results(letters.padEnd(count, 'd'))
        const published = all.map((result): WorkResult => ({
          result_id: `result-${result.attempt}`,
          work_unit_id: unit,
          assignment_id: `award-${result.attempt}`,
          computed_by_peer: result.peer,
          result_data: result.output,
          computation_time_seconds: 1,
          resources_used: { cpu_cores: 1, ram_gb: 1 },
          verification_hash: result.output,
          timestamp: toTimestamp(at),
        }))
        const verdict = judge({ redundancy, results: all })
        const consensus = toConsensus({ unit, verdict, results: published, nowMs: at })
        expect(VerificationConsensus.parse(consensus)).toEqual(consensus)
        expect(consensus.total_verifiers).toBe(all.length)
        expect(consensus.is_verified).toBe(verdict.kind === 'agreed')
        if (verdict.kind !== 'agreed') return
        expect(consensus.consensus_result).toBe(verdict.output)
        expect(consensus.agreement_count).toBe(verdict.winners.length)
        const firsts = consensus.results.slice(0, verdict.winners.length)
        for (const first of firsts) expect(first.verification_hash).toBe(verdict.output)
      }),
      RUNS,
    )
  })
})

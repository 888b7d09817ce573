import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Cid, PeerId } from '../protocol/ids.ts'
import { areAlike, Likeness, NOTHING_COMPARED } from '../protocol/likeness.ts'
import { REDUNDANCY_MAX } from '../protocol/limits.ts'
import type { UnitResult } from './consensus.ts'
import { judge, quorumOf } from './majority.fixture.ts'

const RUNS = { numRuns: 500 }
const LETTERS = 'abcdef'

function peer(number: number): PeerId {
  return `12D3KooW${'z'.repeat(42)}${'ABCDEFGHJK'[Math.floor(number / 10)]}${'ABCDEFGHJK'[number % 10]}` as PeerId
}

function output(name: string): Cid {
  return `bafkrei${name.padStart(51, 'a')}a` as Cid
}

function results(letters: string): UnitResult[] {
  return Array.from(letters, (letter, i) => ({ peer: peer(i), attempt: i + 1, output: output(letter) }))
}

/** The relation over `LETTERS` of the pairs named. */
function likenessOf(...pairs: readonly string[]): Likeness {
  const names = Array.from(LETTERS)
  const isPair = (a: string, b: string) => a === b || pairs.includes(a + b) || pairs.includes(b + a)
  return Likeness.parse({
    candidates: names.map(output),
    alike: names.map((a) => names.map((b) => isPair(a, b))),
  })
}

const PAIRS = Array.from(LETTERS).flatMap((a, i) => Array.from(LETTERS.slice(i + 1), (b) => a + b))
const likenesses = fc.subarray(PAIRS).map((pairs) => likenessOf(...pairs))
const redundancies = fc.integer({ min: 1, max: REDUNDANCY_MAX })
const votes = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), maxLength: 20 })

function support(of: readonly UnitResult[], likeness: Likeness, candidate: Cid): number {
  return of.filter((result) => areAlike(likeness, candidate, result.output)).length
}

describe('consensus by content', () => {
  test('[V10] an output wins with a quorum of votes alike to it and more than any output unlike it', () => {
    fc.assert(
      fc.property(redundancies, votes, likenesses, (redundancy, letters, likeness) => {
        const all = results(letters)
        const claimed = [...new Set(all.map((result) => result.output))]
        const counts = claimed.map((cid) => support(all, likeness, cid))
        const most = Math.max(0, ...counts)
        const verdict = judge({ redundancy, results: all, likeness })
        if (verdict.kind === 'more') {
          expect(verdict.count).toBe(Math.max(1, redundancy - all.length))
          const tied = claimed.filter((_, i) => counts[i] === most)
          const contested = tied.some((a) => tied.some((b) => !areAlike(likeness, a, b)))
          expect(most < quorumOf(redundancy) || contested).toBe(true)
          return
        }
        expect(support(all, likeness, verdict.output)).toBe(most)
        expect(most).toBeGreaterThanOrEqual(quorumOf(redundancy))
        for (const [i, cid] of claimed.entries()) {
          if (!areAlike(likeness, verdict.output, cid)) expect(counts[i]).toBeLessThan(most)
        }
        const won = new Set(verdict.winners)
        for (const result of all) {
          expect(won.has(result.peer)).toBe(areAlike(likeness, verdict.output, result.output))
        }
        expect([...verdict.winners, ...verdict.losers].sort()).toEqual(all.map((r) => r.peer).sort())
      }),
      RUNS,
    )
  })

  test('[V10] of outputs alike with equally many votes the most central wins, then the smallest CID', () => {
    const winner = (letters: string, likeness: Likeness) => {
      const verdict = judge({ redundancy: 3, results: results(letters), likeness })
      return verdict.kind === 'agreed' ? verdict.output : verdict.kind
    }
    expect(winner('abc', likenessOf('ab', 'bc'))).toBe(output('b'))
    // b and d have four votes each; e and f, which are for d, have more votes than a and c, which are for b.
    expect(winner('abcdef', likenessOf('bd', 'ab', 'bc', 'de', 'df', 'ef'))).toBe(output('d'))
    expect(winner('cba', likenessOf('ab', 'bc', 'ac'))).toBe(output('a'))
    expect(winner('abcd', likenessOf('ab', 'cd'))).toBe('more')
  })

  test('[V4] depends neither on the order of the results nor on that of the candidates', () => {
    const orders = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 })
    const shuffled = votes.chain((letters) =>
      fc.tuple(
        fc.constant(results(letters)),
        fc.shuffledSubarray(results(letters), { minLength: letters.length }),
      ),
    )
    fc.assert(
      fc.property(redundancies, shuffled, likenesses, orders, (redundancy, [one, other], likeness, order) => {
        const { candidates, alike } = likeness
        const turned = Likeness.parse({
          candidates: order.map((i) => candidates[i]),
          alike: order.map((i) => order.map((j) => alike[i]?.[j])),
        })
        expect(judge({ redundancy, results: other, likeness: turned })).toEqual(
          judge({ redundancy, results: one, likeness }),
        )
      }),
      RUNS,
    )
  })

  test('[V9, V10] is about the output alone: fuel need not agree, and the verdict names none', () => {
    const claims = results('aab').map((result, i) => ({ ...result, fuel: 1_000 + i }))
    const verdict = judge({ redundancy: 3, results: claims, likeness: likenessOf('ab') })
    expect(verdict).toEqual({
      kind: 'agreed',
      output: output('a'),
      winners: [peer(0), peer(1), peer(2)],
      losers: [],
    })
    expect(judge({ redundancy: 2, results: claims.slice(0, 2), likeness: NOTHING_COMPARED })).toMatchObject({
      kind: 'agreed',
    })
    expect(judge({ redundancy: 2, results: claims.slice(0, 2) })).toEqual({ kind: 'more', count: 1 })
  })

  test('[V10] with nothing compared is consensus about hashes', () => {
    fc.assert(
      fc.property(redundancies, votes, (redundancy, letters) => {
        const all = results(letters)
        expect(judge({ redundancy, results: all, likeness: NOTHING_COMPARED })).toEqual(
          judge({ redundancy, results: all }),
        )
      }),
      RUNS,
    )
  })

  test('[V5] a peer that returns two outputs for one attempt loses, even if they are alike', () => {
    const twice = ['a', 'b'].map((letter) => ({ peer: peer(0), attempt: 1, output: output(letter) }))
    const likeness = likenessOf('ab')
    expect(judge({ redundancy: 1, results: twice, likeness })).toEqual({ kind: 'more', count: 1 })
    const honest = { peer: peer(1), attempt: 2, output: output('b') }
    expect(judge({ redundancy: 1, results: [...twice, honest], likeness })).toMatchObject({
      kind: 'agreed',
      losers: [peer(0)],
    })
  })

  test('[V3] fewer liars than a quorum win only with an output alike to one of an honest peer', () => {
    const honest = 'abc'
    const near = ['ab', 'bc', 'ac']
    const others = fc.subarray(PAIRS.filter((pair) => !near.includes(pair)))
    fc.assert(
      fc.property(redundancies, votes, others, fc.nat(), (redundancy, honestVotes, pairs, lies) => {
        const likeness = likenessOf(...near, ...pairs)
        const liars = lies % quorumOf(redundancy)
        const letters =
          Array.from(honestVotes, (letter) => honest[LETTERS.indexOf(letter) % 3]).join('') +
          Array.from({ length: liars }, (_, i) => 'def'[(lies >> i) % 3]).join('')
        const verdict = judge({ redundancy, results: results(letters), likeness })
        if (verdict.kind !== 'agreed') return
        const isNear = Array.from(honest).some((letter) => areAlike(likeness, verdict.output, output(letter)))
        expect(isNear).toBe(true)
      }),
      RUNS,
    )
  })
})

describe('a relation of outputs', () => {
  test('[V10] is reflexive and symmetric, or is none', () => {
    const candidates = ['a', 'b'].map(output)
    for (const alike of [
      [
        [true, true],
        [false, true],
      ],
      [
        [false, true],
        [true, true],
      ],
      [[true], [true]],
      [[true, true]],
      [],
    ]) {
      expect(Likeness.safeParse({ candidates, alike }).success).toBe(false)
    }
    expect(
      Likeness.safeParse({
        candidates: [output('a'), output('a')],
        alike: [
          [true, true],
          [true, true],
        ],
      }).success,
    ).toBe(false)
    expect(Likeness.parse(NOTHING_COMPARED)).toEqual(NOTHING_COMPARED)
  })
})

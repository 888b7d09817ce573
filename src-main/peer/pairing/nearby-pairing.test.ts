import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { ASKS_MAX, ASKS_PER_HOST_MAX } from './nearby-limits.ts'
import {
  answerAsk,
  beginPairing,
  breakAttempt,
  expireAttempts,
  hearEnd,
  hearMatch,
  NEARBY_ASKED_MAX,
  NEARBY_ATTEMPT_MS,
  noPairings,
  refusePairing,
  sayMatch,
  showNumber,
  takeNonce,
  takeReveal,
  type NearbyHashes,
  type NearbyPairings,
} from './nearby-pairing.ts'

const peer = (letter: string) => `12D3KooW${letter.repeat(44)}` as PeerId
const [ANNA, BEN, MALLORY] = [peer('A'), peer('B'), peer('M')]
const digest = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part).update('|'), createHash('sha256')).digest()
/** As the real ones, with numbers of two digits so that an attack that works is found. */
const hashes: NearbyHashes = {
  commitment: (nonce, a, b) => digest('commitment', a, b, nonce),
  number: ({ initiator, responder }, a, b) =>
    String(digest('number', a, b, initiator, responder).readUInt32BE() % 100).padStart(6, '0'),
}
/** A commitment that binds to nothing: what the numbers are worth without one. */
const unbound: NearbyHashes = { ...hashes, commitment: () => new Uint8Array(32) }
let drawn = 0
const nonce = () => digest('nonce', String(drawn++))
const id = () => nonce().subarray(0, 16)
const host = '192.168.1.7'

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.fault.message)
  return outcome.value
}
const kindOf = (outcome: Outcome<unknown>) => (outcome.ok ? 'ok' : outcome.fault.kind)
const numberOf = (state: NearbyPairings, of: PeerId) => {
  const at = state.attempts.get(of)?.at
  return at?.stage === 'comparing' ? at.number : undefined
}

const begin = (state: NearbyPairings, to: PeerId, nowMs = 0) =>
  beginPairing(state, {
    peer: to,
    name: 'other',
    id: id(),
    host,
    nonce: nonce(),
    myName: 'me',
    nowMs,
    hashes,
  })
const answer = (
  state: NearbyPairings,
  from: PeerId,
  message: Parameters<typeof answerAsk>[1]['message'],
  { nowMs = 0, at = host } = {},
) => answerAsk(state, { from, host: at, message, nonce: nonce(), nowMs, myName: 'them' })

/** Two who have got as far as comparing. */
function comparing() {
  const [anna, ben] = [noPairings(ANNA), noPairings(BEN)]
  const ask = valueOf(begin(anna, BEN))
  const reply = valueOf(answer(ben, ANNA, ask))
  if (reply.kind !== 'nonce') throw new Error(reply.kind)
  const { reveal, number } = valueOf(takeNonce(anna, BEN, ask.attempt, reply.nonce, hashes))
  valueOf(takeReveal(ben, ANNA, reveal, hashes))
  valueOf(showNumber(anna, BEN, ask.attempt, number))
  return { anna, ben, ask, reveal, attempt: ask.attempt }
}

describe('pairing by a number', () => {
  it('[T8] shows both the same six digits, and pairs only when both users have said so', () => {
    const { anna, ben, attempt } = comparing()
    const number = numberOf(anna, BEN)!
    expect(numberOf(ben, ANNA)).toBe(number)
    expect(valueOf(sayMatch(anna, BEN, number, 0.7)).pair).toBeUndefined()
    expect(valueOf(hearMatch(ben, ANNA, attempt, ['/a']))).toEqual({ said: false })
    expect(valueOf(sayMatch(ben, ANNA, number, 0.4)).pair).toMatchObject({
      peer: ANNA,
      addresses: ['/a'],
      trust: 0.4,
    })
    expect(valueOf(hearMatch(anna, BEN, attempt, ['/b'])).pair).toMatchObject({
      peer: BEN,
      addresses: ['/b'],
      trust: 0.7,
    })
    // Said again because the answer was lost, it changes nothing.
    expect(valueOf(hearMatch(anna, BEN, attempt, ['/other']))).toEqual({ said: true })
  })

  it('[T8] a yes to another number than is shown now is no yes', () => {
    const { anna } = comparing()
    const other = String((Number(numberOf(anna, BEN)) + 1) % 1_000_000).padStart(6, '0')
    expect(kindOf(sayMatch(anna, BEN, other, 1))).toBe('stale')
  })

  it('[T8] a peer that opens its commitment with another nonce is refused, without a second try', () => {
    const ben = noPairings(BEN)
    const ask = {
      kind: 'ask',
      attempt: id(),
      name: 'M',
      commitment: hashes.commitment(nonce(), MALLORY, BEN),
    } as const
    valueOf(answer(ben, MALLORY, ask))
    const reveal = { kind: 'reveal', attempt: ask.attempt, nonce: nonce() } as const
    expect(kindOf(takeReveal(ben, MALLORY, reveal, hashes))).toBe('malformed')
    expect(kindOf(takeReveal(ben, MALLORY, reveal, hashes))).toBe('stale')
    expect(numberOf(ben, MALLORY)).toBeUndefined()
  })

  it('[T8] a commitment made for another pair opens nothing here', () => {
    const [anna, ben] = [noPairings(ANNA), noPairings(BEN)]
    const ask = valueOf(begin(anna, MALLORY))
    // Mallory passes on what Anna sent, word for word, in both directions.
    const reply = valueOf(answer(ben, MALLORY, ask))
    if (reply.kind !== 'nonce') throw new Error(reply.kind)
    const { reveal } = valueOf(takeNonce(anna, MALLORY, ask.attempt, reply.nonce, hashes))
    expect(kindOf(takeReveal(ben, MALLORY, reveal, hashes))).toBe('malformed')
  })

  it.each([
    ['with the commitment he gets the number that he wants by chance alone', hashes, false],
    ['without it he would get it each time', unbound, true],
  ])('[T8] a man in the middle: %s', (_, used, chooses) => {
    let same = 0
    const rounds = 300
    for (let round = 0; round < rounds; round++) {
      const [anna, ben] = [noPairings(ANNA), noPairings(BEN)]
      // Anna begins with Mallory, so he knows the number that she will see before Ben has his.
      const ask = valueOf(
        beginPairing(anna, {
          peer: MALLORY,
          name: 'M',
          id: id(),
          host,
          nonce: nonce(),
          myName: 'A',
          nowMs: 0,
          hashes: used,
        }),
      )
      const taken = valueOf(takeNonce(anna, MALLORY, ask.attempt, nonce(), used))
      // He asks Ben, hears his nonce, and looks for one of his own that gives Anna's number.
      const own = nonce()
      const asked = {
        kind: 'ask',
        attempt: id(),
        name: 'Anna',
        commitment: used.commitment(own, MALLORY, BEN),
      } as const
      const reply = valueOf(answer(ben, MALLORY, asked))
      if (reply.kind !== 'nonce') throw new Error(reply.kind)
      const { nonce: responder } = reply
      const wanted = Array.from({ length: 1_000 }, nonce).find(
        (initiator) => used.number({ initiator, responder }, MALLORY, BEN) === taken.number,
      )
      const isTaken = takeReveal(
        ben,
        MALLORY,
        { kind: 'reveal', attempt: asked.attempt, nonce: chooses ? wanted! : own },
        used,
      )
      valueOf(isTaken)
      if (numberOf(ben, MALLORY) === taken.number) same++
    }
    // One in a hundred by chance: more than 15 of 300 happen once in 10⁷ runs, and this run is always the same.
    if (chooses) expect(same).toBe(rounds)
    else expect(same).toBeLessThan(15)
  })

  it('[T8] a peer that breaks off before the number is shown has used up a try', () => {
    const ben = noPairings(BEN)
    const outcomes = Array.from({ length: 12 }, (_, i) => {
      const ask = {
        kind: 'ask',
        attempt: id(),
        name: 'M',
        commitment: hashes.commitment(nonce(), MALLORY, BEN),
      } as const
      const outcome = answer(ben, MALLORY, ask, { nowMs: i * 1_000, at: `192.168.1.${i}` })
      if (outcome.ok) breakAttempt(ben, MALLORY, ask.attempt)
      return kindOf(outcome)
    })
    expect(outcomes.filter((kind) => kind === 'ok')).toHaveLength(ASKS_MAX)
    expect(outcomes.at(-1)).toBe('too-busy')
  })

  it('[T9] asks the user few at a time, few from one address, and none there for a minute after a no', () => {
    const ben = noPairings(BEN)
    const ask = () => ({ kind: 'ask', attempt: id(), name: 'M', commitment: nonce() }) as const
    const many = Array.from({ length: 4 }, (_, i) =>
      kindOf(answer(ben, peer('CDEF'[i]!), ask(), { at: `10.0.0.${i}` })),
    )
    expect(many).toEqual([
      ...Array<string>(NEARBY_ASKED_MAX).fill('ok'),
      ...Array<string>(4 - NEARBY_ASKED_MAX).fill('too-busy'),
    ])
    // The user can still begin one.
    expect(kindOf(begin(ben, ANNA))).toBe('ok')
    for (const one of [...ben.attempts.keys()]) refusePairing(ben, one, 'declined', 0)
    expect(kindOf(answer(ben, peer('G'), ask(), { at: '10.0.0.0', nowMs: 59_000 }))).toBe('too-busy')
    const later = Array.from({ length: ASKS_PER_HOST_MAX }, (_, i) => {
      const outcome = answer(ben, MALLORY, ask(), { at: '10.0.0.0', nowMs: 61_000 + i })
      refusePairing(ben, MALLORY, 'differ', 61_000 + i)
      return kindOf(outcome)
    })
    expect(later).toEqual([...Array<string>(ASKS_PER_HOST_MAX - 1).fill('ok'), 'too-busy'])
  })

  it('[T8] when both begin at once one try goes on, the same for both', () => {
    const [anna, ben] = [noPairings(ANNA), noPairings(BEN)]
    const [fromAnna, fromBen] = [valueOf(begin(anna, BEN)), valueOf(begin(ben, ANNA))]
    expect(valueOf(answer(anna, BEN, fromBen))).toEqual({ kind: 'mine-first' })
    const reply = valueOf(answer(ben, ANNA, fromAnna))
    if (reply.kind !== 'nonce') throw new Error(reply.kind)
    // Ben's own attempt is over, and late messages of it are refused.
    expect(kindOf(takeNonce(ben, ANNA, fromBen.attempt, nonce(), hashes))).toBe('stale')
    const { reveal, number } = valueOf(takeNonce(anna, BEN, fromAnna.attempt, reply.nonce, hashes))
    valueOf(takeReveal(ben, ANNA, reveal, hashes))
    valueOf(showNumber(anna, BEN, fromAnna.attempt, number))
    expect(numberOf(ben, ANNA)).toBe(numberOf(anna, BEN))
  })

  it('[T8] what is replayed, out of order or late is stale and changes nothing', () => {
    const { anna, ben, ask, reveal, attempt } = comparing()
    const number = numberOf(anna, BEN)
    expect(kindOf(answer(ben, ANNA, ask))).toBe('too-busy')
    expect(kindOf(takeReveal(ben, ANNA, reveal, hashes))).toBe('stale')
    expect(kindOf(takeNonce(anna, BEN, attempt, nonce(), hashes))).toBe('stale')
    expect(kindOf(hearMatch(ben, ANNA, id(), []))).toBe('stale')
    expect(kindOf(hearMatch(ben, MALLORY, attempt, []))).toBe('stale')
    expect(kindOf(hearEnd(ben, ANNA, { kind: 'end', attempt: id(), reason: 'differ' }))).toBe('stale')
    expect([numberOf(anna, BEN), numberOf(ben, ANNA)]).toEqual([number, number])
    const early = noPairings(BEN)
    expect(kindOf(takeReveal(early, ANNA, reveal, hashes))).toBe('stale')
    expect(kindOf(hearMatch(early, ANNA, attempt, []))).toBe('stale')
    expect(early.attempts.size).toBe(0)
  })

  it('[T8] a yes before the number was shown is none', () => {
    const [anna, ben] = [noPairings(ANNA), noPairings(BEN)]
    const ask = valueOf(begin(anna, BEN))
    valueOf(answer(ben, ANNA, ask))
    expect(kindOf(hearMatch(ben, ANNA, ask.attempt, []))).toBe('stale')
  })

  it('[T8] ends for both when one says no or sees another number, and by itself after two minutes', () => {
    for (const reason of ['declined', 'differ'] as const) {
      const { anna, ben } = comparing()
      const end = refusePairing(anna, BEN, reason, 0)!
      valueOf(hearEnd(ben, ANNA, end))
      expect(ben.attempts.get(ANNA)?.at).toEqual({ stage: 'ended', how: reason, byThem: true })
      expect(kindOf(sayMatch(ben, ANNA, '000000', 1))).toBe('stale')
    }
    const { anna, attempt } = comparing()
    expireAttempts(anna, NEARBY_ATTEMPT_MS - 1)
    expect(numberOf(anna, BEN)).toMatch(/^\d{6}$/)
    expireAttempts(anna, NEARBY_ATTEMPT_MS)
    expect(anna.attempts.get(BEN)?.at).toMatchObject({ how: 'expired' })
    expect(kindOf(hearMatch(anna, BEN, attempt, []))).toBe('stale')
    expireAttempts(anna, 2 * NEARBY_ATTEMPT_MS)
    expect(anna.attempts.size).toBe(0)
  })

  it('[T8] a clock that is set back makes no try last longer', () => {
    const { anna } = comparing()
    expireAttempts(anna, -3_600_000)
    expect(anna.attempts.get(BEN)?.at.stage).toBe('ended')
  })
})

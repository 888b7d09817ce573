import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JobId } from '../protocol/ids.ts'
import { rendezvousBegin } from './rendezvous.ts'
import { samplePeer } from './sample-market.ts'

const UNITS = 1_000_000
const job = (name: string): JobId => name as JobId
const requester = samplePeer(9_999)
const peers = Array.from({ length: 4_000 }, (_, i) => samplePeer(i))

/** How many of some begins lie in each of ten equal regions. */
function regions(begins: readonly number[]): number[] {
  const counts = Array.from({ length: 10 }, () => 0)
  for (const begin of begins) {
    const region = Math.floor((begin / UNITS) * 10)
    counts[region] = (counts[region] ?? 0) + 1
  }
  return counts
}

/** 400 expected of 4,000 with a standard deviation of 19: five of them either way. */
function expectEven(begins: readonly number[]): void {
  for (const count of regions(begins)) expect(Math.abs(count - 400)).toBeLessThan(95)
}

describe('where a peer begins', () => {
  test('[M12] is a unit of the job, the same whenever it is asked for', () => {
    fc.assert(
      fc.property(
        fc.nat(5_000),
        fc.nat(5_000),
        fc.string({ minLength: 1 }),
        fc.integer({ min: 1, max: UNITS }),
        (peer, other, name, count) => {
          const begin = rendezvousBegin(samplePeer(peer), samplePeer(other), job(name), count)
          expect(Number.isInteger(begin)).toBe(true)
          expect(begin).toBeGreaterThanOrEqual(0)
          expect(begin).toBeLessThan(count)
          expect(rendezvousBegin(samplePeer(peer), samplePeer(other), job(name), count)).toBe(begin)
        },
      ),
    )
  })

  test('[M12] is spread evenly over the job: by peer, by job and by requester', () => {
    const me = samplePeer(1)
    expectEven(peers.map((peer) => rendezvousBegin(peer, requester, job('film'), UNITS)))
    expectEven(peers.map((_, i) => rendezvousBegin(me, requester, job(`film-${i}`), UNITS)))
    expectEven(peers.map((other) => rendezvousBegin(me, other, job('film'), UNITS)))
  })

  test('[M12] of one peer says nothing about that of another, and of one job nothing about the next', () => {
    const [a, b] = [samplePeer(1), samplePeer(2)]
    const distance = (x: number, y: number): number => (x - y + UNITS) % UNITS
    const names = peers.map((_, i) => job(`film-${i}`))
    expectEven(
      names.map((name) =>
        distance(rendezvousBegin(a, requester, name, UNITS), rendezvousBegin(b, requester, name, UNITS)),
      ),
    )
    expectEven(
      peers.map((peer) =>
        distance(
          rendezvousBegin(peer, requester, job('a'), UNITS),
          rendezvousBegin(peer, requester, job('b'), UNITS),
        ),
      ),
    )
  })
})

import { describe, expect, test } from 'vitest'
import type { JobId } from '../protocol/ids.ts'
import { createRendezvous } from './rendezvous.ts'
import { samplePeer } from './sample-market.ts'

const PIECES = Array.from({ length: 4_000 }, (_, piece) => piece)
const job = 'film' as JobId
const requester = samplePeer(99)

function peers(count: number) {
  return Array.from({ length: count }, (_, i) => samplePeer(i))
}

/** Who is where for each piece, as every peer computes it for itself. */
function ranks(count: number): number[][] {
  const all = peers(count)
  const tables = all.map((peer) => createRendezvous(peer, all, requester, job))
  return PIECES.map((piece) => tables.map((table) => table.rank(piece)))
}

describe('rendezvous', () => {
  test('[M12] every peer finds the same order: each place is taken by exactly one', () => {
    for (const row of ranks(7)) expect([...row].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  test('[M12] gives each peer about its share of every place', () => {
    const table = ranks(7)
    for (let peer = 0; peer < 7; peer++) {
      for (let place = 0; place < 7; place++) {
        const share = table.filter((row) => row[peer] === place).length / PIECES.length
        // 1/7 with a standard deviation of 0.0055 over 4,000 pieces: five of them either way.
        expect(Math.abs(share - 1 / 7)).toBeLessThan(0.028)
      }
    }
  })

  test('[M12] when a peer leaves, only its own pieces move', () => {
    const [with8, with7] = [ranks(8), ranks(7)]
    PIECES.forEach((piece) => {
      const first = with8[piece]!.indexOf(0)
      if (first < 7) expect(with7[piece]!.indexOf(0)).toBe(first)
    })
  })

  test('[M12] neither doubled rivals nor oneself among them change the rank', () => {
    const [me, ...rivals] = peers(4) as [ReturnType<typeof samplePeer>, ...ReturnType<typeof samplePeer>[]]
    const plain = createRendezvous(me, rivals, requester, job)
    const doubled = createRendezvous(me, [...rivals, me, ...rivals], requester, job)
    for (const piece of PIECES) expect(doubled.rank(piece)).toBe(plain.rank(piece))
  })

  test('[M12] jobs and requesters are ranked apart', () => {
    const [me, ...rivals] = peers(2) as [ReturnType<typeof samplePeer>, ...ReturnType<typeof samplePeer>[]]
    const firsts = (asker: typeof me, name: string) => {
      const table = createRendezvous(me, rivals, asker, name as JobId)
      return PIECES.map((piece) => table.rank(piece))
    }
    const same = (a: number[], b: number[]) => a.filter((rank, i) => rank === b[i]).length / PIECES.length
    expect(Math.abs(same(firsts(requester, 'a'), firsts(requester, 'b')) - 0.5)).toBeLessThan(0.04)
    expect(Math.abs(same(firsts(requester, 'a'), firsts(samplePeer(98), 'a')) - 0.5)).toBeLessThan(0.04)
  })
})

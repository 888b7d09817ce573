import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Transport } from '../../ports/transport.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { createDialBudget } from './dial-budget.ts'
import { createIdentity } from '../identity/identity.ts'
import { ADDRESSES_MAX, DIALS_OF_OTHERS, DIALS_OF_PEER } from '../limits.ts'
import { localPeer, machineClock } from '../local-mesh.ts'

const newPeer = (): PeerId => createIdentity(randomBytes(32)).peer
const signal = (): AbortSignal => AbortSignal.timeout(120_000)

describe('[H7] a budget of tries', () => {
  it('has so many at once and so many a minute, for each peer, and brings nothing when the clock is set back', () => {
    let nowMs = 1e9
    const budget = createDialBudget(() => nowMs)
    const [ann, bea] = [newPeer(), newPeer()]
    const taken = (peer: PeerId | 'heard-of'): number => {
      for (let count = 0; ; count++) if (!budget.take(peer)) return count
    }
    expect(taken(ann)).toBe(DIALS_OF_PEER.atOnce)
    expect(taken(bea)).toBe(DIALS_OF_PEER.atOnce)
    expect(taken('heard-of')).toBe(DIALS_OF_OTHERS.atOnce)
    nowMs += 60_000
    expect(taken(ann)).toBe(DIALS_OF_PEER.perMinute)
    nowMs -= 3_600_000
    expect(taken(ann)).toBe(0)
    nowMs += 60_000
    expect(taken(ann)).toBe(DIALS_OF_PEER.perMinute)
    nowMs += 7 * 86_400_000
    expect(taken(ann)).toBe(DIALS_OF_PEER.atOnce)
  })
})

describe('[H7] addresses that others say', () => {
  let third: Server
  let knocks: number
  let victim: Transport
  beforeEach(async () => {
    knocks = 0
    third = createServer((socket) => {
      knocks += 1
      socket.on('error', () => undefined).destroy()
    })
    // The minute never ends.
    const nowMs = Date.now()
    victim = localPeer({ clock: { ...machineClock, nowMs: () => nowMs } }).transport
    await victim.start()
  })
  afterEach(async () => {
    await victim.stop()
    third.close()
  })

  async function listen(at: string | undefined): Promise<Server> {
    third.listen(at === undefined ? { port: 0, host: '0.0.0.0' } : { path: at })
    await once(third, 'listening')
    return third
  }
  let number = 0
  /** So many addresses of the same machine, none of which was said before. */
  const newAddresses = (): string[] =>
    Array.from({ length: ADDRESSES_MAX }, () => {
      number += 1
      return `/ip4/127.1.${number >> 8}.${number & 255}/tcp/${(third.address() as AddressInfo).port}`
    })

  it('let a contact have this peer knock at a third one’s door a bounded number of times', async () => {
    await listen(undefined)
    const mallory = newPeer()
    const rounds = (2 * DIALS_OF_PEER.atOnce) / ADDRESSES_MAX
    for (let round = 0; round < rounds; round++) {
      await expect(victim.connect(mallory, newAddresses(), { signal: signal() })).rejects.toMatchObject({
        fault: { kind: 'unreachable' },
      })
    }
    expect(knocks).toBe(DIALS_OF_PEER.atOnce)
  })

  it('are bounded in all for peers that this one only heard of, and leave room for others', async () => {
    await listen(undefined)
    const rounds = (2 * DIALS_OF_OTHERS.atOnce) / ADDRESSES_MAX
    for (let round = 0; round < rounds; round++) {
      const dialled = victim.connect(newPeer(), newAddresses(), { signal: signal(), isHeardOf: true })
      await expect(dialled).rejects.toMatchObject({ fault: { kind: 'unreachable' } })
    }
    expect(knocks).toBe(DIALS_OF_OTHERS.atOnce)
    await expect(victim.connect(newPeer(), newAddresses(), { signal: signal() })).rejects.toThrow()
    expect(knocks).toBe(DIALS_OF_OTHERS.atOnce + ADDRESSES_MAX)
  })

  it('never lead to a socket in the file system', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'meshwork-dial-'))
    try {
      const path = join(folder, 'a.sock')
      await listen(path)
      const addresses = [`/unix/${encodeURIComponent(path)}`]
      await expect(victim.connect(newPeer(), addresses, { signal: signal() })).rejects.toThrow()
      expect(knocks).toBe(0)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

import { describe, expect, it } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import { TRAFFIC_PEERS_MAX } from '../limits.ts'
import { createTransferRates } from './transfer-rates.ts'

const ANN = `12D3KooW${'A'.repeat(44)}` as PeerId
const BEN = `12D3KooW${'B'.repeat(44)}` as PeerId
const MB = 1_000_000

/** Rates by a clock that goes on when it is told to. */
function observed() {
  let nowMs = 0
  const rates = createTransferRates({ nowMs: () => nowMs })
  const pass = (ms: number) => void (nowMs += ms)
  return {
    ...rates,
    pass,
    transfer(peer: PeerId, bytes: number, ms: number) {
      rates.begin(peer)
      pass(ms)
      rates.end(peer, bytes)
    },
    of: (peer: PeerId) => rates.rates().get(peer),
  }
}

describe('[L4] the rate of transfers', () => {
  it('is bytes by the time in which something was asked for, however long nothing was', () => {
    const line = observed()
    line.transfer(ANN, MB, 100)
    line.pass(3_600_000)
    line.transfer(ANN, MB, 100)
    expect(line.of(ANN)).toBeCloseTo(10 * MB, 0)
    expect(line.of(BEN)).toBeUndefined()
  })

  it('counts the time of several questions at once one time', () => {
    const line = observed()
    for (let i = 0; i < 4; i++) line.begin(ANN)
    for (let i = 0; i < 4; i++) {
      line.pass(25)
      line.end(ANN, MB)
    }
    expect(line.of(ANN)).toBeCloseTo(40 * MB, 0)
  })

  it('is known while a long transfer goes on', () => {
    const line = observed()
    line.begin(ANN)
    for (let i = 0; i < 30; i++) {
      line.begin(ANN)
      line.pass(50)
      line.end(ANN, MB)
    }
    expect(line.of(ANN)).toBeCloseTo(20 * MB, -5)
  })

  it('follows a line that changes', () => {
    const line = observed()
    for (let i = 0; i < 60; i++) line.transfer(ANN, 10 * MB, 1_000)
    for (let i = 0; i < 100; i++) line.transfer(ANN, MB, 1_000)
    expect(line.of(ANN)).toBeGreaterThan(MB)
    expect(line.of(ANN)).toBeLessThan(1.5 * MB)
  })

  it('counts time in which nothing came, once something does', () => {
    const line = observed()
    line.begin(ANN)
    line.begin(ANN)
    line.pass(900)
    line.end(ANN, 0)
    line.pass(99)
    line.end(ANN, MB)
    expect(line.of(ANN)).toBeCloseTo((MB / 999) * 1_000, 0)
  })

  it('learns nothing from small answers, which tell of the delay', () => {
    const line = observed()
    line.transfer(ANN, 200, 300)
    expect(line.of(ANN)).toBeUndefined()
  })

  it('bears ends without a beginning, and a clock that is set back', () => {
    const line = observed()
    line.end(ANN, MB)
    line.begin(ANN)
    line.pass(-500)
    line.end(ANN, MB)
    expect(line.of(ANN)).toBeGreaterThan(0)
    expect(Number.isFinite(line.of(ANN))).toBe(true)
  })

  it('remembers so many peers', () => {
    const line = observed()
    const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
    const peerOf = (i: number) =>
      `12D3KooW${'z'.repeat(42)}${letters[Math.floor(i / 58) % 58] ?? ''}${letters[i % 58] ?? ''}` as PeerId
    for (let i = 0; i <= TRAFFIC_PEERS_MAX; i++) line.transfer(peerOf(i), MB, 10)
    expect(line.rates().size).toBe(TRAFFIC_PEERS_MAX)
    expect([line.of(peerOf(0)), line.of(peerOf(1))]).toEqual([undefined, expect.any(Number)])
  })
})

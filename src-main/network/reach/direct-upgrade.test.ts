import { randomBytes } from 'node:crypto'
import { afterEach, expect, it } from 'vitest'
import { encodeCanonical } from '../../protocol/canonical.ts'
import { createDialBudget } from '../dialing/dial-budget.ts'
import { createDirectUpgrade, type DirectUpgrade } from './direct-upgrade.ts'
import { createIdentity } from '../identity/identity.ts'
import { PUNCH_PER_PEER_MS } from '../limits.ts'
import { isOutside } from '../addresses/shareable-addresses.ts'

const [ann, eve] = [createIdentity(randomBytes(32)).peer, createIdentity(randomBytes(32)).peer]
const { signal } = new AbortController()
const upgrades: DirectUpgrade[] = []
afterEach(() => {
  for (const upgrade of upgrades.splice(0)) upgrade.stop()
})

/** Ann, whom Eve reaches through a relay, and whom she asks to dial. */
function asked() {
  const dialled: string[] = []
  const now = { ms: 1_000_000 }
  const budget = createDialBudget(() => now.ms)
  const due: (() => void)[] = []
  const upgrade = createDirectUpgrade({
    self: ann,
    clock: { nowMs: () => now.ms, after: (_ms, callback) => (due.push(callback), () => undefined) },
    isRelayed: () => true,
    dialDirect: () => Promise.reject(new Error('no address')),
    request: () => Promise.reject(new Error('nobody is asked')),
    dialPunch: (address) => {
      dialled.push(address.toString())
      return Promise.reject(new Error('nobody there'))
    },
    mayDial: (peer) => budget.take(peer),
    seenAt: () => ['25.0.0.1', '2a00::1'],
    isOutside,
  })
  upgrades.push(upgrade)
  const ask = async (hosts: readonly string[], port = 20_000): Promise<void> => {
    await upgrade.answer(eve, encodeCanonical({ hosts, port }), signal)
    for (const callback of due.splice(0)) callback()
  }
  return { ask, dialled, budget, now }
}

it('[H23] no peer is made to dial this machine, its network or many hosts, however spelled', async () => {
  const { ask, dialled, now } = asked()
  for (const host of [
    '127.0.0.1',
    '192.168.1.1',
    '255.255.255.255',
    '::ffff:127.0.0.1',
    '0:0::1',
    '64:ff9b::7f00:1',
  ]) {
    await ask([host])
    now.ms += PUNCH_PER_PEER_MS
  }
  expect(dialled).toEqual([])
  await ask(['25.0.0.9', '2a00::9'])
  expect(dialled).toHaveLength(2)
})

it('[H7] what a contact asks to be dialled counts with what its addresses make this peer dial', async () => {
  const { ask, dialled, budget } = asked()
  while (budget.take(eve)) continue
  await ask(['25.0.0.9', '2a00::9'])
  expect(dialled).toEqual([])
})

it('[H23] a clock that is set back does not keep peers from asking', async () => {
  const { ask, dialled, now } = asked()
  await ask(['25.0.0.9'])
  await expect(ask(['25.0.0.9'])).rejects.toMatchObject({ fault: { kind: 'too-busy' } })
  now.ms -= 500_000
  await ask(['25.0.0.9'])
  expect(dialled).toHaveLength(2)
})

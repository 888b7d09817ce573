import { describe, expect, it } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import { dialOrder, isNewRecord, isWorthNoting } from './address-book.ts'
import type { DurableEvent } from '../event.ts'
import { initialState } from '../state.ts'
import { step } from '../step.ts'

const ME = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp' as PeerId
const ANN = '12D3KooWHdiAxVd8uMQR1hGWXccidmfCwLqcMpGwR6QcTP6QRMuD' as PeerId
const NOON = Date.UTC(2026, 0, 1, 12)
const HOUR_MS = 3_600_000

function paired() {
  const state = initialState(ME, 'me')
  const paired = { at_ms: NOON, peer: ANN, name: 'ann', addresses: ['/old'], trust: 0.8 }
  step(state, { kind: 'paired', ...paired })
  const contact = () => state.pairing.contacts.get(ANN)!
  const tell = (event: DurableEvent) => step(state, event).effects.map(({ kind }) => kind)
  const learn = (sequence: number, ...addresses: string[]) =>
    tell({ kind: 'addresses-learned', at_ms: NOON, peer: ANN, sequence, addresses })
  const worked = (address: string, at_ms = NOON) =>
    tell({ kind: 'address-worked', at_ms, peer: ANN, address })
  return { state, contact, learn, worked }
}

describe('[H2] the address book', () => {
  it('takes the record with the highest sequence, in whatever order they come', () => {
    const { state, contact, learn } = paired()
    expect(learn(5, '/new')).toEqual(['contacts-changed'])
    expect(learn(4, '/older')).toEqual([])
    expect(learn(5, '/again')).toEqual([])
    expect(contact()).toMatchObject({ addresses: ['/new'], sequence: 5 })
    expect(isNewRecord(state, { peer_id: ANN, sequence: 6 })).toBe(true)
    expect(isNewRecord(state, { peer_id: ANN, sequence: 5 })).toBe(false)
    expect(isNewRecord(state, { peer_id: ME, sequence: 6 })).toBe(false)
  })

  it('keeps the addresses of a contact that publishes none', () => {
    const { contact, learn } = paired()
    learn(1, '/new')
    learn(2)
    expect(contact()).toMatchObject({ addresses: ['/new'], sequence: 2 })
  })

  it('tries first where a contact was reached and says to be, and last where it was once', () => {
    const { contact, learn, worked } = paired()
    learn(1, '/a', '/b')
    worked('/once')
    worked('/b')
    expect(dialOrder(contact())).toEqual(['/b', '/a', '/once'])
  })

  it('remembers a bounded number of places, and a pairing anew forgets none', () => {
    const { state, contact, worked } = paired()
    for (let i = 0; i < 40; i++) worked(`/${i}`, NOON + i)
    expect(contact().worked).toHaveLength(8)
    step(state, { kind: 'paired', at_ms: NOON, peer: ANN, name: 'ann', addresses: ['/x'], trust: 0.5 })
    expect(contact().worked).toHaveLength(8)
    expect(dialOrder(contact()).length).toBeLessThanOrEqual(16)
  })

  it('records where a contact was reached only when that is news, or some hours old', () => {
    const { state, worked } = paired()
    const isNews = (address: string, atMs: number) => isWorthNoting(state, ANN, address, atMs)
    expect(isNews('/a', NOON)).toBe(true)
    worked('/a')
    expect(isNews('/a', NOON + HOUR_MS)).toBe(false)
    expect(isNews('/a', NOON + 6 * HOUR_MS)).toBe(true)
    expect(isNews('/b', NOON + HOUR_MS)).toBe(true)
    worked('/b')
    expect(isNews('/a', NOON + HOUR_MS)).toBe(true)
    expect(isWorthNoting(state, ME, '/a', NOON)).toBe(false)
  })
})

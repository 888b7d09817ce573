import { expect, it } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import { faultOf } from '../../protocol/fault.ts'
import { findNamed } from './named-person.ts'

const ANNA = { peer_id: `12D3KooW${'1'.repeat(40)}anna` as PeerId, name: 'Anna', short_name: 'valom-jobip' }
const BEN = { peer_id: `12D3KooW${'2'.repeat(40)}benn` as PeerId, short_name: 'lusab-babad' }

it.each(['Anna', 'valom-jobip', ANNA.peer_id, 'anna', '12D3KooW1'])('finds a person by %s', (named) => {
  expect(findNamed([ANNA, BEN, ANNA], named)).toBe(ANNA.peer_id)
})

it.each([
  ['12D3', 'bad-input'],
  ['nn', 'unknown-peer'],
  ['', 'unknown-peer'],
])('does not guess whom %j means', (named, kind) => {
  let fault
  try {
    findNamed([ANNA, BEN], named)
  } catch (error) {
    fault = faultOf(error, 'malformed')
  }
  expect(fault?.kind).toBe(kind)
})

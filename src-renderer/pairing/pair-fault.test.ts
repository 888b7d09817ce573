import type { Fault } from '#contract'
import { describe, expect, it } from 'vitest'
import { english } from '../../src-preload/text/en/all.ts'
import { pairFaultText } from './pair-fault.ts'

const words = english.people.pairFault

function said(kind: Fault['kind']): string {
  return pairFaultText({ kind, message: 'its own line' }, words)
}

describe('why pairing did not work', () => {
  it('says what to do for what happens', () => {
    expect(said('malformed')).toBe(words.mistyped)
    expect(said('invite-refused')).toBe(words.refused)
    expect(said('bad-input')).toBe(words.own)
    expect(said('unreachable')).toBe(words.unreachable)
    expect(said('timed-out')).toBe(words.late)
  })

  it('says what the node says of anything else', () => {
    expect(said('storage-failed')).toContain('its own line')
  })
})

import { describe, expect, it } from 'vitest'
import { createUnitLog } from './unit-log.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

describe("a unit's log", () => {
  it('is what was said, in order', () => {
    const log = createUnitLog(100)
    log.add(utf8('one\n'))
    log.add(utf8('two'))
    expect(log.text()).toBe('one\ntwo')
    expect(log.lastLine()).toBe('two')
  })

  it('takes no more than its limit, and says in one closing line how much was dropped', () => {
    const log = createUnitLog(5)
    for (let i = 0; i < 1_000; i++) log.add(utf8('abc'))
    expect(log.text()).toBe('abcab\n[the log is full: 2995 more bytes were dropped]\n')
    const none = createUnitLog(0)
    none.add(utf8('abc'))
    expect(none.text()).toBe('[the log is full: 3 more bytes were dropped]\n')
  })

  it('is valid text whatever the bytes, also where the limit cuts a character', () => {
    const log = createUnitLog(3)
    log.add(Uint8Array.of(0x61, 0xff))
    log.add(utf8('é'))
    expect(log.text().isWellFormed()).toBe(true)
    expect(log.text().startsWith('a��')).toBe(true)
  })

  it('quotes its last line that says something, and not all of a long one', () => {
    const log = createUnitLog(10_000)
    log.add(utf8('first\nlast \n\n  \n'))
    expect(log.lastLine()).toBe('last')
    log.add(utf8('x'.repeat(5_000)))
    expect(log.lastLine().length).toBe(300)
    expect(createUnitLog(10).lastLine()).toBe('')
  })
})

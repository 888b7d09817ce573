import { describe, expect, it } from 'vitest'
import { createUnitLog } from './unit-log.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

describe("a unit's log", () => {
  it('is what was said, in order', () => {
    const log = createUnitLog(100)
    log.add(utf8('one\n'))
    log.add(utf8('two'))
    expect(log.text()).toBe('one\ntwo')
    expect(log.lastWords()).toBe('two')
  })

  it('[X9] takes no more than its limit, and says in one closing line how much was dropped', () => {
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
    expect(log.lastWords()).toBe('last')
    log.add(utf8('x'.repeat(5_000)))
    expect(log.lastWords().length).toBe(300)
    expect(createUnitLog(10).lastWords()).toBe('')
  })

  it.each<[string, string, string]>([
    [
      'Rust',
      "working\nthread 'main' panicked at src/main.rs:4:5:\nindex out of bounds: the len is 3\n but the index is 7\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
      "thread 'main' panicked at src/main.rs:4:5: index out of bounds: the len is 3 but the index is 7",
    ],
    [
      'Rust, with its number and a backtrace',
      "thread 'main' (1) panicked at src/lib.rs:1:1:\nboom\nstack backtrace:\n   0: rust_begin_unwind\n",
      "thread 'main' (1) panicked at src/lib.rs:1:1: boom",
    ],
    [
      'Go',
      'panic: runtime error: index out of range [7] with length 3\n\ngoroutine 1 [running]:\nmain.main()\n\t/tmp/main.go:5 +0x2\nexit status 2\n',
      'panic: runtime error: index out of range [7] with length 3',
    ],
    ['C', 'Assertion failed: n > 0 (main.c: f: 3)\n', 'Assertion failed: n > 0 (main.c: f: 3)'],
    [
      'the last of several, without what moves a cursor',
      "thread 'a' panicked at 1:\none\n\nthread 'b' panicked at 2:\n\u001b[31mtwo\u202e\r\n",
      "thread 'b' panicked at 2: [31mtwo",
    ],
  ])('[X18] quotes a panic of %s whole', (_, text, words) => {
    const log = createUnitLog(10_000)
    log.add(utf8(text))
    expect(log.lastWords()).toBe(words)
  })
})

import { expect, test } from 'vitest'
import { lastWordsOf, withLastWords } from './last-words.ts'

test('[X20] last words are cut between characters, never within one', () => {
  for (const length of [298, 299, 300, 301]) {
    const words = lastWordsOf(`${'x'.repeat(length)}😀😀`)
    expect(words.isWellFormed()).toBe(true)
    expect(words.length).toBeLessThanOrEqual(300)
    expect(words.length).toBeGreaterThanOrEqual(299)
  }
  for (const length of [1_990, 1_991]) {
    const { message } = withLastWords({ kind: 'trapped', message: 'x'.repeat(length) }, '😀'.repeat(10))
    expect(message.isWellFormed()).toBe(true)
    expect(message.length).toBeLessThanOrEqual(2_000)
  }
})

import { expect, it } from 'vitest'
import { printable, printableJson, printableLine } from './printable-text.ts'

const HOSTILE = '\u001b[2J\u0007\u009b31m\u007f\u0000\u202eevil\u2066\u2028\r'

it('[Y4] what others wrote cannot act on the terminal, and text of any language stays', () => {
  expect(printable('grün 日本 👋 عربي\n\tok\r\n')).toBe('grün 日本 👋 عربي\n\tok\n')
  expect(printable('\u001b[2Jgone\u0007\r over')).toBe('\ufffd[2Jgone\ufffd\ufffd over')
  expect(printable('\u009b31m\u007f\u0000\u202eevil')).toBe('\ufffd31m\ufffd\ufffd\ufffdevil')
})

it('[Y4] a name stays in its line', () => {
  expect(printableLine('Eve\npeer  Mallory\tx\r\n')).toBe('Eve\ufffdpeer  Mallory\ufffdx\ufffd\ufffd')
})

it('[Y4] JSON has nothing that acts on a terminal, and means the same', () => {
  const json = printableJson({ [HOSTILE]: [HOSTILE, 'grün 👋'] })
  expect(json).toBe(printableLine(json))
  expect(JSON.parse(json)).toEqual({ [HOSTILE]: [HOSTILE, 'grün 👋'] })
})

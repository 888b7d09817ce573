import { expect, it } from 'vitest'
import { printable } from './printable-text.ts'

it('what a module wrote cannot act on the terminal, and text of any language stays', () => {
  expect(printable('grün 日本 👋 عربي\n\tok\r\n')).toBe('grün 日本 👋 عربي\n\tok\n')
  expect(printable('\u001b[2Jgone\u0007\r over')).toBe('\ufffd[2Jgone\ufffd\ufffd over')
  expect(printable('\u009b31m\u007f\u0000\u202eevil')).toBe('\ufffd31m\ufffd\ufffd\ufffdevil')
})

import { expect, it } from 'vitest'
import { bestLanguage, loadMessages } from './index.ts'

/** Every message's place, with what kind of thing it is. */
function places(messages: object, at = ''): Map<string, unknown> {
  return new Map(
    Object.entries(messages).flatMap(([key, value]: [string, unknown]) => {
      const place = at === '' ? key : `${at}.${key}`
      return typeof value === 'object' && value !== null ? [...places(value, place)] : [[place, value]]
    }),
  )
}

const english = places(await loadMessages('en'))
const german = places(await loadMessages('de'))

it('every language says everything, and nothing more', () => {
  expect([...german.keys()].sort()).toEqual([...english.keys()].sort())
})

it('no message is empty or has blanks at its ends', () => {
  for (const [place, message] of [...english, ...german])
    if (typeof message === 'string') expect(message.trim() === message && message !== '', place).toBe(true)
})

it('a language is chosen by what the user reads best', () => {
  expect(bestLanguage(['fr-FR', 'de-AT', 'en'])).toBe('de')
  expect(bestLanguage(['en-GB', 'de'])).toBe('en')
  expect(bestLanguage(['fr'])).toBe('en')
  expect(bestLanguage([])).toBe('en')
})

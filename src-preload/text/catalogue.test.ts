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

/** Words that README.md names as not to be used, as they begin. */
const AVOIDED = {
  en: /\b(nodes?|peers?(?! id)|hosts?|contacts?|friends?|redundan\w*|reputation|swarm|whoever|anew)\b/i,
  de: /\b(Knoten|Peers?(?!-ID)|Hosts?|Kontakte?n?|Freund\w*|Redundan\w*|Reputation|Jobs?|deinen? Personen)\b/,
}

/** The words of a message, without the names of its values. */
function wordsOf(message: unknown): string {
  const literals = String(message).matchAll(/'([^'\n]*)'|`([^`]*)`/g)
  const text = typeof message === 'string' ? message : [...literals].map((one) => one[1] ?? one[2]).join(' ')
  return text.replaceAll(/\$\{[^}]*\}/g, ' ')
}

it.each([
  ['en', english],
  ['de', german],
] as const)('the texts in %s keep to the list of terms', (language, texts) => {
  for (const [place, message] of texts)
    expect(wordsOf(message).match(AVOIDED[language])?.[0], `${place}: ${wordsOf(message)}`).toBeUndefined()
})

it('a language is chosen by what the user reads best', () => {
  expect(bestLanguage(['fr-FR', 'de-AT', 'en'])).toBe('de')
  expect(bestLanguage(['en-GB', 'de'])).toBe('en')
  expect(bestLanguage(['fr'])).toBe('en')
  expect(bestLanguage([])).toBe('en')
})

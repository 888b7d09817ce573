/**
 * The one catalogue of the program's texts, in the window and in the tray. A message is a string, or a function of its
 * values; plurals go through `plural`. This file is the package's entry, imported elsewhere as `#text`.
 */
import type { Language } from './language.ts'
import type { Messages } from './messages.ts'

/** A language's catalogue, loaded on demand. */
export async function loadMessages(language: Language): Promise<Messages> {
  switch (language) {
    case 'en':
      return (await import('./en/all.ts')).english
    case 'de':
      return (await import('./de/all.ts')).german
  }
}

/** The catalogue's language for a list of a user's languages, the best first (BCP 47). */
export function bestLanguage(wanted: readonly string[]): Language {
  const known = wanted
    .map((tag) => tag.toLowerCase().split('-')[0])
    .find((tag) => tag === 'en' || tag === 'de')
  return known ?? 'en'
}

export type { Language } from './language.ts'
export type { Messages } from './messages.ts'
export { plural } from './plural.ts'
export { createFormat, type Format } from './format.ts'
export {
  helpedWithWords,
  kindWords,
  sharingWords,
  tookWords,
  statusLine,
  type StatusFacts,
} from './status-line.ts'

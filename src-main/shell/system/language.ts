import type { Preferences } from '#contract'
import { bestLanguage, createFormat, loadMessages, type Format, type Language, type Messages } from '#text'

/** The shell's language, with its texts and formats. */
export interface Speech {
  readonly language: Language
  readonly messages: Messages
  readonly format: Format
}

/** The catalogue of a user's language: the one they chose, or the best of their system's. */
export async function speechFor(
  wanted: Preferences['language'],
  systemLanguages: readonly string[],
): Promise<Speech> {
  const language = wanted === 'system' ? bestLanguage(systemLanguages) : wanted
  return { language, messages: await loadMessages(language), format: createFormat(language) }
}

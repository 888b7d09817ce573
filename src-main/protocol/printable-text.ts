/** Control characters, those that turn the direction of what follows, and line ends that only some programs know. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu

/**
 * Foreign text, safe to show on a terminal or in a log: characters that would move the cursor, change colours, show
 * text in another order or answer in the user's name become U+FFFD. Tabs and line feeds stay; a carriage return before
 * one goes.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(UNSAFE, (character) => (character === '\n' || character === '\t' ? character : '\ufffd'))
}

/** The same for text that has one line, as a name has: it cannot begin another. */
export function printableLine(text: string): string {
  return text.replace(UNSAFE, '\ufffd')
}

/** A value as JSON on one line, safe to show too: those characters are written as escapes, so that the value is the same. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Characters that no shell reads as anything but themselves. */
const PLAIN_WORD = /^[\w@%+=:,./-]+$/

/** A word as a user types it into a POSIX shell, quoted where it must be; always on one line. */
export function shellWord(word: string): string {
  if (PLAIN_WORD.test(word)) return word
  if (!/\p{Cc}/u.test(word)) return `'${word.replaceAll("'", `'\\''`)}'`
  const escaped = word
    .replace(/[\\']/g, '\\$&')
    .replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `$'${escaped}'`
}

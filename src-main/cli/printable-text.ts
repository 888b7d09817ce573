/** Control characters, and those that turn the direction of what follows. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}]/gu

/**
 * Text that a stranger's module wrote, safe to show: what would move the cursor, change colours or answer in the
 * user's name becomes U+FFFD. Tabs and line feeds stay; a carriage return before one goes.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(UNSAFE, (character) => (character === '\n' || character === '\t' ? character : '\ufffd'))
}

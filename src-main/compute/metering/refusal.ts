import { refuse } from '../../protocol/fault.ts'

/** Characters that move a terminal's cursor, reverse its text or show nothing; no message of ours holds any. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu
/** Characters of a refusal: more are no line. */
const REFUSAL_CHARS_MAX = 400
/** Characters of a name in a message. */
const NAME_CHARS_MAX = 60

/** A stranger's name in a message of one line: short, and nothing in it that is not to be seen. */
export function quotedName(name: string): string {
  const plain = name.replace(/[^\x21-\x7e]/g, '?')
  return plain.length > NAME_CHARS_MAX ? `${plain.slice(0, NAME_CHARS_MAX)}…` : plain
}

/**
 * Refuses a stranger's module: the one way in which anything in this folder says no to bytes.
 *
 * @param what what is wrong, naming the feature or the limit: 'threads', 'memory minimum 60000 pages is over the limit 4096'
 * @param offset byte of the module at which it was seen
 * @throws FaultError `module-refused`, always
 */
export function refuseModule(what: string, offset?: number): never {
  // Names of the module's own come in the words of V8 too.
  const printable = what.replaceAll(UNPRINTABLE, '?')
  const line = printable.length > REFUSAL_CHARS_MAX ? `${printable.slice(0, REFUSAL_CHARS_MAX)}…` : printable
  refuse('module-refused', `module refused: ${line}${offset === undefined ? '' : ` at byte ${offset}`}`)
}

/**
 * Levels of lists and objects in a file's JSON. Files for people have a few dozen; a recursive reader of deeper ones
 * overflows its stack.
 */
export const JSON_NESTING_MAX = 256

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
/** `[` and `{`; `]` and `}` are two more. */
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b])
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d])

/** Whether JSON has more levels than a reader may walk. Reads the text alone, so that it needs no stack itself. */
export function isNestedTooDeep(json: string, levelsMax = JSON_NESTING_MAX): boolean {
  let level = 0
  let isInString = false
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (isInString) {
      if (code === BACKSLASH) at++
      else if (code === QUOTE) isInString = false
    } else if (code === QUOTE) isInString = true
    else if (OPENING.has(code)) {
      if (++level > levelsMax) return true
    } else if (CLOSING.has(code)) level--
  }
  return false
}

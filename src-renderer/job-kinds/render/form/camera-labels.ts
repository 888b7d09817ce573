/** Longer names would make the list of cameras wider than its form. In UTF-16 units. */
const LABEL_LENGTH_MAX = 60

/** Characters that are not seen, or that turn the direction of what follows. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu

/**
 * The names of a scene's cameras as a list shows them, in the order of their numbers. Names are a stranger's text: they get
 * on one line, without characters that are not seen, and are cut. A camera without a name is told by its number, and so
 * are several of one name. @param numbered words for a camera by its number, from 1
 */
export function cameraLabels(
  names: readonly string[],
  numbered: (number: string) => string,
): readonly string[] {
  const shown = names.map((name) => cut(name.replace(UNSEEN, ' ').replace(/\s+/gu, ' ').trim()))
  const counts = new Map<string, number>()
  for (const name of shown) counts.set(name, (counts.get(name) ?? 0) + 1)
  return shown.map((name, i) => {
    if (name === '') return numbered(`${i + 1}`)
    return counts.get(name) === 1 ? name : `${name} (${numbered(`${i + 1}`)})`
  })
}

function cut(name: string): string {
  if (name.length <= LABEL_LENGTH_MAX) return name
  // Without the first half of a letter of two units at the end.
  return `${name.slice(0, LABEL_LENGTH_MAX - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

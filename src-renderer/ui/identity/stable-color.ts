/** Hues that people can tell apart in a list; red and amber are left to what is wrong. */
const HUES = [175, 205, 232, 258, 285, 312, 338, 118, 148, 92] as const
/** Two of lightness double the number of colours. All have a contrast of at least 3 to the surfaces of both themes. */
const LIGHTNESS = [0.54, 0.62] as const

/** A person's colour, from their key: the same in lists, tiles, graph and charts, on every machine, in both themes. */
export function stableColor(key: string): string {
  const hash = fnv1a(key)
  const hue = HUES[hash % HUES.length] ?? HUES[0]
  const lightness = LIGHTNESS[Math.floor(hash / HUES.length) % LIGHTNESS.length] ?? LIGHTNESS[0]
  return `oklch(${lightness} 0.13 ${hue})`
}

/** FNV-1a, 32 bits (Fowler, Noll, Vo): small, and even over short keys. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  // Its low bits alone do not mix well; fold the high ones in.
  return (hash ^ (hash >>> 15)) >>> 0
}

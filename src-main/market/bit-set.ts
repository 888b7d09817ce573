const BITS = 32

/** A set of the whole numbers from 0 to `size` - 1, which finds its next member without looking at those between. */
export interface BitSet {
  readonly count: number
  has(index: number): boolean
  add(index: number): void
  remove(index: number): void
  /** The first member at or after `from`; undefined when there is none. */
  next(from: number): number | undefined
  /** The first number at or after `from` that is no member; at most `size`. */
  nextAbsent(from: number): number
}

/**
 * A bit a number, and a bit for each word that has any: a million numbers are 128 kB, and the next member is found by
 * looking at a few dozen words at the most, wherever it is.
 */
export function createBitSet(size: number, isFull = false): BitSet {
  const words = new Uint32Array(Math.ceil(size / BITS))
  const summary = new Uint32Array(Math.ceil(words.length / BITS))
  let count = 0

  if (isFull) {
    words.fill(0xffffffff)
    if (size % BITS !== 0) words[words.length - 1] = 2 ** (size % BITS) - 1
    for (let word = 0; word < words.length; word++) mark(summary, word)
    count = size
  }

  return {
    get count() {
      return count
    },
    has: (index) => isMarked(words, index),
    add(index) {
      if (index < 0 || index >= size || isMarked(words, index)) return
      mark(words, index)
      mark(summary, index >>> 5)
      count++
    },
    remove(index) {
      if (index < 0 || index >= size || !isMarked(words, index)) return
      words[index >>> 5] = (words[index >>> 5] ?? 0) & ~(1 << (index & 31))
      if (words[index >>> 5] === 0) {
        const word = index >>> 5
        summary[word >>> 5] = (summary[word >>> 5] ?? 0) & ~(1 << (word & 31))
      }
      count--
    },
    next(from) {
      if (count === 0 || from >= size) return undefined
      const first = Math.max(0, from)
      const here = bitFrom(words[first >>> 5] ?? 0, first & 31)
      if (here >= 0) return (first >>> 5) * BITS + here
      const word = nextMarked(summary, (first >>> 5) + 1)
      return word === undefined ? undefined : word * BITS + bitFrom(words[word] ?? 0, 0)
    },
    nextAbsent(from) {
      const first = Math.max(0, from)
      for (let word = first >>> 5; word < words.length; word++) {
        const start = word === first >>> 5 ? first & 31 : 0
        const gap = bitFrom(~(words[word] ?? 0), start)
        if (gap >= 0) return Math.min(size, word * BITS + gap)
      }
      return size
    },
  }
}

function isMarked(words: Uint32Array, index: number): boolean {
  return index >= 0 && (((words[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1
}

function mark(words: Uint32Array, index: number): void {
  words[index >>> 5] = (words[index >>> 5] ?? 0) | (1 << (index & 31))
}

/** The lowest bit of a word that is set, from a place on; -1 when none is. */
function bitFrom(word: number, start: number): number {
  const rest = (word >>> start) << start
  return rest === 0 ? -1 : 31 - Math.clz32(rest & -rest)
}

function nextMarked(words: Uint32Array, from: number): number | undefined {
  for (let word = from >>> 5; word < words.length; word++) {
    const bit = bitFrom(words[word] ?? 0, word === from >>> 5 ? from & 31 : 0)
    if (bit >= 0) return word * BITS + bit
  }
  return undefined
}

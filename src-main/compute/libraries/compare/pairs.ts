import { FaultError } from '../../../protocol/fault.ts'
import type { LibraryInput } from '../../library.ts'

/** Something read of a candidate, or why it cannot be compared, in one line. */
export type Reading<Value> =
  { readonly kind: 'read'; readonly value: Value } | { readonly kind: 'unreadable'; readonly why: string }

/** A comparator's rule for one pair of outputs. */
export interface PairRule<Content> {
  /** Facts that two outputs must share to be alike (their size), known without reading all of them. */
  shape(output: LibraryInput): Reading<string>
  /** The content, as it is compared. */
  read(output: LibraryInput): Reading<Content>
  /** Whether two contents of one shape are alike: the same whichever comes first. */
  alike(one: Content, other: Content): boolean
  /** Lets go of a content. */
  close?(content: Content): void
}

/** Which candidates are alike, in their order, and in `notes` which of them could not be read. */
export interface ComparedPairs {
  readonly alike: readonly (readonly boolean[])[]
  readonly notes: readonly string[]
}

interface Candidate {
  readonly index: number
  readonly output: LibraryInput
  shape: Reading<string>
}

/**
 * Compares every pair of outputs, whose CIDs differ. One that cannot be read is alike to itself alone. At most two contents are held at a time. Of a pair the smaller CID comes first, so that the order of the
 * candidates changes nothing.
 *
 * @param progress hears which part of the candidates was compared with all others
 * @throws FaultError for what this machine lacks, never for what a candidate holds
 */
export function comparePairs<Content>(
  outputs: readonly LibraryInput[],
  rule: PairRule<Content>,
  progress: (fraction: number) => void,
): ComparedPairs {
  const alike = outputs.map((_, i) => outputs.map((_other, j) => i === j))
  const candidates = outputs.map((output, index): Candidate => {
    return { index, output, shape: opened(() => rule.shape(output)) }
  })
  const ordered = candidates.toSorted((a, b) => (a.output.cid < b.output.cid ? -1 : 1))
  for (const [place, one] of ordered.entries()) {
    const others = ordered.slice(place + 1).filter((other) => isWorthALook(one, other))
    if (others.length > 0) compareWith(one, others)
    progress((place + 1) / ordered.length)
  }

  function compareWith(one: Candidate, others: readonly Candidate[]): void {
    withContent(one, (content) => {
      for (const other of others) {
        if (!isWorthALook(one, other)) continue // a look found it unreadable
        withContent(other, (next) => {
          if (rule.alike(content, next)) markAlike(alike, one.index, other.index)
        })
      }
    })
  }

  function withContent(candidate: Candidate, use: (content: Content) => void): void {
    const reading = opened(() => rule.read(candidate.output))
    if (reading.kind === 'unreadable') {
      candidate.shape = reading
      return
    }
    try {
      use(reading.value)
    } finally {
      rule.close?.(reading.value)
    }
  }

  const notes = candidates.flatMap(({ index, shape }) =>
    shape.kind === 'unreadable' ? [`candidate ${index} cannot be compared: ${shape.why}`] : [],
  )
  return { alike, notes }
}

/** Whether two may turn out to be alike. */
function isWorthALook(one: Candidate, other: Candidate): boolean {
  return one.shape.kind === 'read' && other.shape.kind === 'read' && one.shape.value === other.shape.value
}

function markAlike(alike: readonly boolean[][], i: number, j: number): void {
  for (const [from, to] of [
    [i, j],
    [j, i],
  ] as const) {
    const row = alike[from]
    if (row !== undefined) row[to] = true
  }
}

/** A sealed candidate that the job's key does not open is its provider's fault, like other content that makes no sense. */
function opened<Value>(read: () => Reading<Value>): Reading<Value> {
  try {
    return read()
  } catch (error) {
    if (error instanceof FaultError && error.fault.kind === 'not-opened') {
      return { kind: 'unreadable', why: error.fault.message }
    }
    throw error
  }
}

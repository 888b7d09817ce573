import type { Random } from '../ports/random.ts'
import { JobId } from '../protocol/ids.ts'

/** Letters and digits that are not confused when read aloud; 32, so that five bits of a byte name one. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'
/** Forty bits: among a million own jobs, two with one id are improbable. */
const LETTERS = 8

/**
 * A job's name for people: what it is, and eight random letters, `path-trace-k3vx8m2q`.
 * @param algorithmId its last part becomes the beginning
 */
export function newJobId(random: Random, algorithmId: string): JobId {
  const last = algorithmId.slice(algorithmId.lastIndexOf('.') + 1)
  const kind = last.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 32) || 'job'
  const letters = Array.from(random.bytes(LETTERS), (byte) => ALPHABET.charAt(byte % ALPHABET.length))
  return JobId.parse(`${kind}-${letters.join('')}`)
}

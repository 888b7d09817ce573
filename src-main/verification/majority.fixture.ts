import { POLICY } from '../protocol/policy.ts'
import { judge as judgeBy, quorumOf as quorumBy, type Verdict } from './consensus.ts'

/** How many peers must agree by the usual policy: the majority. */
export const quorumOf = (redundancy: number): number => quorumBy(redundancy, POLICY.verification)

/** The verdict by the usual policy. */
export function judge(input: Omit<Parameters<typeof judgeBy>[0], 'quorum'>): Verdict {
  return judgeBy({ ...input, quorum: quorumOf(input.redundancy) })
}

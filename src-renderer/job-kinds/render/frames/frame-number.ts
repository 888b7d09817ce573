import type { JobSummary } from '#contract'

/** Which frame of an animation a render shows; undefined for a still and for jobs of other kinds. */
export function frameOf({ facts }: JobSummary): number | undefined {
  return facts.kind === 'render' ? facts.frame : undefined
}

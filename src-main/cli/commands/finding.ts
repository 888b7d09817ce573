/** How bad a finding is: `wrong` needs the user's action, `weak` could be better. */
export type Verdict = 'fine' | 'weak' | 'wrong'

/** One thing that was looked at. */
export interface Finding {
  readonly what: string
  readonly verdict: Verdict
  /** One line. */
  readonly found: string
}

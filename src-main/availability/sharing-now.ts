import type { RuleName } from '../protocol/pause-rule.ts'

/** Whether this PC works for others at this moment, and why not; the contract's shape. Own jobs go on all the same. */
export type SharingNow =
  | { readonly kind: 'sharing'; readonly until_ms?: number }
  | { readonly kind: 'measuring' }
  | { readonly kind: 'off' }
  | { readonly kind: 'outside-hours'; readonly next_ms?: number }
  | { readonly kind: 'paused-by-user'; readonly since_ms: number; readonly until_ms?: number }
  | {
      readonly kind: 'paused-by-rule'
      readonly rule: RuleName
      readonly value?: number
      readonly threshold?: number
      readonly since_ms: number
    }
  | { readonly kind: 'disk-full'; readonly since_ms: number }
  | { readonly kind: 'finishing'; readonly since_ms: number; readonly until_ms?: number }

/** The reading of a rule; the contract's shape and units. */
export interface RuleReading {
  readonly rule: RuleName
  readonly state: 'fine' | 'bothered' | 'unreadable'
  readonly value?: number
  readonly since_ms?: number
  readonly overridden_until_ms?: number
}

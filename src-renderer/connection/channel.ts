import type { ClientContext, ClientLink } from '@orpc/client'

/** One way to the node, for as long as it stays open. */
export interface Channel {
  readonly link: ClientLink<ClientContext>
  /** Resolves when it has ended, from whichever side. */
  readonly closed: Promise<void>
  close(): void
}

/** The outcome of an attempt to reach the node. */
export type Dialled =
  | { readonly kind: 'open'; readonly channel: Channel }
  /** No answer; another attempt may succeed. */
  | { readonly kind: 'unreachable' }
  /** The node answers, and does not let this window in. */
  | { readonly kind: 'refused' }

/** One attempt to reach the node. */
export type Dial = (signal: AbortSignal) => Promise<Dialled>

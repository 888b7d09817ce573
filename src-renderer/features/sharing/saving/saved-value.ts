/**
 * A value that is edited here and kept by the node: shown as edited at once, saved a moment later, as it was before
 * when the node refuses, and with a way back. Pure: state and event in, state out.
 */

/** Steps back that are kept: an evening of painting. */
const UNDO_MAX = 100

/** The value that is shown, and how far it is saved. */
export type SavedValue<T> = {
  /** As edited. */
  readonly value: T
  /** As the node has it. */
  readonly kept: T
  /** Values to go back to, the latest last. */
  readonly past: readonly T[]
  /** Values that were gone back from, the latest last. */
  readonly future: readonly T[]
  readonly phase: 'unchanged' | 'waiting' | 'saving' | 'saved' | 'refused'
  /** Why it was refused, in words. */
  readonly fault?: string
  /** The field of the latest edit, while it waits: one slider's movement is one step back. */
  readonly editing?: string
}

/** An event in the life of the value. */
export type SavedEvent<T> =
  | { readonly kind: 'edited'; readonly value: T; readonly editing?: string }
  | { readonly kind: 'undone' }
  | { readonly kind: 'redone' }
  | { readonly kind: 'sent' }
  | { readonly kind: 'kept'; readonly value: T }
  | { readonly kind: 'refused'; readonly fault: string }
  /** The node says what it has, as others may have changed it. */
  | { readonly kind: 'told'; readonly value: T }

/** A value as the node has it. */
export function unchanged<T>(value: T): SavedValue<T> {
  return { value, kept: value, past: [], future: [], phase: 'unchanged' }
}

/** The state after an event. */
export function after<T>(state: SavedValue<T>, event: SavedEvent<T>): SavedValue<T> {
  const { value, kept, past, future } = state
  switch (event.kind) {
    case 'edited': {
      const goesOn =
        state.phase === 'waiting' && state.editing !== undefined && state.editing === event.editing
      return {
        value: event.value,
        kept,
        past: goesOn ? past : [...past, value].slice(-UNDO_MAX),
        future: [],
        phase: 'waiting',
        ...(event.editing === undefined ? {} : { editing: event.editing }),
      }
    }
    case 'undone': {
      const back = past.at(-1)
      if (back === undefined) return state
      return { value: back, kept, past: past.slice(0, -1), future: [...future, value], phase: 'waiting' }
    }
    case 'redone': {
      const forth = future.at(-1)
      if (forth === undefined) return state
      return { value: forth, kept, past: [...past, value], future: future.slice(0, -1), phase: 'waiting' }
    }
    case 'sent':
      return { value, kept, past, future, phase: 'saving' }
    case 'kept':
      return { ...state, kept: event.value, phase: event.value === value ? 'saved' : state.phase }
    case 'refused':
      // Edited again meanwhile: that is saved next, and may be taken.
      if (state.phase === 'waiting') return state
      return {
        value: kept,
        kept,
        past: past.filter((one) => one !== kept),
        // The refused value is one step forward away: it may be accepted when the connection is back.
        future: [value],
        phase: 'refused',
        fault: event.fault,
      }
    case 'told': {
      // A change under way here is newer than the value that the node sent before it arrived.
      if (state.phase === 'waiting' || state.phase === 'saving') return state
      if (canonical(event.value) === canonical(kept)) return state
      return unchanged(event.value)
    }
  }
}

/** The same text for the same value, in whatever order its parts are named. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

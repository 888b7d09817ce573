import { useEffect, useEffectEvent, useReducer } from 'react'
import { faultText } from '../../../connection/fault-text.ts'
import { useText } from '../../../state/text.tsx'
import { after, unchanged, type SavedEvent, type SavedValue } from './saved-value.ts'

/** Edits that come closer together are saved as one; long enough for a slider, too short to walk away in. */
const SAVE_AFTER_MS = 500

/** A value, how far it is saved, and what may be done with it. */
export interface Saved<T> {
  readonly state: SavedValue<T>
  /** Shows it at once and saves it soon. Edits of the same thing in a row are one step back. */
  readonly edit: (value: T, editing?: string) => void
  readonly undo: () => void
  readonly redo: () => void
}

/**
 * A value of the node that is edited here: see `SavedValue`. What is not saved yet is saved when its editor goes away.
 *
 * @param told the node's own, which replaces what is here unless an edit is under way
 */
export function useSavedValue<T>(told: T, save: (value: T) => Promise<unknown>): Saved<T> {
  const text = useText()
  const [state, dispatch] = useReducer(
    (before: SavedValue<T>, event: SavedEvent<T>) => after(before, event),
    told,
    unchanged<T>,
  )
  const { value, phase } = state
  const send = useEffectEvent(async (sent: T) => {
    dispatch({ kind: 'sent' })
    try {
      await save(sent)
      dispatch({ kind: 'kept', value: sent })
    } catch (error) {
      dispatch({ kind: 'refused', fault: faultText(error, text) })
    }
  })
  const saveUnsaved = useEffectEvent(() => {
    if (phase === 'waiting') void send(value)
  })
  useEffect(() => dispatch({ kind: 'told', value: told }), [told])
  useEffect(() => {
    if (phase !== 'waiting') return undefined
    const timer = setTimeout(() => void send(value), SAVE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [phase, value])
  useEffect(() => () => saveUnsaved(), [])
  return {
    state,
    edit: (next, editing) =>
      dispatch({ kind: 'edited', value: next, ...(editing === undefined ? {} : { editing }) }),
    undo: () => dispatch({ kind: 'undone' }),
    redo: () => dispatch({ kind: 'redone' }),
  }
}

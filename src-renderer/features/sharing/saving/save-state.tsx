import { ActionIcon, Tooltip } from '@mantine/core'
import { IconArrowBackUp, IconArrowForwardUp, IconCheck } from '@tabler/icons-react'
import { useText } from '../../../state/text.tsx'
import type { SavedValue } from './saved-value.ts'
import type { Saved } from './use-saved-value.ts'
import classes from './save-state.module.css'

/** How far a value is saved, whatever it is. */
type SaveFacts = Pick<SavedValue<unknown>, 'phase' | 'fault' | 'past' | 'future'>

/** Whether what was edited is saved, and the way back. */
export function SaveState({
  saved,
  withUndo = false,
}: {
  readonly saved: Pick<Saved<unknown>, 'undo' | 'redo'> & { readonly state: SaveFacts }
  readonly withUndo?: boolean
}) {
  const text = useText().sharing.saved
  const { phase, fault, past, future } = saved.state
  return (
    <div className={classes['state']}>
      <span role="status" className={classes['words']} data-phase={phase}>
        {(phase === 'waiting' || phase === 'saving') && text.saving}
        {phase === 'saved' && (
          <>
            <IconCheck size={14} aria-hidden="true" />
            {text.saved}
          </>
        )}
        {phase === 'refused' && text.refused(fault ?? '')}
      </span>
      {withUndo && (
        <>
          <Tooltip label={text.undoKeys}>
            <ActionIcon aria-label={text.undo} disabled={past.length === 0} onClick={saved.undo}>
              <IconArrowBackUp size={18} aria-hidden="true" />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={text.redoKeys}>
            <ActionIcon aria-label={text.redo} disabled={future.length === 0} onClick={saved.redo}>
              <IconArrowForwardUp size={18} aria-hidden="true" />
            </ActionIcon>
          </Tooltip>
        </>
      )}
    </div>
  )
}

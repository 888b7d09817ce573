import { Button } from '@mantine/core'
import type { Person } from '#contract'
import { useAction, useCalls } from '../../../connection/calls.tsx'
import { useText } from '../../../state/text.tsx'
import classes from './block-question.module.css'

/** Asks before a person is blocked, and says what that means. */
export function BlockQuestion({
  person,
  onCancel,
}: {
  readonly person: Person
  readonly onCancel: () => void
}) {
  const text = useText().people.block
  const calls = useCalls()
  const run = useAction()
  const { peer_id, name } = person
  return (
    <div role="group" aria-label={text.question(name)} className={classes['question']}>
      <p className={classes['meaning']}>
        <strong>
          <bdi>{text.question(name)}</bdi>
        </strong>{' '}
        {text.meaning}
      </p>
      <Button size="xs" autoFocus onClick={onCancel}>
        {text.cancel}
      </Button>
      <Button
        size="xs"
        variant="filled"
        color="bad"
        onClick={() => void run(() => calls.people.block({ peer_id }), { success: text.done(name) })}
      >
        {text.confirm}
      </Button>
    </div>
  )
}

import { Radio } from '@mantine/core'
import type { Sharing } from '#contract'
import { useText } from '../../../state/text.tsx'
import classes from './mode-choice.module.css'

/** The ways of sharing that are chosen here; slots are set by `meshctl`. */
export type Mode = Exclude<Sharing['kind'], 'slots'>

/** Never, always, or by the week. */
export function ModeChoice({
  kind,
  onMode,
}: {
  readonly kind: Sharing['kind']
  readonly onMode: (mode: Mode) => void
}) {
  const text = useText().sharing.mode
  const modes: readonly { mode: Mode; name: string; words: string }[] = [
    { mode: 'never', name: text.never, words: text.neverText },
    { mode: 'always', name: text.always, words: text.alwaysText },
    { mode: 'week', name: text.week, words: text.weekText },
  ]
  return (
    <Radio.Group
      aria-label={text.title}
      value={kind}
      onChange={(value) => {
        const chosen = modes.find(({ mode }) => mode === value)
        if (chosen !== undefined) onMode(chosen.mode)
      }}
    >
      <div className={classes['modes']}>
        {modes.map(({ mode, name, words }) => (
          <Radio.Card key={mode} value={mode} className={classes['mode'] ?? ''}>
            <Radio.Indicator size="sm" />
            <span className={classes['words']}>
              <span className={classes['name']}>{name}</span>
              <span className={classes['text']}>{words}</span>
            </span>
          </Radio.Card>
        ))}
      </div>
      {kind === 'slots' && <p className={classes['slots']}>{text.slots}</p>}
    </Radio.Group>
  )
}

import { Radio } from '@mantine/core'
import { useEffect, useEffectEvent } from 'react'
import type { Sharing } from '#contract'
import type { Messages } from '#text'
import { useQuery } from '../../connection/calls.tsx'
import { useNode } from '../../state/node-store.ts'
import { isInUseUnreadable } from './in-use.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { FaultNotice } from '../../ui/notices/fault-notice.tsx'
import { SkeletonList } from '../../ui/layout/skeleton-list.tsx'
import {
  NIGHT_MINUTES,
  NIGHT_STARTS_MINUTE,
  presetOf,
  PRESETS,
  suggestedPreset,
  type Preset,
} from './preset.ts'
import classes from './when-card.module.css'

const MINUTES_PER_DAY = 24 * 60

/**
 * When to share, in four answers. A new PC is suggested to share while its user is away, or by night where it cannot tell
 * when that is; hours that were set up already stay chosen.
 */
export function WhenCard({
  chosen,
  onChoose,
  onSuggest,
}: {
  readonly chosen: Preset | undefined
  readonly onChoose: (preset: Preset) => void
  /** Called with the answer to show as chosen until the user chooses. */
  readonly onSuggest: (preset: Preset) => void
}) {
  const text = useText().start.when
  const { language } = useFormat()
  const sharing = useQuery('start sharing', (calls) => calls.sharing.get())
  const isIdleUnreadable = useNode(isInUseUnreadable)
  const known = sharing.state === 'ready' ? presetOf(sharing.value) : undefined
  const suggested = known === undefined ? undefined : suggestedPreset(known, isIdleUnreadable)
  const suggest = useEffectEvent(() => {
    if (suggested !== undefined) onSuggest(suggested)
  })
  useEffect(() => suggest(), [suggested])
  if (sharing.state === 'failed') return <FaultNotice message={sharing.message} onRetry={sharing.retry} />
  if (sharing.state === 'loading') return <SkeletonList rows={4} height={64} />

  const hints: Record<Preset, string> = {
    idle: text.hint.idle,
    nights: text.hint.nights(
      hourWords(NIGHT_STARTS_MINUTE, language),
      hourWords((NIGHT_STARTS_MINUTE + NIGHT_MINUTES) % MINUTES_PER_DAY, language),
    ),
    always: text.hint.always,
    choose: text.hint.choose,
  }
  return (
    <Radio.Group
      aria-label={text.label}
      value={chosen ?? null}
      onChange={(value) => {
        const preset = PRESETS.find((one) => one === value)
        if (preset !== undefined) onChoose(preset)
      }}
    >
      <div className={classes['answers']}>
        {PRESETS.map((preset) => (
          <Radio.Card key={preset} value={preset} className={classes['answer'] ?? ''}>
            <Radio.Indicator />
            <span className={classes['words']}>
              <span className={classes['name']}>{text.preset[preset]}</span>
              <span className={classes['hint']}>{hints[preset]}</span>
              {preset === 'idle' && isIdleUnreadable && (
                <span className={classes['warning']}>{text.idleUnreadable}</span>
              )}
            </span>
          </Radio.Card>
        ))}
      </div>
      <p className={classes['note']}>{noteOf(sharing.value.sharing, chosen, text)}</p>
    </Radio.Group>
  )
}

/** The line under the answers: of hours that none of them stands for, that they stay. */
function noteOf({ kind }: Sharing, chosen: Preset | undefined, text: Messages['start']['when']): string {
  if (chosen !== undefined) return text.rules
  return kind === 'never' ? text.never : text.custom
}

/** A time of day on the wall clock, as the language writes it. */
function hourWords(minute: number, language: string): string {
  const at = new Date(2001, 0, 1, Math.floor(minute / 60), minute % 60)
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hour12: false }).format(at)
}

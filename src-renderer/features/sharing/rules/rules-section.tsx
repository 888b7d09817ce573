import { Button, NumberInput, Switch } from '@mantine/core'
import type { PauseRules, RuleName, RuleReading } from '#contract'
import { useAction, useCalls } from '../../../connection/calls.tsx'
import { useNode } from '../../../state/node-store.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import { HelpLabel } from '../help-label.tsx'
import { readingText } from './reading-text.ts'
import { RULES, thresholdOf, withEnabled, withThreshold } from './rule-thresholds.ts'
import { SaveState } from '../saving/save-state.tsx'
import type { Saved } from '../saving/use-saved-value.ts'
import classes from './rules-section.module.css'

/** The rules that pause sharing while the user is busy, each with its reading right now. */
export function RulesSection({ saved }: { readonly saved: Saved<PauseRules> }) {
  const text = useText().sharing.rules
  const readings = useNode((node) => node.readings)
  const rules = saved.state.value
  return (
    <Section title={text.title} description={text.intro} actions={<SaveState saved={saved} />}>
      <ul className={classes['rules']}>
        {RULES.map((rule) => (
          <RuleRow
            key={rule}
            rule={rule}
            rules={rules}
            reading={readings.find((one) => one.rule === rule)}
            onRules={saved.edit}
          />
        ))}
      </ul>
    </Section>
  )
}

function RuleRow({
  rule,
  rules,
  reading,
  onRules,
}: {
  readonly rule: RuleName
  readonly rules: PauseRules
  readonly reading: RuleReading | undefined
  readonly onRules: (rules: PauseRules, editing?: string) => void
}) {
  const text = useText().sharing.rules
  const { enabled } = rules[rule]
  const name = text.names[rule]
  return (
    <li className={classes['rule']} data-is-on={enabled}>
      <Switch
        aria-label={name}
        checked={enabled}
        onChange={(event) => onRules(withEnabled(rules, rule, event.currentTarget.checked))}
      />
      <div className={classes['name']}>
        <HelpLabel label={name} help={text.help[rule]} />
      </div>
      <Threshold rule={rule} rules={rules} onRules={onRules} />
      <RuleState reading={reading} isEnabled={enabled} />
    </li>
  )
}

function Threshold({
  rule,
  rules,
  onRules,
}: {
  readonly rule: RuleName
  readonly rules: PauseRules
  readonly onRules: (rules: PauseRules, editing?: string) => void
}) {
  const text = useText().sharing.rules
  const threshold = thresholdOf(rules, rule)
  if (threshold === undefined) return <div className={classes['threshold']} />
  const { value, least, most, step, unit } = threshold
  const words = text.threshold[threshold.rule]
  return (
    <div className={classes['threshold']}>
      <span>{words}</span>
      <NumberInput
        size="xs"
        w={92}
        aria-label={`${text.names[rule]}: ${words}`}
        value={value}
        min={least}
        max={most}
        step={step}
        suffix={` ${text[unit]}`}
        disabled={!rules[rule].enabled}
        clampBehavior="strict"
        onChange={(next) => {
          if (typeof next === 'number' && next >= least && next <= most) {
            onRules(withThreshold(rules, threshold.rule, next), rule)
          }
        }}
      />
    </div>
  )
}

function RuleState({
  reading,
  isEnabled,
}: {
  readonly reading: RuleReading | undefined
  readonly isEnabled: boolean
}) {
  const messages = useText()
  const text = messages.sharing.rules
  const format = useFormat()
  const calls = useCalls()
  const run = useAction()
  if (reading === undefined || reading.state === 'unreadable') {
    return (
      <div className={classes['state']}>
        <span className={classes['dot']} aria-hidden="true" />
        {reading === undefined ? text.waiting : text.unreadable}
      </div>
    )
  }
  const { rule, since_ms, overridden_until_ms } = reading
  const isBothered = isEnabled && reading.state === 'bothered'
  const pauses = isBothered && overridden_until_ms === undefined
  const verdict = !isEnabled
    ? text.off
    : !isBothered
      ? text.fine
      : overridden_until_ms === undefined
        ? text.pauses
        : text.overridden(format.time(overridden_until_ms))
  const since = isBothered && since_ms !== undefined ? ` ${text.since(format.time(since_ms))}` : ''
  return (
    <div className={classes['state']}>
      <span
        className={classes['dot']}
        data-tone={pauses ? 'warn' : isEnabled ? 'good' : 'off'}
        aria-hidden="true"
      />
      <span className={classes['reading']}>
        {readingText(messages, format, reading, isEnabled)} · {verdict}
        {since}
      </span>
      {pauses && (
        <Button
          size="compact-sm"
          variant="light"
          onClick={() =>
            void run(() => calls.sharing.shareAnyway({ rule }), {
              success: messages.frame.pause.sharesAnyway,
            })
          }
        >
          {text.shareAnyway}
        </Button>
      )}
    </div>
  )
}

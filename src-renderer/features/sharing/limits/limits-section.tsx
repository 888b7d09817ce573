import { useId, useState } from 'react'
import { NumberInput, Slider, Switch } from '@mantine/core'
import type { HardwareInfo, SharingLimits } from '#contract'
import { useNode } from '../../../state/node-store.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { Meter } from '../../../ui/charts/meter.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import { HelpLabel } from '../help-label.tsx'
import { CPU_PERCENT, LIMITS, withLimit, type LimitKind } from './limit-units.ts'
import { SaveState } from '../saving/save-state.tsx'
import type { Saved } from '../saving/use-saved-value.ts'
import classes from './limits-section.module.css'

/** Limits for work of others, each with a meter of what it takes right now. */
export function LimitsSection({
  saved,
  hardware,
}: {
  readonly saved: Saved<SharingLimits>
  readonly hardware: HardwareInfo | undefined
}) {
  const text = useText().sharing.limits
  const limits = saved.state.value
  return (
    <Section title={text.title} description={text.intro} actions={<SaveState saved={saved} />}>
      <ul className={classes['limits']}>
        <li className={classes['limit']}>
          <div className={classes['name']}>
            <HelpLabel label={text.cpu} help={text.cpuHelp} />
          </div>
          <CpuLimit
            percent={limits.cpu_percent}
            onPercent={(cpu_percent) => saved.edit({ ...limits, cpu_percent }, 'cpu')}
          />
          <CpuMeter />
        </li>
        {LIMITS.map((kind) => (
          <li key={kind.name} className={classes['limit']}>
            <div className={classes['name']}>
              <HelpLabel label={text[kind.name]} help={text[`${kind.name}Help`]} />
            </div>
            <AmountLimit kind={kind} limits={limits} hardware={hardware} onLimits={saved.edit} />
            <AmountMeter kind={kind} limits={limits} hardware={hardware} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function CpuLimit({
  percent,
  onPercent,
}: {
  readonly percent: number
  readonly onPercent: (percent: number) => void
}) {
  const text = useText().sharing.limits
  const format = useFormat()
  const written = `${format.number(percent)} %`
  return (
    <div className={classes['cpu']}>
      <Slider
        className={classes['slider'] ?? ''}
        min={CPU_PERCENT.least}
        max={CPU_PERCENT.most}
        step={CPU_PERCENT.step}
        value={percent}
        label={null}
        thumbLabel={text.limitOf(text.cpu)}
        thumbValueText={(value) => `${format.number(value)} %`}
        onChange={onPercent}
      />
      <span className={classes['written']}>
        {written} {text.ofCores}
      </span>
    </div>
  )
}

function AmountLimit({
  kind,
  limits,
  hardware,
  onLimits,
}: {
  readonly kind: LimitKind
  readonly limits: SharingLimits
  readonly hardware: HardwareInfo | undefined
  readonly onLimits: (limits: SharingLimits, editing?: string) => void
}) {
  const text = useText().sharing.limits
  const bytes = limits[kind.key]
  const most = kind.most(hardware)
  // The amount that was set is kept while the limit is switched off and on again.
  const [before, setBefore] = useState(bytes ?? kind.usual(hardware))
  const isOn = bytes !== undefined
  return (
    <div className={classes['amount']}>
      <Switch
        aria-label={text.limitOf(text[kind.name])}
        checked={isOn}
        onChange={(event) =>
          onLimits(withLimit(limits, kind.key, event.currentTarget.checked ? before : undefined))
        }
      />
      {isOn ? (
        <NumberInput
          size="xs"
          w={128}
          aria-label={text.limitOf(text[kind.name])}
          value={bytes / kind.unitBytes}
          min={kind.least / kind.unitBytes}
          max={most / kind.unitBytes}
          step={kind.step}
          decimalScale={2}
          suffix={` ${text[kind.unit]}`}
          onChange={(next) => {
            if (typeof next !== 'number') return
            const amount = Math.round(next * kind.unitBytes)
            if (amount < kind.least || amount > most) return
            setBefore(amount)
            onLimits(withLimit(limits, kind.key, amount), kind.key)
          }}
        />
      ) : (
        <span className={classes['none']}>{text.noLimit}</span>
      )}
    </div>
  )
}

function CpuMeter() {
  const text = useText().sharing.limits
  const format = useFormat()
  const meters = useNode((node) => node.meters)
  if (meters === undefined) return <Waiting />
  const units = `${format.number(meters.cpu_percent_units)} %`
  const others = meters.cpu_percent_others
  const words =
    others === undefined ? text.cpuMeterAlone(units) : text.cpuMeter(units, `${format.number(others)} %`)
  return <Live what={text.cpu} value={meters.cpu_percent_units} max={100} figures={words} />
}

function AmountMeter({
  kind,
  limits,
  hardware,
}: {
  readonly kind: LimitKind
  readonly limits: SharingLimits
  readonly hardware: HardwareInfo | undefined
}) {
  const text = useText().sharing.limits
  const format = useFormat()
  const meters = useNode((node) => node.meters)
  if (meters === undefined) return <Waiting />
  const value = kind.now(meters)
  const max = limits[kind.key] ?? kind.room(meters, hardware)
  const words = kind.words(format, value)
  const figures = max === undefined ? text.now(words) : text.nowOf(words, kind.words(format, max))
  return <Live what={text[kind.name]} value={value} max={max} figures={figures} />
}

function Live({
  what,
  value,
  max,
  figures,
}: {
  readonly what: string
  readonly value: number
  /** Absent where nothing bounds it: then there is no bar. */
  readonly max: number | undefined
  readonly figures: string
}) {
  const text = useText().sharing.limits
  const id = useId()
  if (max === undefined) {
    return (
      <div className={classes['meter']} role="group" aria-labelledby={id}>
        <span id={id} className="visually-hidden">
          {text.meter(what)}
        </span>
        <span className={classes['figures']}>{figures}</span>
      </div>
    )
  }
  return (
    <div className={classes['meter']}>
      <Meter
        label={<span className="visually-hidden">{text.meter(what)}</span>}
        value={value}
        max={max}
        figures={figures}
        tone={value > max ? 'warn' : 'accent'}
      />
    </div>
  )
}

function Waiting() {
  const text = useText().sharing.limits
  return <div className={classes['meter']}>{text.waiting}</div>
}

import { useId } from 'react'
import { Slider } from '@mantine/core'
import { useFormat, useText } from '../../../state/text.tsx'
import { stopsText } from '../adjustment/stops-text.ts'
import { STRENGTH_STOPS_MAX } from './light-form.ts'
import classes from './light-field.module.css'

/** The most that a slider of directions shows: a full turn is where it began. */
const ANGLE_MAX = 359
const STOPS_STEP = 0.5

/** A slider with its name and its value in words. */
export function NamedSlider({
  label,
  written,
  ...slider
}: {
  readonly label: string
  /** The value as it is read. */
  readonly written: string
  readonly min: number
  readonly max: number
  readonly step: number
  readonly value: number
  readonly onChange: (value: number) => void
}) {
  const labelId = useId()
  return (
    <div className={classes['slider']}>
      <span id={labelId} className={classes['sliderLabel']}>
        {label}
      </span>
      <Slider
        {...slider}
        size="sm"
        label={null}
        thumbProps={{ 'aria-labelledby': labelId }}
        thumbValueText={written}
      />
      <span className={classes['value']}>{written}</span>
    </div>
  )
}

/** A direction in degrees, all around. */
export function AngleSlider({
  label,
  degrees,
  onChange,
}: {
  readonly label: string
  readonly degrees: number
  readonly onChange: (degrees: number) => void
}) {
  const format = useFormat()
  const written = `${format.number(Math.round(degrees))}°`
  return (
    <NamedSlider
      {...{ label, written, onChange }}
      min={0}
      max={ANGLE_MAX}
      step={1}
      value={Math.round(degrees)}
    />
  )
}

/** How strong the light around the scene is beside the scene's own lamps. */
export function StrengthSlider({
  stops,
  onChange,
}: {
  readonly stops: number
  readonly onChange: (stops: number) => void
}) {
  const text = useText().jobKinds.render
  const format = useFormat()
  return (
    <NamedSlider
      label={text.lightField.strength}
      written={text.viewer.exposureValue(stopsText(stops, format))}
      min={-STRENGTH_STOPS_MAX}
      max={STRENGTH_STOPS_MAX}
      step={STOPS_STEP}
      value={stops}
      onChange={onChange}
    />
  )
}

import { useState } from 'react'
import { Button, NumberInput } from '@mantine/core'
import { sunPosition } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { MomentField } from '../../../ui/dates/moment-field.tsx'
import { HAZE_MAX, HAZE_MIN, type LightForm, SUN_ELEVATION_MAX } from './light-form.ts'
import { AngleSlider, NamedSlider, StrengthSlider } from './light-sliders.tsx'
import { numberOf } from './render-fields.tsx'
import classes from './light-field.module.css'

const HAZE_STEP = 0.5
/** Half of Europe, North America and East Asia lives within ten degrees of it. */
const USUAL_LATITUDE = 45

/** Where the sun stands: by two sliders, or by a moment and a place. */
export function SunFields({
  light,
  nowMs,
  onChange,
}: {
  readonly light: LightForm
  readonly nowMs: number
  readonly onChange: (some: Partial<LightForm>) => void
}) {
  const text = useText().jobKinds.render.lightField
  const format = useFormat()
  const [time, setTime] = useState<SunTime | undefined>(undefined)
  const setSunTime = (next: SunTime): void => {
    setTime(next)
    const sun = positionOf(next)
    if (sun === undefined || sun.elevation < 0) return
    onChange({ sunElevation: Math.round(sun.elevation), sunAzimuth: Math.round(sun.azimuth) % 360 })
  }
  return (
    <div className={classes['sliders']}>
      <NamedSlider
        label={text.sunElevation}
        written={`${format.number(Math.round(light.sunElevation))}°`}
        min={0}
        max={SUN_ELEVATION_MAX}
        step={1}
        value={Math.round(light.sunElevation)}
        onChange={(sunElevation) => onChange({ sunElevation })}
      />
      <AngleSlider
        label={text.sunDirection}
        degrees={light.sunAzimuth}
        onChange={(sunAzimuth) => onChange({ sunAzimuth })}
      />
      <NamedSlider
        label={text.haze}
        written={hazeText(light.haze, text)}
        min={HAZE_MIN}
        max={HAZE_MAX}
        step={HAZE_STEP}
        value={light.haze}
        onChange={(haze) => onChange({ haze })}
      />
      <StrengthSlider stops={light.strengthStops} onChange={(strengthStops) => onChange({ strengthStops })} />
      {time === undefined ? (
        <div>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() =>
              setSunTime({
                atMs: noonOf(nowMs),
                latitude: USUAL_LATITUDE,
                longitude: usualLongitude(nowMs),
              })
            }
          >
            {text.byTime}
          </Button>
        </div>
      ) : (
        <SunByTime time={time} nowMs={nowMs} onTime={setSunTime} />
      )}
    </div>
  )
}

/** The air in words. */
function hazeText(
  haze: number,
  text: ReturnType<typeof useText>['jobKinds']['render']['lightField'],
): string {
  if (haze < 3) return text.air.clear
  if (haze < 5) return text.air.fine
  return haze < 8 ? text.air.hazy : text.air.thick
}

/** A moment and a place that are being entered. */
interface SunTime {
  readonly atMs: number | undefined
  readonly latitude: number | undefined
  readonly longitude: number | undefined
}

/** The sun's position for a moment and place; undefined while one of them is missing. */
function positionOf({ atMs, latitude, longitude }: SunTime) {
  if (atMs === undefined || latitude === undefined || longitude === undefined) return undefined
  return sunPosition({ atMs, latitude, longitude })
}

/** A moment and a place, which put the sun where it stood or will stand. */
function SunByTime({
  time,
  nowMs,
  onTime,
}: {
  readonly time: SunTime
  readonly nowMs: number
  readonly onTime: (time: SunTime) => void
}) {
  const text = useText().jobKinds.render.lightField
  const change = (some: Partial<SunTime>): void => onTime({ ...time, ...some })
  const isNight = (positionOf(time)?.elevation ?? 0) < 0
  return (
    <div className={classes['place']}>
      <MomentField
        label={text.when}
        atMs={time.atMs}
        onMoment={(atMs) => change({ atMs })}
        nowMs={nowMs}
        isAnyDay
        {...(isNight ? { error: text.isNight } : {})}
      />
      <NumberInput
        label={text.latitude}
        title={text.northIsPositive}
        value={time.latitude ?? ''}
        onChange={(value) => change({ latitude: numberOf(value) })}
        {...{ min: -90, max: 90, decimalScale: 4, hideControls: true, clampBehavior: 'strict' }}
      />
      <NumberInput
        label={text.longitude}
        title={text.eastIsPositive}
        value={time.longitude ?? ''}
        onChange={(value) => change({ longitude: numberOf(value) })}
        {...{ min: -180, max: 180, decimalScale: 4, hideControls: true, clampBehavior: 'strict' }}
      />
    </div>
  )
}

/** Noon of the day by this clock, when the sun is up nearly everywhere. */
function noonOf(nowMs: number): number {
  return new Date(nowMs).setHours(12, 0, 0, 0)
}

/** The middle of this clock's time zone: a place whose noon is about the user's. */
function usualLongitude(nowMs: number): number {
  return -new Date(nowMs).getTimezoneOffset() / 4
}

import { useId } from 'react'
import { Button, Loader, SegmentedControl, Slider } from '@mantine/core'
import { IconRotate } from '@tabler/icons-react'
import { useFormat, useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import type { PictureLight } from './picture-light.ts'
import { roundedStops, stopsText } from './stops-text.ts'
import {
  type Adjustment,
  AS_DELIVERED,
  isAsDelivered,
  STOPS_ADDED_MAX,
  TONE_MAPPINGS,
} from './tone-mapping.ts'
import classes from './adjust-panel.module.css'

const STOPS_STEP = 0.1

/** Exposure and tone mapping of a finished picture, shown as they are moved. The exposure is told in all: metered and added. */
export function AdjustPanel({
  light,
  adjustment,
  onChange,
  onRetry,
}: {
  readonly light: PictureLight
  readonly adjustment: Adjustment
  readonly onChange: (adjustment: Adjustment) => void
  readonly onRetry: () => void
}) {
  const text = useText().jobKinds.render.viewer
  const mappingId = useId()
  if (light.state === 'failed') return <FaultNotice message={text.unreadable} onRetry={onRetry} />
  const isReady = light.state === 'ready'
  return (
    <div className={classes['panel']}>
      <ExposureSlider light={light} adjustment={adjustment} onChange={onChange} />
      <div className={classes['mapping']}>
        <span id={mappingId} className={classes['label']}>
          {text.toneMapping}
        </span>
        <SegmentedControl
          aria-labelledby={mappingId}
          size="xs"
          data={TONE_MAPPINGS.map((value) => ({ value, label: text.toneMappings[value] }))}
          value={adjustment.toneMapping}
          disabled={!isReady}
          onChange={(toneMapping) => onChange({ ...adjustment, toneMapping })}
        />
      </div>
      <Button
        size="xs"
        variant="subtle"
        color="gray"
        disabled={!isReady || isAsDelivered(adjustment)}
        leftSection={<IconRotate size={14} aria-hidden="true" />}
        onClick={() => onChange(AS_DELIVERED)}
      >
        {text.reset}
      </Button>
      <p className={classes['note']} role="status">
        {light.state === 'ready' ? (
          <>
            {text.toneMappingNotes[adjustment.toneMapping]} {light.developer.isSlow && text.slow}
          </>
        ) : (
          <span className={classes['loading']}>
            <Loader size={12} />
            {text.loadingLight}
          </span>
        )}
      </p>
    </div>
  )
}

/** The exposure: in all, and of it what was metered and what the user adds with the slider. */
function ExposureSlider({
  light,
  adjustment,
  onChange,
}: {
  readonly light: PictureLight
  readonly adjustment: Adjustment
  readonly onChange: (adjustment: Adjustment) => void
}) {
  const text = useText().jobKinds.render.viewer
  const format = useFormat()
  const exposureId = useId()
  const metered = light.state === 'ready' ? roundedStops(light.developer.deliveredStops) : undefined
  const inAll = text.exposureValue(stopsText((metered ?? 0) + adjustment.stops, format))
  const parts =
    metered === undefined
      ? undefined
      : text.exposureParts(stopsText(metered, format), stopsText(adjustment.stops, format))
  return (
    <div className={classes['exposure']}>
      <span className={classes['label']}>
        <span id={exposureId}>{text.exposure}</span>
        {metered !== undefined && <output>{inAll}</output>}
      </span>
      <Slider
        aria-labelledby={exposureId}
        thumbProps={{ 'aria-labelledby': exposureId }}
        thumbValueText={parts === undefined ? inAll : `${inAll}, ${parts}`}
        min={-STOPS_ADDED_MAX}
        max={STOPS_ADDED_MAX}
        step={STOPS_STEP}
        value={adjustment.stops}
        disabled={metered === undefined}
        label={null}
        marks={[{ value: 0 }]}
        onChange={(value) => onChange({ ...adjustment, stops: roundedStops(value) })}
      />
      <span className={classes['parts']}>{parts}</span>
    </div>
  )
}

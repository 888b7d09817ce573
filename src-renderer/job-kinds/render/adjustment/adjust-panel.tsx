import { useId } from 'react'
import { Button, Loader, SegmentedControl, Slider } from '@mantine/core'
import { IconRotate } from '@tabler/icons-react'
import { useFormat, useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { isAsDelivered } from './picture-developer.ts'
import type { PictureLight } from './picture-light.ts'
import { type Adjustment, AS_DELIVERED, TONE_MAPPINGS } from './tone-mapping.ts'
import classes from './adjust-panel.module.css'

/** Ten stops are a thousandfold: more than any scene that shows something needs. */
const STOPS_MAX = 5
const STOPS_STEP = 0.1

/** Exposure and tone mapping of a finished picture, shown as they are moved. */
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
  const format = useFormat()
  const exposureId = useId()
  const mappingId = useId()
  if (light.state === 'failed') return <FaultNotice message={text.unreadable} onRetry={onRetry} />
  const isReady = light.state === 'ready'
  const stops = `${adjustment.stops > 0 ? '+' : ''}${format.number(adjustment.stops, 1)}`
  return (
    <div className={classes['panel']}>
      <div className={classes['exposure']}>
        <span id={exposureId} className={classes['label']}>
          {text.exposure}
          <output>{text.exposureValue(stops)}</output>
        </span>
        <Slider
          aria-labelledby={exposureId}
          thumbProps={{ 'aria-labelledby': exposureId, 'aria-valuetext': text.exposureValue(stops) }}
          min={-STOPS_MAX}
          max={STOPS_MAX}
          step={STOPS_STEP}
          value={adjustment.stops}
          disabled={!isReady}
          label={null}
          marks={[{ value: 0 }]}
          onChange={(value) => onChange({ ...adjustment, stops: Math.round(value * 10) / 10 })}
        />
      </div>
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

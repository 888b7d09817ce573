import { useId } from 'react'
import { ActionIcon, Button, Loader } from '@mantine/core'
import { IconMinus, IconPhoto, IconPlus } from '@tabler/icons-react'
import type { RenderView } from '#contract'
import { useText } from '../../../state/text.tsx'
import type { ScenePreviewPicture } from '../scene/scene-preview.ts'
import { useViewControl, ZOOM_STEP } from './view-control.ts'
import classes from './scene-view.module.css'

/** A scene as it looks, in the shape of the picture that is to be; turned, moved and brought closer by its user. */
export function SceneView({
  name,
  preview,
  shape,
  view,
  onView,
  onMoving,
}: {
  readonly name: string
  readonly preview: ScenePreviewPicture
  /** Width by height. */
  readonly shape: number
  /** The user's own; the camera's when undefined. */
  readonly view: RenderView | undefined
  readonly onView: (view: RenderView | undefined) => void
  readonly onMoving: (isMoving: boolean) => void
}) {
  const text = useText().jobKinds.render
  const keysId = useId()
  const { frame, onKeyDown, zoomBy } = useViewControl({
    view: view ?? preview.view,
    isBusy: preview.isWorking,
    onView,
    onMoving,
  })
  // A banner or a tower would push everything else off the screen.
  const ratio = Math.min(3, Math.max(0.6, shape))
  const isBlank = preview.url === undefined
  return (
    <div
      ref={frame}
      role="group"
      aria-label={text.view.label}
      aria-describedby={keysId}
      tabIndex={isBlank ? -1 : 0}
      className={classes['preview']}
      style={{ aspectRatio: ratio }}
      data-is-blank={isBlank}
      data-is-stale={preview.isStale}
      onKeyDown={onKeyDown}
    >
      {isBlank ? (
        <IconPhoto size={40} stroke={1} aria-hidden="true" className={classes['blank']} />
      ) : (
        <img src={preview.url} alt={text.previewOf(name)} draggable={false} className={classes['image']} />
      )}
      {preview.isStale && (
        <span className={classes['working']} role="status">
          <Loader size={14} color="currentColor" />
          {text.previewing}
        </span>
      )}
      {!isBlank && (
        <div className={classes['tools']}>
          {view !== undefined && (
            <Button size="xs" variant="default" onClick={() => onView(undefined)}>
              {text.view.reset}
            </Button>
          )}
          <ActionIcon
            size={30}
            variant="default"
            aria-label={text.viewer.zoomOut}
            onClick={() => zoomBy(1 / ZOOM_STEP)}
          >
            <IconMinus size={16} aria-hidden="true" />
          </ActionIcon>
          <ActionIcon
            size={30}
            variant="default"
            aria-label={text.viewer.zoomIn}
            onClick={() => zoomBy(ZOOM_STEP)}
          >
            <IconPlus size={16} aria-hidden="true" />
          </ActionIcon>
        </div>
      )}
      <p id={keysId} className="visually-hidden">
        {text.view.keys}
      </p>
    </div>
  )
}

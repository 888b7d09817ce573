import { Button, Progress, Select } from '@mantine/core'
import type { LitBy, RenderView, SceneReport } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { FilesButton } from '../../../ui/files-button.tsx'
import { stopsText } from '../adjustment/stops-text.ts'
import { DroppedList } from './dropped-list.tsx'
import type { FatedFile } from './file-fates.ts'
import type { SceneOutline } from './gltf-references.ts'
import { SceneLight } from './scene-light.tsx'
import { SceneView } from '../view/scene-view.tsx'
import { MissingFiles, SceneWarnings } from './scene-lacks.tsx'
import { fileName, sceneCandidates } from './scene-files.ts'
import { useSceneDrop } from './scene-drop.tsx'
import type { ScenePreviewPicture } from './scene-preview.ts'
import type { SceneReading } from './scene-reading.ts'
import type { SceneUpload } from './scene-upload.ts'
import classes from './scene-panel.module.css'

/** The eye of the user's own, if there is one, and how it is moved. */
interface ViewProps {
  readonly view: RenderView | undefined
  readonly onView: (view: RenderView | undefined) => void
  readonly onMoving: (isMoving: boolean) => void
}

/** The left half of a new render: the scene as it looks, what it is made of, and what it lacks. */
export function ScenePanel({
  reading,
  keptName,
  upload,
  report,
  preview,
  view,
  onView,
  onMoving,
  shape,
  onCancelUpload,
  onUpload,
  onChoose,
  fates,
}: ViewProps & {
  /** Undefined of a scene that the node has kept, whose files were not dropped. */
  readonly reading: SceneReading | undefined
  /** Of a scene that the node has kept. */
  readonly keptName: string | undefined
  readonly upload: SceneUpload
  readonly report: SceneReport | undefined
  readonly preview: ScenePreviewPicture
  /** Width by height of the picture that is to be. */
  readonly shape: number
  readonly onCancelUpload: () => void
  readonly onUpload: () => void
  readonly onChoose: (path: string) => void
  /** The use of each dropped file. */
  readonly fates: readonly FatedFile<File>[]
}) {
  const text = useText().jobKinds.render
  const { choose } = useSceneDrop()
  if (reading?.state === 'none' || reading?.state === 'no-scene') return null
  const name = reading === undefined ? (keptName ?? '') : fileName(reading.main.path)
  return (
    <div className={classes['panel']}>
      {reading?.state === 'refused' ? (
        <FaultNotice title={name} message={text.refusals[reading.refusal]} />
      ) : (
        <PreviewPlace
          name={name}
          {...{ preview, view, onView, onMoving }}
          upload={upload}
          shape={shape}
          onCancelUpload={onCancelUpload}
          onUpload={onUpload}
        />
      )}
      {reading !== undefined && <SceneChoice shown={reading.main.path} onChoose={onChoose} />}
      <SceneFacts reading={reading} report={report} litBy={preview.litBy} />
      <DroppedList files={fates} />
      {report !== undefined && <SceneWarnings report={report} />}
      <div className={classes['buttons']}>
        <FilesButton size="xs" label={text.otherScene} onChoose={choose} />
      </div>
    </div>
  )
}

/** What the scene is made of, and what it lacks. */
function SceneFacts({
  reading,
  report,
  litBy,
}: {
  readonly reading: SceneReading | undefined
  readonly report: SceneReport | undefined
  readonly litBy: LitBy | undefined
}) {
  const isReady = reading?.state === 'ready'
  return (
    <>
      <SceneCounts outline={isReady ? reading.outline : report && outlineOf(report)} report={report} />
      {(isReady || reading === undefined) && <SceneLight litBy={litBy} at="scene" />}
      {isReady && <MissingFiles missing={reading.matched.missing} />}
    </>
  )
}

/** Which of several dropped scenes is rendered. */
function SceneChoice({
  shown,
  onChoose,
}: {
  readonly shown: string
  readonly onChoose: (path: string) => void
}) {
  const text = useText().jobKinds.render
  const { files } = useSceneDrop()
  const candidates = sceneCandidates(files)
  if (candidates.length < 2) return null
  return (
    <Select
      label={text.whichScene}
      data={candidates.map(({ path }) => path)}
      value={shown}
      onChange={(path) => path !== null && onChoose(path)}
    />
  )
}

/** The preview in the shape of the picture, or what is done to get one. */
function PreviewPlace({
  name,
  preview,
  upload,
  shape,
  onCancelUpload,
  onUpload,
  ...eye
}: ViewProps & {
  readonly name: string
  readonly preview: ScenePreviewPicture
  readonly upload: SceneUpload
  readonly shape: number
  readonly onCancelUpload: () => void
  readonly onUpload: () => void
}) {
  const text = useText().jobKinds.render
  return (
    <figure className={classes['figure']}>
      <SceneView name={name} preview={preview} shape={shape} {...eye} />
      <figcaption className={classes['caption']}>
        <UploadState upload={upload} onCancelUpload={onCancelUpload} onUpload={onUpload} />
        <PreviewState preview={preview} hasView={eye.view !== undefined} />
      </figcaption>
      {upload.state === 'failed' && <FaultNotice message={upload.message} onRetry={onUpload} />}
      {preview.message !== undefined && (
        <FaultNotice title={text.previewFailed} message={preview.message} onRetry={preview.retry} />
      )}
    </figure>
  )
}

/** How far the scene is handed over. */
function UploadState({
  upload,
  onCancelUpload,
  onUpload,
}: {
  readonly upload: SceneUpload
  readonly onCancelUpload: () => void
  readonly onUpload: () => void
}) {
  const text = useText().jobKinds.render
  const format = useFormat()
  if (upload.state === 'sending' && upload.all > 0) {
    const written = text.uploading(format.bytes(upload.sent), format.bytes(upload.all))
    return (
      <div className={classes['sending']}>
        <span>{written}</span>
        <Button size="compact-xs" variant="subtle" onClick={onCancelUpload}>
          {text.cancelUpload}
        </Button>
        <Progress
          value={(upload.sent / upload.all) * 100}
          size="sm"
          className={classes['bar']}
          aria-label={written}
        />
      </div>
    )
  }
  if (upload.state !== 'cancelled') return null
  return (
    <div className={classes['sending']}>
      <span>{text.uploadCancelled}</span>
      <Button size="compact-xs" variant="subtle" onClick={onUpload}>
        {text.uploadAgain}
      </Button>
    </div>
  )
}

/** How good the preview is, and that it can be turned. */
function PreviewState({
  preview,
  hasView,
}: {
  readonly preview: ScenePreviewPicture
  readonly hasView: boolean
}) {
  const text = useText().jobKinds.render
  const format = useFormat()
  if (preview.samples === 0) return null
  return (
    <span>
      {preview.samples === 1
        ? text.previewTook(secondsText(preview.tookMs ?? 0, format))
        : text.previewRefined(format.number(preview.samples))}{' '}
      {text.previewExposure(stopsText(preview.exposureStops ?? 0, format))}{' '}
      {preview.isRefining && text.previewRefining} {!hasView && text.view.hint}
    </span>
  )
}

/** Short times with a tenth: a preview takes about a second. */
function secondsText(ms: number, format: ReturnType<typeof useFormat>): string {
  return ms < 10_000 ? `${format.number(ms / 1_000, 1)} s` : format.duration(ms)
}

/** What a scene says of itself, by the node's reading of it. */
function outlineOf(report: SceneReport): CountedOutline {
  return { ...report, animationSeconds: report.animation_seconds }
}

type CountedOutline = Pick<SceneOutline, 'meshes' | 'materials' | 'textures' | 'animationSeconds'>

function SceneCounts({
  outline,
  report,
}: {
  /** Undefined before anything is known of it. */
  readonly outline: CountedOutline | undefined
  readonly report: SceneReport | undefined
}) {
  const text = useText().jobKinds.render
  const format = useFormat()
  if (outline === undefined) return null
  const { counts } = text
  const written = (count: number): string => format.number(count)
  const meshes = report?.meshes ?? outline.meshes
  const materials = report?.materials ?? outline.materials
  const textures = report?.textures ?? outline.textures
  const seconds = report?.animation_seconds ?? outline.animationSeconds
  return (
    <p className={classes['counts']}>
      {[
        ...(report === undefined ? [] : [counts.triangles(report.triangles, written(report.triangles))]),
        counts.meshes(meshes, written(meshes)),
        counts.materials(materials, written(materials)),
        counts.textures(textures, written(textures)),
        seconds > 0 ? counts.animation(format.number(seconds, 1)) : counts.noAnimation,
      ].join(' · ')}
    </p>
  )
}

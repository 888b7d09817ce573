import { Button, Loader, Progress, Select } from '@mantine/core'
import { IconPhoto } from '@tabler/icons-react'
import type { LitBy, SceneReport } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { FilesButton } from '../../../ui/files-button.tsx'
import { stopsText } from '../adjustment/stops-text.ts'
import { DroppedList } from './dropped-list.tsx'
import type { FatedFile } from './file-fates.ts'
import type { SceneOutline } from './gltf-references.ts'
import { SceneLight } from './scene-light.tsx'
import { MissingFiles, SceneWarnings } from './scene-lacks.tsx'
import { fileName, sceneCandidates } from './scene-files.ts'
import { useSceneDrop } from './scene-drop.tsx'
import type { ScenePreviewPicture } from './scene-preview.ts'
import type { SceneReading } from './scene-reading.ts'
import type { SceneUpload } from './scene-upload.ts'
import classes from './scene-panel.module.css'

/** The left half of a new render: the scene as it looks, what it is made of, and what it lacks. */
export function ScenePanel({
  reading,
  keptName,
  upload,
  report,
  preview,
  shape,
  onCancelUpload,
  onUpload,
  onChoose,
  fates,
}: {
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
          preview={preview}
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
}: {
  readonly name: string
  readonly preview: ScenePreviewPicture
  readonly upload: SceneUpload
  readonly shape: number
  readonly onCancelUpload: () => void
  readonly onUpload: () => void
}) {
  const text = useText().jobKinds.render
  const format = useFormat()
  // A banner or a tower would push everything else off the screen.
  const ratio = Math.min(3, Math.max(0.6, shape))
  return (
    <figure className={classes['figure']}>
      <div className={classes['preview']} style={{ aspectRatio: ratio }} data-is-stale={preview.isWorking}>
        {preview.url === undefined ? (
          <IconPhoto size={40} stroke={1} aria-hidden="true" className={classes['blank']} />
        ) : (
          <img src={preview.url} alt={text.previewOf(name)} className={classes['image']} />
        )}
        {preview.isWorking && (
          <span className={classes['working']} role="status">
            <Loader size={14} color="currentColor" />
            {text.previewing}
          </span>
        )}
      </div>
      <figcaption className={classes['caption']}>
        {upload.state === 'sending' && upload.all > 0 && (
          <div className={classes['sending']}>
            <span>{text.uploading(format.bytes(upload.sent), format.bytes(upload.all))}</span>
            <Button size="compact-xs" variant="subtle" onClick={onCancelUpload}>
              {text.cancelUpload}
            </Button>
            <Progress
              value={(upload.sent / upload.all) * 100}
              size="sm"
              className={classes['bar']}
              aria-label={text.uploading(format.bytes(upload.sent), format.bytes(upload.all))}
            />
          </div>
        )}
        {upload.state === 'cancelled' && (
          <div className={classes['sending']}>
            <span>{text.uploadCancelled}</span>
            <Button size="compact-xs" variant="subtle" onClick={onUpload}>
              {text.uploadAgain}
            </Button>
          </div>
        )}
        {preview.samples > 0 && (
          <span>
            {preview.samples === 1
              ? text.previewTook(secondsText(preview.tookMs ?? 0, format))
              : text.previewRefined(format.number(preview.samples))}{' '}
            {text.previewExposure(stopsText(preview.exposureStops ?? 0, format))}
            {preview.isRefining && ` ${text.previewRefining}`}
          </span>
        )}
      </figcaption>
      {upload.state === 'failed' && <FaultNotice message={upload.message} onRetry={onUpload} />}
      {preview.message !== undefined && (
        <FaultNotice title={text.previewFailed} message={preview.message} onRetry={preview.retry} />
      )}
    </figure>
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

import { useMemo, useState } from 'react'
import type { Cid, RenderView, SceneFile, SceneReport } from '#contract'
import { type LatestAnswer, useLatestAnswer } from '../../../connection/latest-answer.ts'
import { NewRenderForm } from './new-render-form.tsx'
import { orderOf, type RenderForm } from './render-form.ts'
import { type FatedFile, fatesOf, lightAmong } from '../scene/file-fates.ts'
import type { HandedScene } from '../scene/handed-scene.ts'
import type { DroppedFile } from '../scene/scene-files.ts'
import { useSceneDrop } from '../scene/scene-drop.tsx'
import { ScenePanel } from '../scene/scene-panel.tsx'
import { namingSceneOf, type SceneReading, scenePartsOf } from '../scene/scene-reading.ts'
import { type SceneUpload, useSceneUpload } from '../scene/scene-upload.ts'
import { type ScenePreviewPicture, useScenePreview } from '../scene/scene-preview.ts'
import classes from './new-render.module.css'

/** The two halves of a render that is being prepared: what it is of, and how it shall be. */
export function PreparedScene({
  reading,
  kept,
  first,
  onChoose,
  onKeptGone,
}: {
  /** The dropped scene; undefined of one that the node has kept. */
  readonly reading: SceneReading | undefined
  readonly kept: HandedScene | undefined
  /** The form as it begins. */
  readonly first: RenderForm
  readonly onChoose: (path: string) => void
  /** The node has the kept scene no longer. */
  readonly onKeptGone: () => void
}) {
  const [form, setForm] = useState<RenderForm>(first)
  const { files } = useSceneDrop()
  const fates = useMemo(() => fatesBeside(reading, kept, files), [reading, kept, files])
  const { scene, upload, cancel, restart } = useHandedScene(reading, kept, files)
  const report = useSceneReport(scene)
  const { isRead, cameras, animationSeconds } = knownOf(reading, report.value)
  // A preview does not depend on the time by which the picture should be done.
  useNewLightPicture(scene?.environment, () =>
    setForm((now) => ({ ...now, light: { ...now.light, choice: 'auto' } })),
  )
  const hasLightPicture = scene?.environment !== undefined
  const outcome = orderOf({ ...form, deadlineMs: undefined }, { animationSeconds, hasLightPicture, nowMs: 0 })
  const [isMoving, setIsMoving] = useState(false)
  const preview = useScenePreview(scene, outcome.ok ? outcome.order : undefined, isMoving)
  const setView = (view: RenderView | undefined): void => setForm((now) => ({ ...now, view }))
  return (
    <div className={classes['halves']}>
      <ScenePanel
        reading={reading}
        keptName={kept?.main}
        upload={upload}
        report={report.value}
        preview={preview}
        view={form.view}
        onView={setView}
        onMoving={setIsMoving}
        shape={(form.width ?? 16) / Math.max(1, form.height ?? 9)}
        onCancelUpload={cancel}
        onUpload={restart}
        onChoose={onChoose}
        fates={fates}
      />
      {isRead && (
        <NewRenderForm
          form={form}
          onChange={setForm}
          scene={scene}
          cameras={cameras}
          animationSeconds={animationSeconds}
          sampleUs={preview.sampleUs}
          unitRamGb={preview.unitRamGb}
          isMeasuring={upload.state === 'sending' || preview.isWorking}
          refusal={refusalOf(upload, report, preview)}
          onSceneGone={reading === undefined ? onKeptGone : restart}
        />
      )}
    </div>
  )
}

/** Calls `onNew` when a picture of light comes that was not there before: it is the light then, whatever was chosen. */
function useNewLightPicture(picture: Cid | undefined, onNew: () => void): void {
  const [last, setLast] = useState(picture)
  if (picture === undefined || picture === last) return
  setLast(picture)
  onNew()
}

/** What the form needs of the scene, by its own description or by the node's reading of it. */
function knownOf(reading: SceneReading | undefined, report: SceneReport | undefined) {
  const outline = reading?.state === 'ready' ? reading.outline : undefined
  return {
    isRead: outline !== undefined || reading === undefined,
    // Only the node numbers them as it renders them: by the places where they stand, not in the order of the file's list.
    cameras: report?.cameras,
    animationSeconds: report?.animation_seconds ?? outline?.animationSeconds ?? 0,
  }
}

/** The fates of the dropped files; none before the scene is read, which decides them. */
function fatesBeside(
  reading: SceneReading | undefined,
  kept: HandedScene | undefined,
  files: readonly DroppedFile<File>[],
): FatedFile<File>[] {
  if (reading === undefined) {
    const main = { path: kept?.main ?? '', file: new File([], '') }
    const hasReferences = (kept?.files.length ?? 0) > 1
    return fatesOf(files, { main, parts: new Set<File>(), hasReferences })
  }
  if (reading.state === 'refused') {
    return fatesOf(
      files.filter((file) => file !== reading.main),
      undefined,
    )
  }
  return reading.state === 'ready' ? fatesOf(files, namingSceneOf(reading)) : []
}

/** Hands the scene and its light over to the node. */
function useHandedScene(
  reading: SceneReading | undefined,
  kept: HandedScene | undefined,
  files: readonly DroppedFile<File>[],
) {
  const parts = useMemo(() => (reading === undefined ? [] : scenePartsOf(reading)), [reading])
  const light = useMemo(
    () => lightAmong(files, (reading && namingSceneOf(reading)?.parts) ?? new Set<File>()),
    [files, reading],
  )
  const sent = useMemo(
    () => parts && [...parts, ...(light === undefined ? [] : [{ name: light.path, file: light.file }])],
    [parts, light],
  )
  const { upload, cancel, restart } = useSceneUpload(sent?.length === 0 ? undefined : sent)
  const scene = useMemo<HandedScene | undefined>(() => {
    if (sent?.length === 0) return kept
    if (upload.state !== 'done' || parts === undefined) return undefined
    const own = sceneOfParts(parts, upload.files) ?? kept
    const environment = upload.files[parts.length]?.cid
    return own && (environment === undefined ? own : { ...own, environment })
  }, [upload, parts, sent, kept])
  return { scene, upload, cancel, restart }
}

/** What the scene is made of, by the node's reading of it. */
function useSceneReport(scene: HandedScene | undefined): LatestAnswer<SceneReport> {
  const { files, main } = scene ?? { files: [], main: '' }
  return useLatestAnswer(
    scene && `inspect ${JSON.stringify([files, main])}`,
    (calls, signal) => calls.render.inspectScene({ files, main }, { signal }),
    0,
  )
}

/** Why a picture of the scene would be refused; undefined where nothing says that it would. */
function refusalOf(
  upload: SceneUpload,
  report: LatestAnswer<SceneReport>,
  preview: ScenePreviewPicture,
): string | undefined {
  if (upload.state === 'failed') return upload.message
  if (report.isRefused) return report.message
  return preview.isRefused ? preview.message : undefined
}

/** The dropped scene as it was handed over; undefined where none was dropped. */
function sceneOfParts(
  parts: readonly { readonly name: string }[],
  sent: readonly SceneFile[],
): HandedScene | undefined {
  const [main] = parts
  return main && { files: sent.slice(0, parts.length), main: main.name }
}

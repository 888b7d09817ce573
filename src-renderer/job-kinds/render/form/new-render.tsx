import { useMemo, useState } from 'react'
import { Button } from '@mantine/core'
import { IconArrowLeft, IconPhotoUp } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { SceneReport } from '#contract'
import { useText } from '../../../state/text.tsx'
import { EmptyState } from '../../../ui/layout/empty-state.tsx'
import { Page } from '../../../ui/layout/page.tsx'
import { FilesButton } from '../../../ui/files-button.tsx'
import { type LatestAnswer, useLatestAnswer } from '../../../connection/latest-answer.ts'
import { NewRenderForm } from './new-render-form.tsx'
import { rememberedForm } from './remembered-form.ts'
import { orderOf, type RenderForm } from './render-form.ts'
import { DroppedList } from '../scene/dropped-list.tsx'
import { type FatedFile, fatesOf, lightAmong } from '../scene/file-fates.ts'
import type { HandedScene } from '../scene/handed-scene.ts'
import { type DroppedFile, fileName } from '../scene/scene-files.ts'
import { useSceneDrop } from '../scene/scene-drop.tsx'
import { ScenePanel } from '../scene/scene-panel.tsx'
import { namingSceneOf, type SceneReading, scenePartsOf, useSceneReading } from '../scene/scene-reading.ts'
import { type SceneUpload, useSceneUpload } from '../scene/scene-upload.ts'
import { type ScenePreviewPicture, useScenePreview } from '../scene/scene-preview.ts'
import classes from './new-render.module.css'

/** A new render: drop or choose a scene, see it, say how it shall be, send it. */
export function NewRender() {
  const { jobs, jobKinds } = useText()
  const text = jobKinds.render
  const { files, choose } = useSceneDrop()
  const [chosen, setChosen] = useState<string>()
  const reading = useSceneReading(files, chosen)
  const back = (
    <Button
      component={Link}
      href="/jobs"
      variant="subtle"
      color="gray"
      leftSection={<IconArrowLeft size={16} aria-hidden="true" />}
    >
      {jobs.back}
    </Button>
  )
  if (reading.state === 'none' || reading.state === 'no-scene') {
    return (
      <Page title={text.newTitle} actions={back}>
        <div className={classes['choose']}>
          <EmptyState
            icon={<IconPhotoUp size={40} stroke={1.25} />}
            title={reading.state === 'none' ? text.dropHere : text.dropNothing}
            action={
              <>
                <FilesButton variant="filled" label={text.chooseFiles} onChoose={choose} />
                <FilesButton label={text.chooseFolder} isFolder onChoose={choose} />
              </>
            }
          >
            {text.dropHint}
          </EmptyState>
          {reading.state === 'no-scene' && <DroppedList files={fatesOf(files, undefined)} />}
        </div>
      </Page>
    )
  }
  const name = fileName(reading.main.path)
  return (
    <Page title={text.newTitleOf(name)} actions={back}>
      <PreparedScene key={reading.main.path} reading={reading} onChoose={setChosen} />
    </Page>
  )
}

/** The two halves of a render that is being prepared: what it is of, and how it shall be. */
function PreparedScene({
  reading,
  onChoose,
}: {
  readonly reading: SceneReading
  readonly onChoose: (path: string) => void
}) {
  const [form, setForm] = useState<RenderForm>(rememberedForm)
  const { files } = useSceneDrop()
  const fates = useMemo(() => fatesBeside(reading, files), [reading, files])
  const { scene, upload, cancel, restart } = useHandedScene(reading, files)
  const report = useSceneReport(scene)
  const animationSeconds =
    report.value?.animation_seconds ?? (reading.state === 'ready' ? reading.outline.animationSeconds : 0)
  // A preview does not depend on the time by which the picture should be done.
  const outcome = orderOf({ ...form, deadlineMs: undefined }, { animationSeconds, nowMs: 0 })
  const preview = useScenePreview(scene, outcome.ok ? outcome.order : undefined)
  return (
    <div className={classes['halves']}>
      <ScenePanel
        reading={reading}
        upload={upload}
        report={report.value}
        preview={preview}
        shape={(form.width ?? 16) / Math.max(1, form.height ?? 9)}
        onCancelUpload={cancel}
        onUpload={restart}
        onChoose={onChoose}
        fates={fates}
      />
      {reading.state === 'ready' && (
        <NewRenderForm
          form={form}
          onChange={setForm}
          scene={scene}
          cameras={reading.outline.cameras}
          animationSeconds={animationSeconds}
          sampleUs={preview.sampleUs}
          isMeasuring={upload.state === 'sending' || preview.isWorking}
          refusal={refusalOf(upload, report, preview)}
          onSceneGone={restart}
        />
      )}
    </div>
  )
}

/** The fates of the dropped files; none before the scene is read, which decides them. */
function fatesBeside(reading: SceneReading, files: readonly DroppedFile<File>[]): FatedFile<File>[] {
  if (reading.state === 'refused') {
    return fatesOf(
      files.filter((file) => file !== reading.main),
      undefined,
    )
  }
  return reading.state === 'ready' ? fatesOf(files, namingSceneOf(reading)) : []
}

/** Hands the scene and its light over to the node. */
function useHandedScene(reading: SceneReading, files: readonly DroppedFile<File>[]) {
  const parts = useMemo(() => scenePartsOf(reading), [reading])
  const light = useMemo(
    () => lightAmong(files, namingSceneOf(reading)?.parts ?? new Set<File>()),
    [files, reading],
  )
  const sent = useMemo(
    () => parts && [...parts, ...(light === undefined ? [] : [{ name: light.path, file: light.file }])],
    [parts, light],
  )
  const { upload, cancel, restart } = useSceneUpload(sent)
  const scene = useMemo<HandedScene | undefined>(() => {
    if (upload.state !== 'done' || parts?.[0] === undefined) return undefined
    const environment = upload.files[parts.length]?.cid
    return {
      files: upload.files.slice(0, parts.length),
      main: parts[0].name,
      ...(environment === undefined ? {} : { environment }),
    }
  }, [upload, parts])
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

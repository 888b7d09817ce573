import { useMemo, useState } from 'react'
import { Button } from '@mantine/core'
import { IconArrowLeft, IconPhotoUp } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { SceneFiles } from '#contract'
import { useText } from '../../../state/text.tsx'
import { EmptyState } from '../../../ui/layout/empty-state.tsx'
import { Page } from '../../../ui/layout/page.tsx'
import { FilesButton } from '../../../ui/files-button.tsx'
import { useLatestAnswer } from '../../../connection/latest-answer.ts'
import { NewRenderForm } from './new-render-form.tsx'
import { rememberedForm } from './remembered-form.ts'
import { orderOf, type RenderForm } from './render-form.ts'
import { fileName } from '../scene/scene-files.ts'
import { useSceneDrop } from '../scene/scene-drop.tsx'
import { ScenePanel } from '../scene/scene-panel.tsx'
import { type SceneReading, scenePartsOf, useSceneReading } from '../scene/scene-reading.ts'
import { useSceneUpload } from '../scene/scene-upload.ts'
import { useScenePreview } from '../scene/scene-preview.ts'
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
  const parts = useMemo(() => scenePartsOf(reading), [reading])
  const { upload, cancel, restart } = useSceneUpload(parts)
  const scene = useMemo<SceneFiles | undefined>(
    () =>
      upload.state === 'done' && parts?.[0] !== undefined
        ? { files: [...upload.files], main: parts[0].name }
        : undefined,
    [upload, parts],
  )
  const report = useLatestAnswer(
    scene && `inspect ${JSON.stringify(scene)}`,
    (calls, signal) => calls.render.inspectScene(scene ?? { files: [], main: '' }, { signal }),
    0,
  )
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
          onSceneGone={restart}
        />
      )}
    </div>
  )
}

import { useMemo, useState } from 'react'
import { Button, Skeleton } from '@mantine/core'
import { IconArrowLeft, IconPhotoUp } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { RenderRecipe, SampleName } from '#contract'
import { useLatestAnswer } from '../../../connection/latest-answer.ts'
import { useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { EmptyState } from '../../../ui/layout/empty-state.tsx'
import { Page } from '../../../ui/layout/page.tsx'
import { FilesButton } from '../../../ui/files-button.tsx'
import { PreparedScene } from './prepared-scene.tsx'
import { formOfRecipe, sceneOfRecipe } from './recipe-form.ts'
import type { RenderForm } from './render-form.ts'
import { rememberedForm } from './remembered-form.ts'
import { SampleCards } from '../samples/sample-cards.tsx'
import { SAMPLE_FORM, useSample } from '../samples/use-sample.ts'
import { DroppedList } from '../scene/dropped-list.tsx'
import { fatesOf } from '../scene/file-fates.ts'
import { fileName } from '../scene/scene-files.ts'
import type { HandedScene } from '../scene/handed-scene.ts'
import { useSceneDrop } from '../scene/scene-drop.tsx'
import { type SceneReading, useSceneReading } from '../scene/scene-reading.ts'
import classes from './new-render.module.css'

/** A new render: drop or choose a scene, see it, say how it shall be, send it. */
export function NewRender() {
  const text = useText().jobKinds.render
  const { files, sample } = useSceneDrop()
  const [chosen, setChosen] = useState<string>()
  const reading = useSceneReading(files, chosen)
  const { recipe, isLooking, refresh } = useRecipe()
  const tried = useSample()
  const again = useMemo(() => recipe && sceneOfRecipe(recipe), [recipe])
  const kept = tried.scene ?? again
  const first = useMemo(() => firstForm(recipe, sample), [recipe, sample])
  const back = <BackToJobs />
  if (tried.message !== undefined) {
    return (
      <Page title={text.newTitle} actions={back}>
        <FaultNotice message={tried.message} onRetry={tried.retry} />
      </Page>
    )
  }
  if (isLooking || tried.isMaking) {
    return (
      <Page title={isLooking ? text.again.reading : text.sampleScenes.making} actions={back}>
        <Skeleton height={400} />
      </Page>
    )
  }
  const dropped = droppedScene(reading)
  if (dropped === undefined && kept === undefined) {
    return (
      <Page title={text.newTitle} actions={back}>
        <ChooseScene lacksScene={reading.state === 'no-scene'} formerName={recipe?.scene_name} />
      </Page>
    )
  }
  return (
    <Page title={text.newTitleOf(sceneName(dropped, kept))} actions={back}>
      <PreparedScene
        key={dropped?.main.path ?? `kept ${sample ?? ''}`}
        reading={dropped}
        kept={kept}
        first={first}
        onChoose={setChosen}
        onKeptGone={sample === undefined ? refresh : tried.retry}
      />
    </Page>
  )
}

type DroppedScene = Exclude<SceneReading, { readonly state: 'none' | 'no-scene' }>

function droppedScene(reading: SceneReading): DroppedScene | undefined {
  return reading.state === 'none' || reading.state === 'no-scene' ? undefined : reading
}

function sceneName(dropped: DroppedScene | undefined, kept: HandedScene | undefined): string {
  return dropped === undefined ? (kept?.main ?? '') : fileName(dropped.main.path)
}

function BackToJobs() {
  const { jobs } = useText()
  return (
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
}

interface ChooseSceneProps {
  /** Files were dropped, and none of them is a scene. */
  readonly lacksScene: boolean
  /** The scene of the job that the render is made after, whose files are not here any more. */
  readonly formerName: string | undefined
}

/** Where a scene is dropped or chosen, and samples for whom has none. */
function ChooseScene({ lacksScene, formerName }: ChooseSceneProps) {
  const text = useText().jobKinds.render
  const { files, choose } = useSceneDrop()
  return (
    <>
      <div className={classes['choose']}>
        <EmptyState
          icon={<IconPhotoUp size={40} stroke={1.25} />}
          title={lacksScene ? text.dropNothing : text.dropHere}
          action={
            <>
              <FilesButton variant="filled" label={text.chooseFiles} onChoose={choose} />
              <FilesButton label={text.chooseFolder} isFolder onChoose={choose} />
            </>
          }
        >
          {formerName === undefined ? text.dropHint : text.again.sceneNotHere(formerName)}
        </EmptyState>
        {lacksScene && <DroppedList files={fatesOf(files, undefined)} />}
      </div>
      {formerName === undefined && <SampleCards />}
    </>
  )
}

/** The form as it begins: a sample’s draft, as the job that it is made after, or as the user left it last. */
function firstForm(recipe: RenderRecipe | undefined, sample: SampleName | undefined): RenderForm {
  if (sample !== undefined) return SAMPLE_FORM
  return recipe === undefined ? rememberedForm() : formOfRecipe(recipe)
}

/** The settings and the scene of the job that the render is made after, where it is made after one. */
function useRecipe() {
  const { from } = useSceneDrop()
  const answer = useLatestAnswer(
    from && `recipe ${from}`,
    async (calls, signal) => ({
      of: from,
      recipe: from && (await calls.render.recipe({ job_id: from }, { signal })),
    }),
    0,
  )
  return {
    recipe: answer.value?.of === from ? answer.value?.recipe : undefined,
    isLooking: from !== undefined && answer.isWorking,
    refresh: answer.retry,
  }
}

import { useMemo, useState } from 'react'
import { Button, Skeleton } from '@mantine/core'
import { IconArrowLeft, IconPhotoUp } from '@tabler/icons-react'
import { Link } from 'wouter'
import { useLatestAnswer } from '../../../connection/latest-answer.ts'
import { useText } from '../../../state/text.tsx'
import { EmptyState } from '../../../ui/layout/empty-state.tsx'
import { Page } from '../../../ui/layout/page.tsx'
import { FilesButton } from '../../../ui/files-button.tsx'
import { PreparedScene } from './prepared-scene.tsx'
import { formOfRecipe, sceneOfRecipe } from './recipe-form.ts'
import { rememberedForm } from './remembered-form.ts'
import { DroppedList } from '../scene/dropped-list.tsx'
import { fatesOf } from '../scene/file-fates.ts'
import { fileName } from '../scene/scene-files.ts'
import { useSceneDrop } from '../scene/scene-drop.tsx'
import { useSceneReading } from '../scene/scene-reading.ts'
import classes from './new-render.module.css'

/** A new render: drop or choose a scene, see it, say how it shall be, send it. */
export function NewRender() {
  const { jobs, jobKinds } = useText()
  const text = jobKinds.render
  const { files, choose } = useSceneDrop()
  const [chosen, setChosen] = useState<string>()
  const reading = useSceneReading(files, chosen)
  const { recipe, isLooking, refresh } = useRecipe()
  const kept = useMemo(() => recipe && sceneOfRecipe(recipe), [recipe])
  const first = useMemo(() => (recipe === undefined ? rememberedForm() : formOfRecipe(recipe)), [recipe])
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
  if (isLooking) {
    return (
      <Page title={text.again.reading} actions={back}>
        <Skeleton height={400} />
      </Page>
    )
  }
  const hasNone = reading.state === 'none' || reading.state === 'no-scene'
  if (hasNone && kept === undefined) {
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
            {recipe?.scene_name === undefined ? text.dropHint : text.again.sceneNotHere(recipe.scene_name)}
          </EmptyState>
          {reading.state === 'no-scene' && <DroppedList files={fatesOf(files, undefined)} />}
        </div>
      </Page>
    )
  }
  const dropped = hasNone ? undefined : reading
  const name = dropped === undefined ? (kept?.main ?? '') : fileName(dropped.main.path)
  return (
    <Page title={text.newTitleOf(name)} actions={back}>
      <PreparedScene
        key={dropped?.main.path ?? 'kept'}
        reading={dropped}
        kept={kept}
        first={first}
        onChoose={setChosen}
        onKeptGone={refresh}
      />
    </Page>
  )
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

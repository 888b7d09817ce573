import { IconPhotoPlus } from '@tabler/icons-react'
import { useText } from '../../../state/text.tsx'
import { FilesButton } from '../../../ui/files-button.tsx'
import { EmptyState } from '../../../ui/layout/empty-state.tsx'
import { useSceneDrop } from '../scene/scene-drop.tsx'
import { SampleCards } from '../samples/sample-cards.tsx'
import classes from './first-render.module.css'

/** The board without a job: the place to drop the first scene, and scenes to try. */
export function FirstRender() {
  const { jobs, jobKinds } = useText()
  const text = jobKinds.render
  const { choose } = useSceneDrop()
  return (
    <>
      <div className={classes['empty']}>
        <EmptyState
          icon={<IconPhotoPlus size={40} stroke={1.25} />}
          title={jobs.emptyTitle}
          action={<FilesButton variant="filled" label={text.chooseScene} onChoose={choose} />}
        >
          {text.emptyText}
        </EmptyState>
      </div>
      <SampleCards />
    </>
  )
}

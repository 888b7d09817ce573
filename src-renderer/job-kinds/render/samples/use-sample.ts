import { SAMPLE_RENDER } from '#contract'
import { useLatestAnswer } from '../../../connection/latest-answer.ts'
import { FIRST_FORM, type RenderForm } from '../form/render-form.ts'
import type { HandedScene } from '../scene/handed-scene.ts'
import { useSceneDrop } from '../scene/scene-drop.tsx'

/** The form of a sample: a draft that this PC alone finishes soon. The user's own form stays remembered as it is. */
export const SAMPLE_FORM: RenderForm = {
  ...FIRST_FORM,
  width: SAMPLE_RENDER.width,
  height: SAMPLE_RENDER.height,
  quality: 'draft',
  checks: SAMPLE_RENDER.redundancy,
}

/** The sample that the user tries, as the node makes it. */
export function useSample(): {
  readonly scene: HandedScene | undefined
  /** Whether a sample was chosen that is not there yet. */
  readonly isMaking: boolean
  /** Why it cannot be made. */
  readonly message: string | undefined
  readonly retry: () => void
} {
  const { sample } = useSceneDrop()
  const answer = useLatestAnswer(
    sample && `sample ${sample}`,
    async (calls, signal) => ({
      name: sample,
      scene: sample && {
        ...(await calls.render.takeSample({ name: sample }, { signal })),
        clamp: SAMPLE_RENDER.clamp,
      },
    }),
    0,
  )
  const scene = sample !== undefined && answer.value?.name === sample ? answer.value.scene : undefined
  return {
    scene,
    isMaking: sample !== undefined && scene === undefined && answer.message === undefined,
    message: sample === undefined ? undefined : answer.message,
    retry: answer.retry,
  }
}

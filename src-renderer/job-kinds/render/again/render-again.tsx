import { useState } from 'react'
import { Button, Menu } from '@mantine/core'
import { IconChevronDown, IconPlayerPlay, IconRepeat } from '@tabler/icons-react'
import { useLocation } from 'wouter'
import type { SubmittedRender } from '#contract'
import { useAction, useCalls } from '../../../connection/calls.tsx'
import { faultOfCall } from '../../../connection/fault-text.ts'
import { useText } from '../../../state/text.tsx'
import type { SummaryOf } from '../../job-kind.ts'
import { useSceneDrop } from '../scene/scene-drop.tsx'

/** Buttons of a render that has ended: to go on with it where it stopped, and to render it again, as it was or changed. */
export function RenderAgain({ job }: { readonly job: SummaryOf<'render'> }) {
  const calls = useCalls()
  const text = useText().jobKinds.render.again
  const { duplicate } = useSceneDrop()
  const { isBusy, send } = useSubmission()
  const { job_id } = job
  // The outputs of an encrypted job are sealed for it alone.
  const canContinue = job.state.kind !== 'done' && job.encrypted !== true
  const isSeries = (job.series?.count ?? 1) > 1
  return (
    <>
      {canContinue && (
        <Button
          variant="filled"
          disabled={isBusy}
          leftSection={<IconPlayerPlay size={16} aria-hidden="true" />}
          onClick={() => void send(() => calls.render.continue({ job_id }), text.continued)}
        >
          {text.continue}
        </Button>
      )}
      <Menu>
        <Menu.Target>
          <Button
            disabled={isBusy}
            leftSection={<IconRepeat size={16} aria-hidden="true" />}
            rightSection={<IconChevronDown size={14} aria-hidden="true" />}
          >
            {text.again}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void send(() => calls.render.again({ job_id }), text.submitted)}>
            {isSeries ? text.sameSeries : text.same}
          </Menu.Item>
          <Menu.Item onClick={() => duplicate(job_id)}>{text.changed}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

/** Submits a job and goes to it; a scene that is gone is told with what can be done. */
function useSubmission() {
  const run = useAction()
  const [, navigate] = useLocation()
  const text = useText().jobKinds.render.again
  const [isBusy, setIsBusy] = useState(false)
  const send = async (submit: () => Promise<SubmittedRender>, success: string): Promise<void> => {
    setIsBusy(true)
    const submitted = await run(
      async () => {
        try {
          return await submit()
        } catch (error) {
          if (faultOfCall(error)?.kind !== 'blob-missing') throw error
          throw new Error(text.sceneGone, { cause: error })
        }
      },
      { success },
    )
    setIsBusy(false)
    if (submitted !== undefined) navigate(`/jobs/${submitted.job_id}`)
  }
  return { isBusy, send }
}

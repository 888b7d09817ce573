import { useState } from 'react'
import { Button, Menu } from '@mantine/core'
import { IconChevronDown, IconDownload } from '@tabler/icons-react'
import type { JobSummary } from '#contract'
import type { ApiCalls } from '../../../connection/api-calls.ts'
import { useAction, useCalls } from '../../../connection/calls.tsx'
import { downloadBlob } from '../../../connection/download.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { jobName, seriesName } from '../../../state/job-words.ts'
import { saveFile } from '../../../ui/save-file.ts'
import { frameOf } from '../frames/frame-number.ts'
import { saveFrames } from '../frames/save-frames.ts'
import classes from './save-menu.module.css'

/** Saves a finished picture: as adjusted, as delivered, with all of its light, as rendered, or all frames of its series. */
export function SaveMenu({
  job,
  siblings,
  delivered,
  rendered,
  adjusted,
}: {
  readonly job: JobSummary
  readonly siblings: readonly JobSummary[]
  /** Absent while it is not here yet: it is waited for. */
  readonly delivered: Blob | undefined
  /** Where that is another picture. */
  readonly rendered: Blob | undefined
  /** Absent while nothing is adjusted. */
  readonly adjusted: (() => Promise<Blob>) | undefined
}) {
  const calls = useCalls()
  const run = useAction()
  const { jobs, jobKinds } = useText()
  const text = jobKinds.render.viewer
  const format = useFormat()
  const [progress, setProgress] = useState<string>()
  const name = pictureName(job)
  const done = siblings.filter(({ state }) => state.kind === 'done')
  const save = async (fileName: string, make: () => Promise<Blob>): Promise<void> => {
    setProgress(fileName)
    await run(async () => saveFile(await make(), fileName), { success: jobs.saved(fileName) })
    setProgress(undefined)
  }
  const saveAll = async (): Promise<void> => {
    setProgress('')
    await run(() =>
      saveFrames(calls, done, seriesName(job), pictureName, (count) =>
        setProgress(text.savingFrames(format.number(count), format.number(done.length))),
      ),
    )
    setProgress(undefined)
  }
  return (
    <Menu>
      <Menu.Target>
        <Button
          size="xs"
          variant="filled"
          disabled={progress !== undefined}
          leftSection={<IconDownload size={16} aria-hidden="true" />}
          rightSection={<IconChevronDown size={14} aria-hidden="true" />}
        >
          {progress === undefined || progress === '' ? text.save : progress}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {adjusted !== undefined && (
          <Menu.Item onClick={() => void save(`${name} adjusted.png`, adjusted)}>
            {text.saveAdjusted}
          </Menu.Item>
        )}
        <Menu.Item
          onClick={() => void save(`${name}.png`, async () => delivered ?? pictureOf(calls, job, 'png'))}
        >
          {text.saveDelivered}
        </Menu.Item>
        <Menu.Item onClick={() => void save(`${name}.exr`, () => pictureOf(calls, job, 'exr'))}>
          {text.saveExr}
          <span className={classes['hint']}>{text.saveExrHint}</span>
        </Menu.Item>
        {rendered !== undefined && <RenderedItems job={job} rendered={rendered} save={save} />}
        {done.length > 1 && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => void saveAll()}>{text.saveFrames}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

/** The picture with its noise, in both formats. */
function RenderedItems({
  job,
  rendered,
  save,
}: {
  readonly job: JobSummary
  readonly rendered: Blob
  readonly save: (fileName: string, make: () => Promise<Blob>) => Promise<void>
}) {
  const calls = useCalls()
  const text = useText().jobKinds.render.viewer
  const name = `${pictureName(job)} as rendered`
  return (
    <>
      <Menu.Divider />
      <Menu.Item onClick={() => void save(`${name}.png`, () => Promise.resolve(rendered))}>
        {text.saveRendered}
      </Menu.Item>
      <Menu.Item onClick={() => void save(`${name}.exr`, () => pictureOf(calls, job, 'rawexr'))}>
        {text.saveRenderedExr}
      </Menu.Item>
    </>
  )
}

async function pictureOf(calls: ApiCalls, job: JobSummary, format: 'png' | 'exr' | 'rawexr'): Promise<Blob> {
  const { cid } = await calls.jobs.result({ job_id: job.job_id, format })
  return downloadBlob(calls, cid, { type: format === 'png' ? 'image/png' : 'image/x-exr' })
}

/** The name of a picture's file; frames are numbered so that they sort. */
function pictureName(job: JobSummary): string {
  const frame = frameOf(job)
  return frame === undefined ? jobName(job) : `${seriesName(job)} ${`${frame}`.padStart(4, '0')}`
}

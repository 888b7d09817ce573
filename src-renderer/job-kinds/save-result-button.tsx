import { useState } from 'react'
import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import type { JobSummary } from '#contract'
import { useAction, useCalls } from '../connection/calls.tsx'
import { downloadBlob } from '../connection/download.ts'
import { useFormat, useText } from '../state/text.tsx'
import { jobName } from '../state/job-words.ts'
import { saveFile } from '../ui/save-file.ts'

/** Saves the result of a job as it is: for kinds whose results have no format of their own. */
export function SaveResultButton({ job }: { readonly job: JobSummary }) {
  const calls = useCalls()
  const run = useAction()
  const text = useText().jobs
  const format = useFormat()
  const [progress, setProgress] = useState<string>()
  const save = async (): Promise<void> => {
    const name = `${jobName(job)}.out`
    setProgress('')
    await run(
      async () => {
        const { cid } = await calls.jobs.result({ job_id: job.job_id })
        const blob = await downloadBlob(calls, cid, {
          progress: (bytes, all) => setProgress(text.savingResult(format.bytes(bytes), format.bytes(all))),
        })
        saveFile(blob, name)
      },
      { success: text.saved(name) },
    )
    setProgress(undefined)
  }
  return (
    <Button
      variant="filled"
      leftSection={<IconDownload size={16} aria-hidden="true" />}
      disabled={progress !== undefined}
      onClick={() => void save()}
    >
      {progress === undefined || progress === '' ? text.saveResult : progress}
    </Button>
  )
}

import type { JobSummary } from '#contract'
import type { ApiCalls } from '../../../connection/api-calls.ts'
import { downloadBlob } from '../../../connection/download.ts'
import { safeFileName, saveFile } from '../../../ui/save-file.ts'
import { createZipWriter } from './zip-file.ts'

/** Longer ones are cut: without its extensions, ZIP ends at 4 GiB. */
const ZIP_BYTES_MAX = 2e9

/** Saves the pictures of finished frames as PNG in a ZIP file, or several where one would be too long. */
export async function saveFrames(
  calls: ApiCalls,
  frames: readonly JobSummary[],
  name: string,
  pictureName: (frame: JobSummary) => string,
  onFrame: (count: number) => void,
): Promise<void> {
  let zip = createZipWriter()
  let part = 1
  const save = (isLast: boolean): void => {
    saveFile(zip.finish(), isLast && part === 1 ? `${name}.zip` : `${name} ${part}.zip`)
    part += 1
  }
  for (const [i, frame] of frames.entries()) {
    onFrame(i + 1)
    const { cid, bytes } = await calls.jobs.result({ job_id: frame.job_id, format: 'png' })
    if (zip.bytes + bytes > ZIP_BYTES_MAX) {
      save(false)
      zip = createZipWriter()
    }
    const blob = await downloadBlob(calls, cid)
    zip.add({
      name: `${safeFileName(pictureName(frame))}.png`,
      bytes: new Uint8Array(await blob.arrayBuffer()),
    })
  }
  save(true)
}

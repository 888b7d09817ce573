import type { ApiCalls } from '../../../api/transport/client.ts'
import type { JobId } from '../../../protocol/ids.ts'
import { createProgressLine } from '../../output/progress-line.ts'
import type { Terminal } from '../../output/terminal.ts'

/**
 * Waits until the picture of a job is cleaned of noise, with a progress line where there is a screen. A picture that could
 * not be cleaned is as rendered, with a warning.
 */
export async function followCleaning(terminal: Terminal, calls: ApiCalls, job_id: JobId): Promise<void> {
  const line = createProgressLine(terminal, 'Cleaning the picture')
  try {
    for await (const cleaning of await calls.render.watchCleaning({ job_id })) {
      if (cleaning.state === 'cleaning') line.draw(cleaning.share, '')
      if (cleaning.state === 'as-rendered' && cleaning.why === 'failed') {
        line.clear()
        terminal.err(`warning: the picture could not be cleaned and is as rendered: ${cleaning.message}\n`)
      }
    }
  } finally {
    line.clear()
  }
}

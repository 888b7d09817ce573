import type { JobKind } from '../job-kind.ts'
import { againCommands } from './again-commands.ts'
import { followCleaning } from './follow-cleaning.ts'
import { pictureFacts } from './picture-facts.ts'
import { pictureFormat } from './picture-format.ts'
import { samplesCommand } from './samples.ts'
import { submitRenderCommand } from './submit-render.ts'

/** Renders: a picture, saved as .png or .exr. */
export const renderKind: JobKind<'render'> = {
  commands: (terminal) => [
    submitRenderCommand(terminal),
    samplesCommand(terminal),
    ...againCommands(terminal),
  ],
  resultFormat: pictureFormat,
  followResult: followCleaning,
  facts: ({ facts }) => pictureFacts(facts),
}

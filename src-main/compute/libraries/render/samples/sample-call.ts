import { z } from 'zod'
import { parseAs } from '../../../../protocol/canonical.ts'
import { refuse } from '../../../../protocol/fault.ts'
import type { LibraryCall, LibraryResult } from '../../../library.ts'
import { SAMPLE_SCENES } from './sample-scenes.ts'

/** `render.sample`: the name of a sample. */
const SampleParams = z.strictObject({
  name: z.enum(Object.keys(SAMPLE_SCENES) as [keyof typeof SAMPLE_SCENES]),
})

/** Makes a sample scene: its output is a .glb file. @throws FaultError `bad-input` for a name that no sample has */
export async function runSample(call: LibraryCall): Promise<LibraryResult> {
  const params = parseAs(call.params, SampleParams)
  if (!params.ok) refuse('bad-input', params.fault.message)
  return { output: Uint8Array.from(await SAMPLE_SCENES[params.value.name]()) }
}

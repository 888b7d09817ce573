/** A worker that reads OpenEXR files, and develops pictures where there is no WebGL 2 for it. */
import { readExr } from './exr-image.ts'
import type { PictureInput, PictureOutput } from './picture-worker-message.ts'
import { developPicture } from './tone-mapping.ts'

/** The part of a worker's own scope that is used here; the renderer's types are those of a window. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<PictureInput>) => void) | null
  postMessage(message: PictureOutput, transfer: Transferable[]): void
}
const scope = self as unknown as WorkerScope

let kept: Float32Array<ArrayBuffer> | undefined

scope.onmessage = ({ data }) => {
  if (data.kind === 'read') void read(data)
  else develop(data)
}

async function read({
  bytes,
  deliveredStops,
  isKept,
}: Extract<PictureInput, { kind: 'read' }>): Promise<void> {
  const outcome = await readExr(bytes)
  if (!outcome.ok) {
    scope.postMessage({ kind: 'unreadable', why: outcome.why }, [])
    return
  }
  const { width, height, radiance } = outcome.image
  const gain = 2 ** deliveredStops
  if (gain !== 1) for (let i = 0; i < radiance.length; i++) radiance[i] = (radiance[i] ?? 0) * gain
  if (isKept) {
    kept = radiance
    scope.postMessage({ kind: 'read', width, height }, [])
  } else scope.postMessage({ kind: 'read', width, height, radiance }, [radiance.buffer])
}

function develop({ adjustment }: Extract<PictureInput, { kind: 'develop' }>): void {
  if (kept === undefined) return
  const pixels = developPicture(kept, 0, adjustment)
  scope.postMessage({ kind: 'developed', pixels }, [pixels.buffer])
}

import { createPictureShader } from './picture-shader.ts'
import type { PictureInput, PictureOutput } from './picture-worker-message.ts'
import type { Adjustment } from './tone-mapping.ts'

/** A picture whose light is there, to be shown as one likes. */
export interface PictureDeveloper {
  /** Shows it; at once with WebGL 2, soon without. */
  develop(adjustment: Adjustment): void
  /** As it is shown, as a PNG file. */
  toPng(adjustment: Adjustment): Promise<Blob>
  /** Whether there is no WebGL 2 for it. */
  readonly isSlow: boolean
  /** The exposure that the picture was delivered with, in stops; adjustments add to it. */
  readonly deliveredStops: number
  stop(): void
}

/**
 * Reads an OpenEXR result in a worker and shows it on a canvas of its own, which `place` puts onto the page; it was delivered
 * with an exposure of so many stops. Rejects for a file that is not one of ours, and when the signal is aborted.
 */
export async function createPictureDeveloper(
  { bytes, deliveredStops }: { readonly bytes: Uint8Array<ArrayBuffer>; readonly deliveredStops: number },
  place: (canvas: HTMLCanvasElement) => void,
  signal: AbortSignal,
): Promise<PictureDeveloper> {
  const worker = new Worker(new URL('./picture-worker.ts', import.meta.url), { type: 'module' })
  try {
    const read = await ask(worker, { kind: 'read', bytes, deliveredStops, isKept: false }, signal)
    if (read.kind !== 'read' || read.radiance === undefined) throw new Error(whyNot(read))
    const canvas = document.createElement('canvas')
    const shader = createPictureShader(canvas, read.width, read.height, read.radiance)
    if (shader !== undefined) {
      worker.terminate()
      place(canvas)
      return { ...shaderDeveloper(canvas, shader), deliveredStops }
    }
    const kept = await ask(worker, { kind: 'read', bytes, deliveredStops, isKept: true }, signal)
    if (kept.kind !== 'read') throw new Error(whyNot(kept))
    const plain = document.createElement('canvas')
    plain.width = kept.width
    plain.height = kept.height
    place(plain)
    return { ...workerDeveloper(plain, worker), deliveredStops }
  } catch (error) {
    worker.terminate()
    throw error
  }
}

function whyNot(output: PictureOutput): string {
  return output.kind === 'unreadable' ? output.why : 'the worker answered something else'
}

function shaderDeveloper(
  canvas: HTMLCanvasElement,
  shader: NonNullable<ReturnType<typeof createPictureShader>>,
): Omit<PictureDeveloper, 'deliveredStops'> {
  return {
    isSlow: false,
    develop: (adjustment) => shader.draw(adjustment),
    toPng(adjustment) {
      // Drawn anew, since the browser drops the canvas's content once it has shown it.
      shader.draw(adjustment)
      return pngOf(canvas)
    },
    stop: () => shader.stop(),
  }
}

/** Develops with plain loops; while one picture is being made only the latest wish is kept. */
function workerDeveloper(
  canvas: HTMLCanvasElement,
  worker: Worker,
): Omit<PictureDeveloper, 'deliveredStops'> {
  const aborter = new AbortController()
  let next: Adjustment | undefined
  let running: Promise<void> | undefined
  const run = async (): Promise<void> => {
    for (let wish = next; wish !== undefined; wish = next) {
      next = undefined
      const answer = await ask(worker, { kind: 'develop', adjustment: wish }, aborter.signal)
      if (answer.kind !== 'developed') return
      canvas.getContext('2d')?.putImageData(new ImageData(answer.pixels, canvas.width, canvas.height), 0, 0)
    }
  }
  const develop = (adjustment: Adjustment): Promise<void> => {
    next = adjustment
    running ??= run().finally(() => (running = undefined))
    return running
  }
  return {
    isSlow: true,
    // It only ends early when it is stopped.
    develop: (adjustment) => void develop(adjustment).catch(() => undefined),
    async toPng(adjustment) {
      await develop(adjustment)
      return pngOf(canvas)
    },
    stop() {
      aborter.abort()
      worker.terminate()
    },
  }
}

function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) =>
        blob === null ? reject(new Error('this browser made no PNG of the picture')) : resolve(blob),
      'image/png',
    )
  })
}

/** One question, one answer. */
function ask(worker: Worker, input: PictureInput, signal: AbortSignal): Promise<PictureOutput> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(signal.aborted ? new Error('stopped') : new Error('the worker failed'))
    if (signal.aborted) {
      fail()
      return
    }
    signal.addEventListener('abort', fail, { once: true })
    worker.onmessage = ({ data }: MessageEvent<PictureOutput>) => {
      signal.removeEventListener('abort', fail)
      resolve(data)
    }
    worker.onerror = fail
    worker.postMessage(input)
  })
}

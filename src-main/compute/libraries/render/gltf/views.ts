import { refuseFile } from './import-fault.ts'
import type { GltfJson } from './schema.ts'

type BufferView = NonNullable<GltfJson['bufferViews']>[number]

/** Where data goes in a new buffer: components have four bytes at most, and stay aligned as they were. */
const ALIGNMENT = 4
/** Bytes of a new buffer: what a typed array and an address of the importer hold. */
const BUFFER_BYTES_MAX = 2 ** 31

/**
 * Gathers what a checked file's views show into one buffer and points the views there: each byte once, in the order in
 * which the file has them. `dropped` are views that are not needed any more; they become empty. `added` comes after it, each
 * as a view of its own.
 *
 * @returns the buffer and the first added view's index
 */
export function gatherViews(
  gltf: GltfJson,
  buffers: readonly Uint8Array[],
  dropped: ReadonlySet<number>,
  added: readonly Uint8Array[],
): { readonly buffer: Uint8Array<ArrayBuffer>; readonly firstAdded: number } {
  const views = (gltf.bufferViews ??= [])
  for (const index of dropped) {
    const view = views[index]
    if (view !== undefined) Object.assign(view, { byteLength: 0, byteOffset: 0 })
  }
  const spans = spansOf(views)
  let end = 0
  for (const span of spans) {
    span.to = place(end, span.start)
    end = span.to + span.end - span.start
  }
  const places = added.map(({ byteLength }) => {
    const at = place(end, 0)
    end = at + byteLength
    return at
  })
  if (end > BUFFER_BYTES_MAX)
    refuseFile('scene-too-large', `the scene's data is more than ${BUFFER_BYTES_MAX}`)
  const buffer = new Uint8Array(end)
  for (const { index, start, end: stop, to } of spans) {
    buffer.set(buffers[index]?.subarray(start, stop) ?? [], to)
  }
  for (const view of views) moveView(view, spans)
  const firstAdded = views.length
  added.forEach((bytes, i) => {
    buffer.set(bytes, places[i] ?? 0)
    views.push({ buffer: 0, byteOffset: places[i] ?? 0, byteLength: bytes.byteLength })
  })
  return { buffer, firstAdded }
}

/** Bytes of one old buffer that some view shows, without a gap, and where they go. */
interface Span {
  readonly index: number
  readonly start: number
  end: number
  to: number
}

/** The ranges that the views show, overlapping ones together, in order. */
function spansOf(views: readonly BufferView[]): Span[] {
  const shown = views
    .filter(({ byteLength }) => byteLength > 0)
    .map(({ buffer, byteOffset = 0, byteLength }) => ({
      index: buffer,
      start: byteOffset,
      end: byteOffset + byteLength,
    }))
    .sort((a, b) => a.index - b.index || a.start - b.start || a.end - b.end)
  const spans: Span[] = []
  for (const { index, start, end } of shown) {
    const last = spans[spans.length - 1]
    if (last?.index === index && start <= last.end) last.end = Math.max(last.end, end)
    else spans.push({ index, start, end, to: 0 })
  }
  return spans
}

/** The first place from `end` on that is as far from a multiple of four as `start` is. */
function place(end: number, start: number): number {
  return end + ((((start - end) % ALIGNMENT) + ALIGNMENT) % ALIGNMENT)
}

function moveView(view: BufferView, spans: readonly Span[]): void {
  const { byteOffset = 0, buffer } = view
  const span = view.byteLength === 0 ? undefined : spanAt(spans, buffer, byteOffset)
  view.buffer = 0
  view.byteOffset = span === undefined ? 0 : span.to + byteOffset - span.start
}

/** The last span that begins at or before a byte of a buffer: the one that holds it, for a view's first byte. */
function spanAt(spans: readonly Span[], buffer: number, byte: number): Span | undefined {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const { index, start } = spans[middle] ?? { index: 0, start: 0 }
    if (index < buffer || (index === buffer && start <= byte)) low = middle + 1
    else high = middle
  }
  return spans[low - 1]
}

/** The views that accessors or compressed meshes of a checked file are in. */
export function dataViews(gltf: GltfJson): ReadonlySet<number> {
  const used = new Set<number>()
  const use = (view: unknown): void => {
    if (typeof view === 'number') used.add(view)
  }
  for (const { bufferView, sparse } of gltf.accessors ?? []) {
    use(bufferView)
    use(sparse?.indices.bufferView)
    use(sparse?.values.bufferView)
  }
  for (const primitive of gltf.meshes?.flatMap(({ primitives }) => primitives) ?? []) {
    for (const extension of Object.values(extensionsOf(primitive))) {
      use((extension as { bufferView?: unknown } | null)?.bufferView)
    }
  }
  return used
}

/** The extensions of an object of a file, by their names. */
export function extensionsOf(object: Record<string, unknown>): Record<string, unknown> {
  const { extensions } = object
  return typeof extensions === 'object' && extensions !== null ? (extensions as Record<string, unknown>) : {}
}

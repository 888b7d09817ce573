import type { Accessor, AnimationChannel, AnimationSampler, Document, Node } from '@gltf-transform/core'
import { type AnimationTrack, type Interpolation, sampleTrack } from './animation-track.ts'
import { type ImportWarning, refuseFile } from '../gltf/import-fault.ts'
import { floatsOf } from './vertices.ts'

/** Numbers of one key by the property that it moves; weights have as many as the mesh has targets. */
const SIZES = { translation: 3, rotation: 4, scale: 3 } as const
const INTERPOLATIONS: ReadonlySet<string> = new Set<Interpolation>(['LINEAR', 'STEP', 'CUBICSPLINE'])

/** The properties of a node that animations move, by their names in the file. */
type Path = 'translation' | 'rotation' | 'scale' | 'weights'

/**
 * Poses a document as its animations show it `seconds` after their start: moves, turns and scales nodes, and with
 * them cameras, lights and the bones of skins, and weighs morph targets. All of the file's animations count; where
 * two move the same property, the first does. What cannot be shown is a warning, never left out silently.
 * Refuses with `bad-geometry` keys that are not numbers in order, or not as many as their values.
 */
export function poseDocument(document: Document, seconds: number, warnings: ImportWarning[]): void {
  const animations = document.getRoot().listAnimations()
  const warn = (message: string): void => {
    if (!warnings.some((warning) => warning.message === message))
      warnings.push({ kind: 'animation-ignored', message })
  }
  if (animations.length === 0) warn('the file has no animation: all its frames are the same')
  const numbers = createNumbers()
  const moved = new Map<Node, Set<Path>>()
  for (const channel of animations.flatMap((animation) => animation.listChannels())) {
    const [node, sampler, path] = [channel.getTargetNode(), channel.getSampler(), pathOf(channel)]
    if (path === undefined)
      warn(`an animation of '${String(channel.getTargetPath()).slice(0, 40)}' is ignored`)
    if (node === null || sampler === null || path === undefined) continue
    const paths = moved.get(node) ?? new Set()
    moved.set(node, paths)
    if (paths.has(path)) {
      warn('where several animations move the same part, only the first is shown')
      continue
    }
    paths.add(path)
    pose(node, path, sampleTrack(trackOf(sampler, path, node, numbers), seconds))
  }
}

/** When the last key of any of a document's animations is, in seconds; 0 without any. */
export function animationEnd(document: Document): number {
  const inputs = document
    .getRoot()
    .listAnimations()
    .flatMap((animation) => animation.listSamplers())
    .map((sampler) => sampler.getInput()?.getArray()?.at(-1) ?? 0)
  return inputs.reduce((latest, end) => (Number.isFinite(end) ? Math.max(latest, end) : latest), 0)
}

function pathOf(channel: AnimationChannel): Path | undefined {
  const path = channel.getTargetPath()
  return path === 'translation' || path === 'rotation' || path === 'scale' || path === 'weights'
    ? path
    : undefined
}

function pose(node: Node, path: Path, values: readonly number[]): void {
  const [x = 0, y = 0, z = 0, w = 0] = values
  switch (path) {
    case 'translation':
      node.setTranslation([x, y, z])
      return
    case 'rotation':
      node.setRotation([x, y, z, w])
      return
    case 'scale':
      node.setScale([x, y, z])
      return
    case 'weights':
      node.setWeights([...values])
  }
}

function trackOf(sampler: AnimationSampler, path: Path, node: Node, numbers: Numbers): AnimationTrack {
  const [times, values] = [numbers.timesOf(sampler.getInput()), numbers.valuesOf(sampler.getOutput())]
  const interpolation = sampler.getInterpolation()
  if (!INTERPOLATIONS.has(interpolation))
    refuseFile('not-gltf', 'an animation interpolates in an unknown way')
  const size = path === 'weights' ? targetsOf(node) : SIZES[path]
  const elements = interpolation === 'CUBICSPLINE' ? 3 : 1
  if (size === 0 || values.length !== times.length * size * elements) {
    refuseFile('bad-geometry', `an animation of ${path} has ${values.length} values for ${times.length} keys`)
  }
  return { times, values, size, interpolation, isRotation: path === 'rotation' }
}

function targetsOf(node: Node): number {
  return node.getMesh()?.listPrimitives()[0]?.listTargets().length ?? 0
}

/** Accessors as numbers, each looked at once however many channels share it. */
interface Numbers {
  timesOf(accessor: Accessor | null): Float32Array
  valuesOf(accessor: Accessor | null): Float32Array
}

function createNumbers(): Numbers {
  const read = new Map<Accessor, Float32Array>()
  const ordered = new Set<Accessor>()
  const valuesOf = (accessor: Accessor | null): Float32Array => {
    if (accessor === null) return refuseFile('bad-geometry', 'an animation is without its keys')
    const known = read.get(accessor)
    if (known !== undefined) return known
    const values = floatsOf(accessor)
    if (!values.every(Number.isFinite)) refuseFile('bad-geometry', 'a key of an animation is not a number')
    read.set(accessor, values)
    return values
  }
  return {
    valuesOf,
    timesOf(accessor) {
      const times = valuesOf(accessor)
      if (accessor !== null && !ordered.has(accessor)) {
        const isOrdered = times.every((time, i) => i === 0 || time > (times[i - 1] ?? 0))
        if (times.length === 0 || !isOrdered)
          refuseFile('bad-geometry', 'an animation’s keys are not in order')
        ordered.add(accessor)
      }
      return times
    },
  }
}

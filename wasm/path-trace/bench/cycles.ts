/** Renders a GLB with Blender's Cycles on one thread of the CPU, where Blender is installed. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** One image, and what it took. */
export interface CyclesImage {
  /** Linear RGB, 3 per pixel, top row first. */
  readonly pixels: Float32Array
  /** Wall time of the render call, scene set-up included. */
  readonly seconds: number
}

/** Images to render: of these sample counts and seeds, after one of a single sample that warms up. */
export interface CyclesJob {
  readonly glb: Uint8Array
  readonly side: number
  readonly bounces: number
  readonly lampRadiance: number
  readonly images: readonly { readonly samples: number; readonly seed: number }[]
}

/** Blender's version, or null where there is none. */
export function blenderVersion(): string | null {
  try {
    const words = execFileSync('blender', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return /Blender [\d.]+/.exec(words)?.[0] ?? null
  } catch {
    return null
  }
}

/** Settings that make Cycles do what our kernel does: no denoiser, no clamp, no adaptive sampling, a box filter. */
const SCRIPT = `
import bpy, sys, json, time, numpy
numpy.bool = bool # the importer of 3.4 still asks for it, newer numpy has dropped it
job = json.load(open(sys.argv[sys.argv.index('--') + 1]))
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.import_scene.gltf(filepath=job['glb'])
scene = bpy.context.scene
scene.camera = next(o for o in scene.objects if o.type == 'CAMERA')
world = bpy.data.worlds.new('black')
world.color = (0, 0, 0)
scene.world = world
for material in bpy.data.materials:
    node = material.node_tree.nodes.get('Principled BSDF')
    if node and max(node.inputs['Emission'].default_value[:3]) > 0:
        node.inputs['Emission Strength'].default_value = job['lampRadiance']
scene.render.engine = 'CYCLES'
scene.render.threads_mode = 'FIXED'
scene.render.threads = 1
scene.render.resolution_x = scene.render.resolution_y = job['side']
scene.render.resolution_percentage = 100
scene.render.use_compositing = False
scene.render.use_persistent_data = True
scene.render.image_settings.file_format = 'OPEN_EXR'
scene.render.image_settings.color_depth = '32'
scene.view_settings.view_transform = 'Standard'
c = scene.cycles
c.device = 'CPU'
c.use_denoising = False
c.use_adaptive_sampling = False
c.sample_clamp_direct = c.sample_clamp_indirect = 0
c.blur_glossy = 0
c.caustics_reflective = c.caustics_refractive = True
c.max_bounces = c.diffuse_bounces = c.glossy_bounces = c.transmission_bounces = job['bounces']
c.pixel_filter_type = 'BOX'
times = []
for i, image in enumerate([{'samples': 1, 'seed': 0}] + job['images']):
    c.samples = image['samples']
    c.seed = image['seed']
    scene.render.filepath = job['out'] + str(i) + '.exr'
    start = time.time()
    bpy.ops.render.render(write_still=True)
    times.append(time.time() - start)
    loaded = bpy.data.images.load(scene.render.filepath)
    pixels = numpy.array(loaded.pixels[:], dtype=numpy.float32).reshape(job['side'], job['side'], 4)[::-1, :, :3]
    pixels.tofile(job['out'] + str(i) + '.f32')
json.dump(times, open(job['out'] + 'times.json', 'w'))
`

/** Runs the job; the first entry is the image of one sample, the others are those asked for. */
export async function renderWithCycles(job: CyclesJob): Promise<CyclesImage[]> {
  const folder = await mkdtemp(join(tmpdir(), 'render-bench-'))
  try {
    const out = join(folder, 'image-')
    const [glb, script, order] = ['scene.glb', 'render.py', 'job.json'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    await writeFile(glb, job.glb)
    await writeFile(script, SCRIPT)
    const { side, bounces, lampRadiance, images } = job
    await writeFile(order, JSON.stringify({ glb, out, side, bounces, lampRadiance, images }))
    await promisify(execFile)(
      'blender',
      ['-b', '-noaudio', '--python-exit-code', '1', '-P', script, '--', order],
      {
        maxBuffer: 1 << 26,
      },
    )
    const times = JSON.parse(await readFile(`${out}times.json`, 'utf8')) as number[]
    return await Promise.all(
      times.map(async (seconds, i) => {
        const bytes = await readFile(`${out}${i}.f32`)
        return {
          pixels: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
          seconds,
        }
      }),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

import { seedCrowd } from './crowd.ts'
import { pair, startPeer, until, untilMeasured, type Peer } from './peer.ts'
import { ballsScene, townScene, turningScene } from './scenes.ts'
import { submitScene } from './submit.ts'

/** A peer as a window finds it in some stage of its life, and those around it. */
export interface Stage {
  /** Whose window is looked at. */
  readonly peer: Peer
  /** Resumes the work under way, where there is some, and waits until this peer computes. It is under way at first. */
  work(): Promise<void>
  /** Pauses it: screens that do not show it are pictured sooner without. */
  rest(): Promise<void>
  remove(): Promise<void>
}

/** Of a stage without work under way. */
const idle = { work: () => Promise.resolve(), rest: () => Promise.resolve() }

/** Just installed: no people, no jobs. */
export async function emptyStage(): Promise<Stage> {
  const peer = await startPeer({ name: 'Studio PC' })
  return { peer, ...idle, remove: () => peer.remove() }
}

/** Tiles of a render under way that are done when it is first looked at: most of one pass over the picture. */
const TILES_SEEN = 45

/** Percent of their cores by which peers compute while they are looked at: the windows need the processor. */
const LOOKED_AT_PERCENT = 5

/** After some weeks: three people, some pictures, a render under way, a person who wants to pair. */
export async function typicalStage(): Promise<Stage> {
  const [studio, attic, laptop, office, cousin] = await Promise.all([
    startPeer({ name: 'Studio PC', cores: 1 }),
    startPeer({ name: 'Attic', cores: 1 }),
    startPeer({ name: 'Mira’s laptop', cores: 1 }),
    startPeer({ name: 'Office, second floor' }),
    startPeer({ name: 'Cousin Tom' }),
  ])
  const others = [attic, laptop, office, cousin]
  await pair(studio, attic, 0.75)
  await pair(studio, laptop, 1)
  await pair(studio, office, 0.5)
  await studio.calls.people.setTrust({ peer_id: office.peerId, trust: 0.25 })
  const sharing = [studio, attic, laptop]
  await Promise.all(sharing.map(untilMeasured))
  await finishPictures(studio, 1)
  const { code } = await studio.calls.people.invite({ trust: 0.5, valid_minutes: 60, confirm: true })
  await cousin.calls.people.pair({ code, trust: 0.5 })
  // Small tiles of many samples: the whole picture is there soon, and no news every few milliseconds after that.
  const size = { width: 640, height: 400, spp: 768, samples_per_unit: 6 }
  const job_id = await submitScene(studio, townScene(), {
    ...size,
    redundancy: 2,
    description: 'Town by night',
  })
  const job = () => studio.calls.jobs.status({ job_id })
  await until('tiles are there', async () => (await job()).verified > TILES_SEEN)
  const limit = (cpu_percent: number) =>
    Promise.all(sharing.map(({ calls }) => calls.sharing.setLimits({ limits: { cpu_percent } })))
  return {
    peer: studio,
    async work() {
      await limit(LOOKED_AT_PERCENT)
      if ((await job()).state.kind === 'paused') await studio.calls.jobs.resume({ job_id })
      await until('this PC computes', () => isComputing(studio))
    },
    async rest() {
      await studio.calls.jobs.pause({ job_id })
      await limit(100)
    },
    async remove() {
      await Promise.all([studio, ...others].map((peer) => peer.remove()))
    },
  }
}

/** Whether a peer computes units at this moment. */
async function isComputing(peer: Peer): Promise<boolean> {
  for await (const { units_here } of await peer.calls.news.watch()) return (units_here ?? []).length > 0
  return false
}

/** A crowd: 200 people, 10,000 units in each of two jobs, pictures of all shapes. */
export async function crowdedStage(): Promise<Stage> {
  const peer = await startPeer({ name: 'Rechenzentrum der Überlandzentrale Nordrhein, Keller 2', cores: 2 })
  await untilMeasured(peer)
  await finishPictures(peer, 0.5)
  await peer.stop()
  await seedCrowd(peer.folder)
  await peer.start()
  return { peer, ...idle, remove: () => peer.remove() }
}

/** Renders pictures of all shapes. @param scale of width and height, but for the frames of an animation */
async function finishPictures(peer: Peer, scale: number): Promise<void> {
  const renders = [
    [ballsScene(), { width: 480 * scale, height: 300 * scale, spp: 16, description: 'Balls' }],
    [townScene(), { width: 300 * scale, height: 400 * scale, spp: 8, description: 'Town, upright' }],
    [turningScene(), { width: 480 * scale, height: 300 * scale, spp: 8, description: 'Cube and ball' }],
    [turningScene(), { width: 240, height: 150, spp: 4, frames: [0, 8, 16, 24], description: 'Turning' }],
  ] as const
  for (const [scene, { ...options }] of renders) {
    await submitScene(
      peer,
      scene,
      'frames' in options ? { ...options, frames: [...options.frames] } : options,
    )
  }
  const isDone = async () => (await peer.calls.jobs.list()).every(({ state }) => state.kind === 'done')
  await until('all pictures are done', isDone)
}

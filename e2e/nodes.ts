import { seedCrowd } from './crowd.ts'
import { pair, startPeer, until, untilMeasured, type Peer } from './peer.ts'
import { ballsScene, townScene, turningScene } from './scenes.ts'
import { submitScene } from './submit.ts'

/** A peer as a window finds it in some stage of its life, and those around it. */
export interface Stage {
  /** Whose window is looked at. */
  readonly peer: Peer
  remove(): Promise<void>
}

/** Just installed: no people, no jobs. */
export async function emptyStage(): Promise<Stage> {
  const peer = await startPeer({ name: 'Studio PC' })
  return { peer, remove: () => peer.remove() }
}

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
  await Promise.all([studio, attic, laptop].map(untilMeasured))
  await finishPictures(studio)
  const { code } = await studio.calls.people.invite({ trust: 0.5, valid_minutes: 60, confirm: true })
  await cousin.calls.people.pair({ code, trust: 0.5 })
  // Few samples at a time: the whole picture is there soon, grainy, and becomes clear while it is looked at.
  const size = { width: 1_280, height: 800, spp: 256, samples_per_unit: 8 }
  await submitScene(studio, townScene(), { ...size, redundancy: 2, description: 'Town by night' })
  const isUnderWay = async () =>
    (await studio.calls.jobs.list()).some(({ state, verified }) => state.kind === 'running' && verified > 180)
  await until('tiles are there', isUnderWay)
  return {
    peer: studio,
    async remove() {
      await Promise.all([studio, ...others].map((peer) => peer.remove()))
    },
  }
}

/** A crowd: 200 people, 10,000 units in each of two jobs, pictures of all shapes. */
export async function crowdedStage(): Promise<Stage> {
  const peer = await startPeer({ name: 'Rechenzentrum der Überlandzentrale Nordrhein, Keller 2', cores: 2 })
  await untilMeasured(peer)
  await finishPictures(peer)
  await peer.stop()
  await seedCrowd(peer.folder)
  await peer.start()
  return { peer, remove: () => peer.remove() }
}

async function finishPictures(peer: Peer): Promise<void> {
  const renders = [
    [ballsScene(), { width: 480, height: 300, spp: 96, description: 'Balls' }],
    [townScene(), { width: 300, height: 400, spp: 48, description: 'Town, upright' }],
    [turningScene(), { width: 480, height: 300, spp: 64, description: 'Cube and ball' }],
    [turningScene(), { width: 240, height: 150, spp: 24, frames: [0, 8, 16, 24], description: 'Turning' }],
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

import type { Person } from '#contract'
import type { Messages } from '#text'
import type { MeshNode } from '../ui/mesh/mesh-picture.tsx'
import { trustStep } from './trust-step.ts'

type Words = Messages['people']

/** People as the nodes of a picture, the most trusted first, each with a sentence about them. */
export function meshNodes(people: Iterable<Person>, words: Words): MeshNode[] {
  return [...people]
    .sort((a, b) => b.trust_mine - a.trust_mine || (a.peer_id < b.peer_id ? -1 : 1))
    .map((person) => ({
      key: person.peer_id,
      name: person.name,
      description: describe(person, words),
      weightHere: person.trust_mine,
      weightThere: person.trust_theirs ?? 0,
      isPresent: person.connected,
      flow: flowOf(person),
    }))
}

/** The whole picture in a sentence. */
export function meshSummary(nodes: readonly MeshNode[], words: Words['mesh']): string {
  const count = (is: (node: MeshNode) => boolean): number => nodes.filter(is).length
  return words.summary(
    nodes.length,
    count(({ weightHere, weightThere }) => weightHere > 0 && weightThere > 0),
    count(({ isPresent }) => isPresent),
    count(({ flow }) => flow !== 'none'),
  )
}

/** The screen's one sentence about people. */
export function peopleTitle(people: Iterable<Person>, words: Words['title']): string {
  const known = [...people]
  if (known.length === 0) return words.none
  const here = known.filter(({ connected }) => connected).length
  const mutual = known.filter(({ trust_mine, trust_theirs = 0 }) => trust_mine > 0 && trust_theirs > 0).length
  return words.some(known.length, here, mutual)
}

function describe(person: Person, words: Words): string {
  const { name, trust_mine, trust_theirs, connected, running_for_us, running_for_them } = person
  const theirs = trust_theirs === undefined ? words.theirs.unknown : words.theirs[trustStep(trust_theirs)]
  return [
    words.mesh.node(name, words.trust[trustStep(trust_mine)], theirs),
    connected ? words.mesh.connected : words.mesh.away,
    ...(running_for_us > 0 ? [words.atWork.forYou(running_for_us)] : []),
    ...(running_for_them > 0 ? [words.atWork.forThem(running_for_them)] : []),
  ].join(' · ')
}

/** Work for us passes from us to them, and theirs to us. */
function flowOf({ running_for_us, running_for_them }: Person): MeshNode['flow'] {
  if (running_for_us > 0 && running_for_them > 0) return 'both'
  if (running_for_us > 0) return 'outwards'
  return running_for_them > 0 ? 'inwards' : 'none'
}

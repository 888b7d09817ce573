import { useMemo } from 'react'
import { meshNodes, meshSummary } from '../../pairing/mesh-nodes.ts'
import { useNode } from '../../state/node-store.ts'
import { useText } from '../../state/text.tsx'
import { MeshPicture } from '../../ui/mesh/mesh-picture.tsx'
import classes from './mesh-tab.module.css'

/** Fewer stand on one ring, where all are as near. */
const RINGS_FROM = 10

/** The mesh as a picture: this user in the middle, people around. */
export function MeshTab() {
  const text = useText().people
  const people = useNode((node) => node.people)
  const nodes = useMemo(() => meshNodes(people.values(), text), [people, text])
  if (nodes.length === 0) return <p className={classes['empty']}>{text.mesh.empty}</p>
  const isWorking = nodes.some(({ flow }) => flow !== 'none')
  const hint = [
    text.mesh.legend,
    ...(nodes.length > RINGS_FROM ? [text.mesh.nearest] : []),
    ...(isWorking ? [text.mesh.pulse] : []),
  ].join(' ')
  return (
    <div className={classes['mesh']}>
      <MeshPicture
        size="large"
        nodes={nodes}
        centre={text.mesh.you}
        label={`${text.mesh.label}. ${meshSummary(nodes, text.mesh)}`}
        hint={hint}
      />
    </div>
  )
}

import { Anchor } from '@mantine/core'
import { useMemo } from 'react'
import { Link } from 'wouter'
import { meshNodes, meshSummary } from '../../pairing/mesh-nodes.ts'
import { useNode } from '../../state/node-store.ts'
import { useText } from '../../state/text.tsx'
import { MeshPicture } from '../../ui/mesh/mesh-picture.tsx'
import { Section } from '../../ui/layout/section.tsx'
import classes from './small-mesh.module.css'

/** The mesh, small, with the way to its people. */
export function SmallMesh() {
  const text = useText()
  const people = useNode((node) => node.people)
  const nodes = useMemo(() => meshNodes(people.values(), text.people), [people, text])
  const words = text.people.mesh
  return (
    <Section
      title={text.overview.mesh.title}
      actions={
        <Anchor component={Link} href="/people/mesh" size="sm">
          {text.overview.mesh.open}
        </Anchor>
      }
    >
      <MeshPicture
        size="small"
        nodes={nodes}
        centre={words.you}
        label={nodes.length === 0 ? text.overview.mesh.none : `${words.label}. ${meshSummary(nodes, words)}`}
      />
      {nodes.length === 0 && <p className={classes['none']}>{words.empty}</p>}
    </Section>
  )
}

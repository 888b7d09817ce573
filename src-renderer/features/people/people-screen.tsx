import { Button, Tabs } from '@mantine/core'
import { IconUserPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { peopleTitle } from '../../pairing/mesh-nodes.ts'
import { useNode } from '../../state/node-store.ts'
import { useText } from '../../state/text.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { SkeletonList } from '../../ui/layout/skeleton-list.tsx'
import { AddPerson } from './pairing/add-person.tsx'
import { BlockedPeople } from './list/blocked-people.tsx'
import { ForgottenPeopleProvider } from './list/forgotten-people.tsx'
import { useLinkedCode } from './pairing/linked-code.ts'
import { MeshTab } from './mesh-tab.tsx'
import { NearbyPcs } from './pairing/nearby-pcs.tsx'
import { PairRequests } from './pairing/pair-requests.tsx'
import { PeopleList } from './list/people-list.tsx'
import { PersonPage } from './person/person-page.tsx'
import { PERSON_ROW_HEIGHT } from './list/person-row.tsx'
import classes from './people-screen.module.css'

const LIST_PATH = '/people'
const MESH_PATH = '/people/mesh'
/** The list, with the form that adds somebody open. */
const ADD_PATH = '/people/add'

/** One person's page. */
const PERSON_PATH = '/people/of/'

/** People as a list (`/people`, `/people/add` with the form to add somebody), as a picture (`/people/mesh`), and one person's page (`/people/of/…`). */
export function PeopleScreen() {
  const [path] = useLocation()
  return (
    <ForgottenPeopleProvider>
      {path.startsWith(PERSON_PATH) ? <PersonPage peer={path.slice(PERSON_PATH.length)} /> : <AllPeople />}
    </ForgottenPeopleProvider>
  )
}

/** All of them, and how to pair. */
function AllPeople() {
  const text = useText().people
  const people = useNode((node) => node.people)
  const isLoaded = useNode((node) => node.isLoaded)
  const [linkedCode, forgetLink] = useLinkedCode()
  const [path, navigate] = useLocation()
  const [isAdding, setIsAdding] = useState(path === ADD_PATH)
  const isEmpty = isLoaded && people.size === 0
  const isAddShown = isAdding || isEmpty || linkedCode !== ''
  return (
    <Page
      title={isLoaded ? peopleTitle(people.values(), text.title) : text.tabs.list}
      {...(isEmpty ? { description: text.empty.sentence } : {})}
      actions={
        !isEmpty && (
          <Button
            variant={isAddShown ? 'default' : 'filled'}
            aria-expanded={isAddShown}
            leftSection={
              isAddShown ? (
                <IconX size={16} aria-hidden="true" />
              ) : (
                <IconUserPlus size={16} aria-hidden="true" />
              )
            }
            onClick={() => {
              setIsAdding(!isAddShown)
              forgetLink()
              if (path === ADD_PATH) navigate(LIST_PATH, { replace: true })
            }}
          >
            {isAddShown ? text.closeAdd : text.add}
          </Button>
        )
      }
    >
      <PairRequests />
      {isAddShown && (
        <AddPerson
          linkedCode={linkedCode}
          onPaired={() => {
            // Keeps the form open: its message is still to be read when the first person is there.
            setIsAdding(true)
            forgetLink()
          }}
        />
      )}
      {isLoaded && <NearbyPcs isAlways={isAddShown} />}
      {!isLoaded && <SkeletonList rows={5} height={PERSON_ROW_HEIGHT} />}
      {isLoaded && !isEmpty && <People />}
      <BlockedPeople />
    </Page>
  )
}

function People() {
  const text = useText().people.tabs
  const [path, navigate] = useLocation()
  return (
    <Tabs
      value={path === MESH_PATH ? 'mesh' : 'list'}
      onChange={(tab) => navigate(tab === 'mesh' ? MESH_PATH : LIST_PATH)}
      keepMounted={false}
    >
      <Tabs.List aria-label={text.label} className={classes['tabs'] ?? ''}>
        <Tabs.Tab value="list">{text.list}</Tabs.Tab>
        <Tabs.Tab value="mesh">{text.mesh}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="list">
        <PeopleList />
      </Tabs.Panel>
      <Tabs.Panel value="mesh">
        <MeshTab />
      </Tabs.Panel>
    </Tabs>
  )
}

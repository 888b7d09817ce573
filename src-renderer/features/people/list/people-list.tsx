import { Button, Select, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useNode } from '../../../state/node-store.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { EmptyState } from '../../../ui/layout/empty-state.tsx'
import { Hints } from '../../../ui/notices/hints.tsx'
import { VirtualList } from '../../../ui/layout/virtual-list.tsx'
import { useForgottenPeople } from './forgotten-people.tsx'
import { arrangePeople, PEOPLE_ORDERS, sharedNameKey, sharedNames, type PeopleOrder } from './person-order.ts'
import { PERSON_ROW_HEIGHT, PersonRow } from './person-row.tsx'
import classes from './people-list.module.css'

/** Fewer are found by looking. */
const SEARCH_FROM = 9

/** All people, a row each, with search and order where they are many. */
export function PeopleList() {
  const text = useText().people
  const { language } = useFormat()
  const people = useNode((node) => node.people)
  const { hidden } = useForgottenPeople()
  const [search, setSearch] = useState('')
  const [order, setOrder] = useState<PeopleOrder>('name')
  const shown = useMemo(() => {
    const known = [...people.values()].filter(({ peer_id }) => !hidden.has(peer_id))
    return arrangePeople(known, { search, order, language })
  }, [people, hidden, search, order, language])
  const twice = useMemo(() => sharedNames(people.values()), [people])
  return (
    <div className={classes['list']}>
      {people.size >= SEARCH_FROM && (
        <div className={classes['tools']}>
          <TextInput
            aria-label={text.search}
            placeholder={text.search}
            type="search"
            leftSection={<IconSearch size={16} aria-hidden="true" />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            className={classes['search'] ?? ''}
          />
          <Select
            aria-label={text.order.label}
            value={order}
            data={PEOPLE_ORDERS.map((value) => ({ value, label: text.order[value] }))}
            onChange={(value) => value !== null && setOrder(value)}
          />
        </div>
      )}
      <div className={classes['table']}>
        <div aria-hidden="true" className={classes['head']}>
          <span>{text.column.person}</span>
          <span>{text.column.trust}</span>
          <span>{text.column.theirs}</span>
          <span>{text.column.units}</span>
          <span>{text.column.reliability}</span>
        </div>
        {shown.length === 0 ? (
          <EmptyState
            title={text.empty.noMatch(search)}
            action={<Button onClick={() => setSearch('')}>{text.empty.clearSearch}</Button>}
          />
        ) : (
          <Hints>
            <VirtualList
              items={shown}
              itemKey={({ peer_id }) => peer_id}
              estimateHeight={PERSON_ROW_HEIGHT}
              label={text.tabs.list}
              height="max(380px, calc(100dvh - 290px))"
              render={({ peer_id, name }) => (
                <PersonRow peer={peer_id} isNameShared={twice.has(sharedNameKey(name))} />
              )}
            />
          </Hints>
        )}
      </div>
    </div>
  )
}

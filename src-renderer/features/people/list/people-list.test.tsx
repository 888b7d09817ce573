import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../../component.fixture.tsx'
import { peerId, peopleMap, person } from '../../../node.fixture.ts'
import { ForgottenPeopleProvider } from './forgotten-people.tsx'
import { PeopleList } from './people-list.tsx'

const NAMES = ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus', 'Hal', 'Ida'] as const

function mountList(people: ReturnType<typeof person>[]) {
  return mount(
    <ForgottenPeopleProvider>
      <PeopleList />
    </ForgottenPeopleProvider>,
    { node: { people: peopleMap(...people) } },
  )
}

const everybody = () => NAMES.map((name) => person(name))
const names = () => screen.queryAllByRole('link').map((link) => link.textContent)
const search = () => screen.getByRole('searchbox', { name: 'Find somebody' })

it('people are listed by name', () => {
  mountList([person('Cleo'), person('Ada'), person('Bob')])
  expect(within(screen.getByRole('list', { name: 'People' })).getAllByRole('listitem')).toHaveLength(3)
  expect(names()).toEqual(['Ada', 'Bob', 'Cleo'])
})

it('a few people need no search', () => {
  mountList([person('Ada'), person('Bob')])
  expect(screen.queryByRole('searchbox')).toBeNull()
})

it('searching leaves those whose name has the words', async () => {
  const { user } = mountList(everybody())
  await user.type(search(), 'da')
  expect(names()).toEqual(['Ada', 'Dan', 'Ida'])
})

it('a search without a match says so, and Show everybody clears it', async () => {
  const { user } = mountList(everybody())
  await user.type(search(), 'zz')
  screen.getByText('Nobody is called “zz”.')
  await user.click(screen.getByRole('button', { name: 'Show everybody' }))
  expect(names()).toHaveLength(NAMES.length)
})

it('sorting by trust puts the most trusted first', async () => {
  const { user } = mountList(everybody().map((one) => (one.name === 'Gus' ? { ...one, trust_mine: 1 } : one)))
  await user.click(screen.getByRole('combobox', { name: 'Sort by' }))
  await user.click(await screen.findByRole('option', { name: 'Your trust' }))
  expect(names()[0]).toBe('Gus')
})

it('people of the same name have their short names beside it', () => {
  mountList([
    person('Ada'),
    person('Bob', { peer_id: peerId('Other'), name: 'Ada', short_name: 'other-ada' }),
  ])
  screen.getByText('ada-fox')
  screen.getByText('other-ada')
})

it('the head has the columns of its rows, in every width', () => {
  const columnsIn = (name: string): string[] =>
    [
      ...readFileSync(join(import.meta.dirname, name), 'utf8').matchAll(/grid-template-columns:([^;]*);/g),
    ].map(([, columns]) => columns!.replace(/\s+/g, ' ').trim())
  const rows = columnsIn('person-row.module.css')
  expect(rows.length).toBeGreaterThan(2)
  expect(columnsIn('people-list.module.css')).toEqual(rows)
})

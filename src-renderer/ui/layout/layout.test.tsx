import { screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../component.fixture.tsx'
import { EmptyState } from './empty-state.tsx'
import { Facts } from './facts.tsx'
import { Page } from './page.tsx'
import { Section } from './section.tsx'
import { SkeletonList } from './skeleton-list.tsx'
import { VirtualList } from './virtual-list.tsx'

it('a page begins with its title as the heading of the screen', () => {
  mount(
    <Page title="Two people" description="One is connected" actions={<button>Add</button>}>
      Rows
    </Page>,
  )
  screen.getByRole('heading', { level: 1, name: 'Two people' })
  screen.getByText('One is connected')
  screen.getByRole('button', { name: 'Add' })
})

it('a section is a region named by its title', () => {
  mount(<Section title="Network">Inside</Section>)
  within(screen.getByRole('region', { name: 'Network' })).getByText('Inside')
})

it('facts are read as names with their values', () => {
  mount(
    <Facts
      facts={[
        { name: 'Memory', value: '16 GB', more: 'DDR5' },
        { name: 'Disk', value: '1 TB' },
      ]}
    />,
  )
  expect(screen.getAllByRole('term').map((term) => term.textContent)).toEqual(['Memory', 'Disk'])
  expect(screen.getAllByRole('definition').map((fact) => fact.textContent)).toEqual(['16 GBDDR5', '1 TB'])
})

it('what is empty says so; its title is a heading only where nothing else is on the screen', () => {
  const { redraw } = mount(<EmptyState title="No jobs">Render a scene.</EmptyState>)
  screen.getByText('No jobs')
  screen.getByText('Render a scene.')
  expect(screen.queryByRole('heading')).toBeNull()
  redraw(<EmptyState isScreen title="No jobs" />)
  screen.getByRole('heading', { level: 1, name: 'No jobs' })
})

it('rows that are on their way are told as loading', () => {
  mount(<SkeletonList rows={3} />)
  expect(screen.getByRole('status').textContent).toBe('Loading')
})

it('of a long list only the rows in sight are drawn, each with its place in the whole', () => {
  const names = Array.from({ length: 500 }, (_, i) => `Person ${i + 1}`)
  mount(
    <VirtualList
      items={names}
      itemKey={(name) => name}
      estimateHeight={60}
      height={600}
      label="People"
      render={(name) => name}
    />,
  )
  const rows = within(screen.getByRole('list', { name: 'People' })).getAllByRole('listitem')
  expect(rows.length).toBeLessThan(30)
  expect(rows[0]?.textContent).toBe('Person 1')
  expect(rows[1]?.getAttribute('aria-posinset')).toBe('2')
  expect(rows[1]?.getAttribute('aria-setsize')).toBe('500')
})

import { describe, expect, it } from 'vitest'
import { friendlyName, readNameFacts, type NameFacts } from './pc-name.ts'

const name = (facts: Partial<NameFacts>) =>
  friendlyName({ platform: 'linux', locale: 'en-GB', ...facts }, 'lusab-babad')

describe('a PC’s first name', () => {
  it.each([
    [{ account: 'ada' }, 'Ada’s PC'],
    [{ account: 'ada.lovelace42' }, 'Ada’s PC'],
    [{ account: 'OFFICE\\ada' }, 'Ada’s PC'],
    [{ account: 'al', fullName: 'Ada Lovelace' }, 'Ada’s PC'],
    [{ account: 'ada', isLaptop: true }, 'Ada’s laptop'],
    [{ account: 'ada', platform: 'darwin' }, 'Ada’s Mac'],
    [{ account: 'émile' }, 'Émile’s PC'],
    [{ account: 'ada', locale: 'de-DE', isLaptop: true }, 'Adas Laptop'],
    [{ account: 'hans', locale: 'de-AT' }, 'Hans’ PC'],
  ] as const)('says whose it is: %o is %s', (facts, expected) => {
    expect(name(facts)).toBe(expected)
  })

  it.each([
    [{ vendor: 'LENOVO', model: 'ThinkPad X1 Carbon Gen 9' }, 'Lenovo ThinkPad X1 Carbon Gen 9'],
    [{ vendor: 'Dell Inc.', model: 'XPS 13 9310' }, 'Dell XPS 13 9310'],
    [{ vendor: 'HP', model: 'HP EliteBook 840 G8' }, 'HP EliteBook 840 G8'],
  ])('is its model where no person is known: %o is %s', (facts, expected) => {
    expect(name({ account: 'root', ...facts })).toBe(expected)
  })

  it.each([
    { account: 'root' },
    { account: 'ubuntu', vendor: 'QEMU', model: 'Standard PC (Q35 + ICH9, 2009)' },
    { account: 'user', vendor: 'innotek GmbH', model: 'VirtualBox' },
    { vendor: 'System manufacturer', model: 'System Product Name' },
    { vendor: 'ASUS', model: 'To Be Filled By O.E.M.' },
    {},
  ])('is never that of a host, nor one that says nothing: %o', (facts) => {
    expect(name(facts)).toBe('PC lusab-babad')
  })

  it('is made of what this machine tells, whatever is missing', async () => {
    expect(friendlyName(await readNameFacts(), 'lusab-babad')).not.toBe('')
  })
})

import { expect, it } from 'vitest'
import { peopleFinding } from './doctor.ts'

const connected = { connected: true } as const
const missing = { connected: false } as const

it.each([
  [[], 'fine', 'nobody is paired yet'],
  [[missing, missing], 'weak', 'none of 2 is connected'],
  [[connected, missing], 'fine', '1 of 2 are connected'],
] as const)('counts connections with people alone: %j', (people, verdict, found) => {
  expect(peopleFinding(people)).toEqual({ what: 'people', verdict, found })
})

import { describe, expect, it } from 'vitest'
import { linkAmong, pairingCode } from './deep-link.ts'

const CODE = '2VfUX3kYd9NpQ7rstuv'

describe('a pairing link', () => {
  it('is a code of base 58 and nothing else', () => {
    expect(pairingCode(`meshwork://pair/${CODE}`)).toBe(CODE)
    expect(pairingCode(`MESHWORK://pair/${CODE}/`)).toBe(CODE)
  })

  it.each([
    '',
    `https://pair/${CODE}`,
    `meshwork://quit/${CODE}`,
    'meshwork://pair/',
    'meshwork://pair/short',
    `meshwork://pair/${CODE}?trust=1`,
    `meshwork://pair/${CODE}#/settings`,
    `meshwork://pair/../${CODE}`,
    `meshwork://pair/${CODE}%20`,
    `meshwork://pair/${CODE}\n`,
    'meshwork://pair/0OIl0OIl0OIl',
    `meshwork://pair/${'1'.repeat(9_000)}`,
  ])('%j is none', (link) => {
    expect(pairingCode(link)).toBeUndefined()
  })

  it('is found among a program’s arguments', () => {
    expect(linkAmong(['meshwork', '--flag', `Meshwork://pair/${CODE}`])).toBe(`Meshwork://pair/${CODE}`)
    expect(linkAmong(['meshwork', 'https://example.com'])).toBeUndefined()
  })
})

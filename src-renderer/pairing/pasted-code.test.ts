import { describe, expect, it } from 'vitest'
import { codeOfHash, readPastedCode } from './pasted-code.ts'

const BARE = 'K3vPBhxvQg7uKrn3rnVN5bUUN4mUMsPpcJ2hqKQQsMV8ZT8Q5bmLzY6wJ1mXhTn4RkVqW2dA9sFgH'
const CODE = { kind: 'code', code: `meshwork:${BARE}` }

describe('a pasted code', () => {
  it('is found as code, as link and without its beginning', () => {
    expect(readPastedCode(`meshwork:${BARE}`)).toEqual(CODE)
    expect(readPastedCode(`meshwork://pair/${BARE}`)).toEqual(CODE)
    expect(readPastedCode(BARE)).toEqual(CODE)
  })

  it('is found when a mail program wrapped it and put text around it', () => {
    const wrapped = `${BARE.slice(0, 40)}\n${BARE.slice(40)}`
    expect(readPastedCode(`  meshwork:${wrapped}\n`)).toEqual(CODE)
    expect(readPastedCode(`Hi!: <meshwork://pair/${wrapped}>`)).toEqual(CODE)
  })

  it('is not what is too short or has letters that no code has', () => {
    expect(readPastedCode(BARE.slice(0, 30))).toEqual({ kind: 'no-code' })
    expect(readPastedCode(`${BARE}0OIl`)).toEqual({ kind: 'no-code' })
    expect(readPastedCode('https://example.org/')).toEqual({ kind: 'no-code' })
  })

  it('is empty where only white space is', () => {
    expect(readPastedCode(' \n\t')).toEqual({ kind: 'empty' })
  })
})

describe('the code of a deep link', () => {
  it('is what follows code=, decoded', () => {
    expect(codeOfHash(`#/people?code=${encodeURIComponent(`meshwork:${BARE}`)}`)).toBe(`meshwork:${BARE}`)
  })

  it('is empty without one', () => {
    expect(codeOfHash('#/people')).toBe('')
    expect(codeOfHash('')).toBe('')
    expect(codeOfHash('#/people?tab=mesh')).toBe('')
  })
})

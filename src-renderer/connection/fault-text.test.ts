import { ORPCError } from '@orpc/client'
import { expect, it } from 'vitest'
import { loadMessages } from '#text'
import { NotConnectedError } from './connection.ts'
import { faultOfCall, faultText } from './fault-text.ts'

const en = await loadMessages('en')
const de = await loadMessages('de')
const fault = new ORPCError('FAULT', { data: { kind: 'unreachable', message: 'nobody answers' } })

it('a fault is told in its own words, and in another language with what it means', () => {
  expect(faultText(fault, en)).toBe('nobody answers')
  expect(faultText(fault, de)).toBe('Nicht erreichbar: nobody answers')
  expect(faultText(fault)).toBe('nobody answers')
})

it('input that the contract refuses names the field', () => {
  const error = new ORPCError('BAD_REQUEST', {
    data: { issues: [{ message: 'Too big', path: ['files', 0] }] },
  })
  expect(faultText(error, en)).toBe('files.0: Too big')
})

it('a connection that went away is called that', () => {
  expect(faultText(new NotConnectedError('x'), en)).toBe(en.frame.faultConnection)
})

it('whatever else is thrown, and data of a strange shape, still is a line', () => {
  for (const strange of [
    new Error('boom'),
    'text',
    undefined,
    new ORPCError('FAULT', { data: 7 }),
    new ORPCError('FAULT', { data: { kind: 'unheard-of' } }),
    new ORPCError('BAD_REQUEST', { data: { issues: 'no' } }),
    new ORPCError('BAD_REQUEST', { data: { issues: [null] } }),
  ]) {
    expect(faultOfCall(strange)).toBeUndefined()
    expect(faultText(strange, en)).toMatch(/^Meshwork could not answer: ./)
  }
})

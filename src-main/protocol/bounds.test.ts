import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ComputeAllocationState } from './assignment.ts'
import { ComputeCommitment } from './commitment.ts'
import { Fuel } from './fuel.ts'
import { DirectMessage, DirectReply, Invite } from './messages.ts'
import { saturated } from './quantities.ts'
import { ReceiptBatch } from './receipt.ts'
import { ComputeRoundState, VerificationConsensus, WorkResult } from './result.ts'
import { ModuleCallParams } from './job-kinds/module.ts'
import { OwnerLink } from './owner-link.ts'
import { JobVerdict } from './verdict.ts'
import { JobManifest, Params, PartList, WorkRequest } from './work.ts'

/** Everything that others say. */
const SCHEMAS = {
  ComputeAllocationState,
  ComputeCommitment,
  ComputeRoundState,
  DirectMessage,
  DirectReply,
  Invite,
  JobManifest,
  JobVerdict,
  OwnerLink,
  PartList,
  ReceiptBatch,
  VerificationConsensus,
  ModuleCallParams,
  WorkRequest,
  WorkResult,
}
/** Numbers that are exact up to the last one that a double holds, and are compared rather than added. */
const EXACT = /\.(fuel|consensus_fuel|seed)$/

interface Shape {
  readonly type?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly maxItems?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly [keyword: string]: unknown
}

/** The places of a schema that hold a number, list or text without a bound. */
function unbounded(shape: Shape, path: string): string[] {
  const inner = Object.entries(shape).flatMap(([key, value]) => {
    if (key === '$defs' || key === 'propertyNames' || typeof value !== 'object' || value === null) return []
    if (key === 'properties') {
      return Object.entries(value).flatMap(([name, field]) => unbounded(field as Shape, `${path}.${name}`))
    }
    return (Array.isArray(value) ? value : [value])
      .filter((item): item is Shape => typeof item === 'object' && item !== null)
      .flatMap((item) => unbounded(item, path))
  })
  return [...(isBounded(shape, path) ? [] : [path]), ...inner]
}

function isBounded(shape: Shape, path: string): boolean {
  if (shape.const !== undefined || shape.enum !== undefined) return true
  switch (shape.type) {
    case 'integer':
    case 'number': {
      const isEnded = shape.maximum !== undefined && shape.maximum < Number.MAX_SAFE_INTEGER
      const hasStart = (shape.minimum ?? shape.exclusiveMinimum ?? -1) >= 0
      return hasStart && (isEnded || EXACT.test(path))
    }
    case 'array':
      return shape.maxItems !== undefined || shape['prefixItems'] !== undefined
    case 'string':
      return shape.maxLength !== undefined || shape.pattern !== undefined
    default:
      return true
  }
}

describe('what others say', () => {
  it('[E10] every number has a smallest and a largest value, every list and text a longest', () => {
    const found = Object.entries(SCHEMAS).flatMap(([name, schema]) =>
      unbounded(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as Shape, name),
    )
    expect(found).toEqual([])
  })

  it('[E10] no number is none, infinite or without end', () => {
    for (const value of [NaN, Infinity, -Infinity, -1, 2 ** 53, 1e17, 1.7e308]) {
      expect(Fuel.safeParse(value).success, String(value)).toBe(false)
    }
    expect(saturated(Number.MAX_SAFE_INTEGER + Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER)
    expect(saturated(3, 2)).toBe(2)
  })

  it('[E10] parameters are nested so far only that a snapshot can hold them', () => {
    const nested = (levels: number): Params[string] => (levels === 0 ? 1 : { a: nested(levels - 1) })
    expect(Params.safeParse({ p: nested(23) }).success).toBe(true)
    expect(Params.safeParse({ p: nested(24) }).success).toBe(false)
  })
})

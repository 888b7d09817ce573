import { ORPCError } from '@orpc/client'
import type { Fault } from '#contract'
import type { Messages } from '#text'
import { isNotConnected } from './connection.ts'

/** The fault that a call ended with, if it did. */
export function faultOfCall(error: unknown): Fault | undefined {
  if (!(error instanceof ORPCError) || error.code !== 'FAULT') return undefined
  const data: unknown = error.data
  // The node parsed it on its way out; this is only so that a stranger's shape is not taken for a fault.
  return isRecord(data) && typeof data['kind'] === 'string' && typeof data['message'] === 'string'
    ? (data as Fault)
    : undefined
}

/** Why a call failed, in one plain line; in the catalogue's language where one is given. */
export function faultText(error: unknown, messages?: Messages): string {
  const fault = faultOfCall(error)
  if (fault !== undefined) return messages?.frame.fault(fault.kind, fault.message) ?? fault.message
  const detail = error instanceof Error ? error.message : String(error)
  if (messages === undefined) return detail
  if (isNotConnected(error)) return messages.frame.faultConnection
  const issue = firstIssue(error)
  if (issue !== undefined) return messages.frame.faultInput(issue.path, issue.message)
  return messages.frame.faultUnknown(detail)
}

/** Whether a call was refused for what it was asked: asked again, it is refused again. */
export function isInputRefused(error: unknown): boolean {
  return faultOfCall(error)?.kind === 'bad-input' || firstIssue(error) !== undefined
}

/** The first part of an input that the contract refuses, as oRPC tells it. */
function firstIssue(error: unknown): { readonly path: string; readonly message: string } | undefined {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST') return undefined
  const data: unknown = error.data
  if (!isRecord(data) || !Array.isArray(data['issues'])) return undefined
  const issue: unknown = data['issues'][0]
  if (!isRecord(issue) || typeof issue['message'] !== 'string') return undefined
  const path = Array.isArray(issue['path']) ? issue['path'].map(String).join('.') : ''
  return { path, message: issue['message'] }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

import type { LookFailure, Person } from '#contract'
import { durationText } from './units-text.ts'

/** Says for a table how a person is connected, or since when and why they are not. */
export function reachText({ connected, reach, rtt_ms }: Person, nowMs: number): string {
  if (reach === undefined) return connected ? 'connected' : 'away'
  const forSoLong = durationText(Math.max(0, nowMs - reach.since_ms))
  switch (reach.state) {
    case 'direct':
      return withRoundTrip(OVER[reach.over], rtt_ms)
    case 'relayed':
      return withRoundTrip(`relayed through ${reach.through_name ?? reach.through ?? 'another peer'}`, rtt_ms)
    case 'looking':
    case 'unreachable': {
      const why = reach.failure === undefined ? '' : `: ${failureText(reach.failure)}`
      return `${reach.state} for ${forSoLong}${why}`
    }
  }
}

const OVER = {
  ip4: 'direct',
  ip6: 'direct (IPv6)',
  local: 'direct (same network)',
  machine: 'direct (this machine)',
} as const

function withRoundTrip(text: string, ms: number | undefined): string {
  return ms === undefined ? text : `${text}, ${ms.toFixed(1)} ms`
}

/** Says in one clause why the last try to reach a person failed. */
export function failureText(failure: LookFailure): string {
  switch (failure.kind) {
    case 'no-address':
      return 'no address of theirs is known'
    case 'turned-away':
      return 'they end the connection at once'
    case 'no-answer':
      return `nobody answers at the ${counted(failure.addresses)} known`
    case 'refused':
      return `refused at the ${counted(failure.addresses)} known`
    case 'no-route':
      return 'this machine has no way to their address'
    case 'another-peer':
      return 'another peer answers at their address'
  }
}

function counted(addresses: number): string {
  return addresses === 1 ? '1 address' : `${addresses} addresses`
}

/**
 * V8's words for the traps, as it has used them for years, and ours, which stay the same when V8 changes its own:
 * peers compare them. Source of ours: the specification's test suite.
 */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^unreachable/, 'unreachable executed'],
  [/segment .*out of bounds/, 'segment out of bounds'],
  [/memory access out of bounds|memory .*out of bounds/, 'memory access out of bounds'],
  [/table (access|index) .*out of bounds|table .*out of bounds/, 'table access out of bounds'],
  [/^(divide|remainder) by zero/, 'integer divided by zero'],
  [/^divide result unrepresentable/, 'integer overflow'],
  [/^float unrepresentable/, 'float without an integer'],
  [/null function|signature mismatch/, 'indirect call of nothing or of another type'],
  [/rethrowing null/, 'null exception thrown'],
  [/null pointer|null reference/, 'null reference used'],
  [/unaligned/, 'unaligned atomic access'],
  [/Atomics\.wait/, 'wait on a memory that is not shared'],
]

/** Why a module trapped, in words that do not depend on the version of V8. */
export function trapReason(message: string): string {
  const bare = message.replace(/^WebAssembly\.\w+\(\): /, '')
  return REASONS.find(([pattern]) => pattern.test(bare))?.[1] ?? 'trap'
}

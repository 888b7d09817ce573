/** Files of packages that only compilers, readers and other systems need, by their path from `node_modules`. */
const NOT_SHIPPED: readonly RegExp[] = [
  // Sources and what compilers say of them.
  /\.(ts|cts|mts|map|flow|tsbuildinfo)$/,
  /^@types\//,
  // Sources of binaries.
  /^better-sqlite3\/((deps|src)\/|binding\.gyp$)/,
  /^node-addon-api\//,
  /(^|\/)(test|tests|__tests__|example|examples|benchmark|benchmarks)\//,
  /(^|\/)(CHANGELOG|README|readme|History|SECURITY)[^/]*\.md$/,
]
const BINARY = /^better-sqlite3\/prebuilds\/(.+)$/

/** The system that a package is built for: the one that it is built on, whose Node it brings. */
export interface Target {
  readonly platform: NodeJS.Platform
  readonly arch: string
}

/** Whether a file of a package is taken along: not binaries for other systems, nor what does not run. */
export function isShipped(path: string, { platform, arch }: Target): boolean {
  const binary = BINARY.exec(path)?.[1]
  if (binary !== undefined) return binary === `${platform}-${arch}.node`
  return !NOT_SHIPPED.some((pattern) => pattern.test(path))
}

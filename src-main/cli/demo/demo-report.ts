import type { JobStatus } from '#contract'

/** The result of the demo; `--json` prints exactly this. */
export interface DemoReport {
  readonly verified: number
  readonly units: number
  readonly rejected_outputs: number
  readonly retried: number
  readonly peers: readonly DemoPeerReport[]
  readonly first_award_ms: number | null
  readonly wall_s: number
  readonly image: string
  /** The same before its noise was taken out. */
  readonly rendered: string
  readonly exr: string
  readonly image_sha256: string
}

/** One peer's part. */
export interface DemoPeerReport {
  readonly name: string
  readonly peer_id: string
  readonly verified_units: number
  readonly rejected: number
  readonly failed: number
  readonly cpu_s: number
  /** Units of fuel of what it computed; absent where nothing is metered. */
  readonly fuel?: number
  readonly bytes_in: number
  readonly bytes_out: number
  readonly part: 'requester' | 'provider' | 'saboteur' | 'killed'
}

/** The table at the demo's end. */
export function formatReport(report: DemoReport): string {
  const isMetered = report.peers.some(({ fuel }) => fuel !== undefined)
  const rows = [
    ['peer', 'part', 'units', 'rejected', 'cpu s', ...(isMetered ? ['fuel G'] : []), 'in MB', 'out MB'],
    ...report.peers.map((peer) => [
      peer.name,
      peer.part,
      String(peer.verified_units),
      String(peer.rejected),
      peer.cpu_s.toFixed(1),
      ...(isMetered ? [((peer.fuel ?? 0) / 1e9).toFixed(2)] : []),
      megabytes(peer.bytes_in),
      megabytes(peer.bytes_out),
    ]),
  ]
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  const lines = rows.map((row) =>
    row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  )
  const again = report.retried > 0 ? `, ${report.retried} tried again` : ''
  return [
    '',
    ...lines,
    '',
    `${report.verified} of ${report.units} units verified, ${report.rejected_outputs} outputs rejected${again}; ` +
      `${report.wall_s.toFixed(1)} s from submission to the last tile`,
    `picture  ${report.image}  (and ${report.exr}; as rendered ${report.rendered})`,
    `sha256   ${report.image_sha256}`,
    '',
  ].join('\n')
}

/** Assembles the report from the job's last status and what each peer moved. */
export function reportOf(
  status: JobStatus,
  peers: readonly Pick<DemoPeerReport, 'name' | 'peer_id' | 'bytes_in' | 'bytes_out' | 'part'>[],
  picture: Pick<DemoReport, 'image' | 'rendered' | 'exr' | 'image_sha256'>,
): DemoReport {
  return {
    verified: status.verified,
    units: status.units,
    rejected_outputs: status.rejected_outputs,
    retried: status.retried,
    peers: peers.map((peer) => {
      const work = status.by_peer.find((entry) => entry.peer_id === peer.peer_id)
      return {
        ...peer,
        verified_units: work?.verified_units ?? 0,
        rejected: work?.rejected ?? 0,
        failed: work?.failed ?? 0,
        cpu_s: (work?.cpu_ms ?? 0) / 1_000,
        ...(work?.fuel === undefined ? {} : { fuel: work.fuel }),
      }
    }),
    first_award_ms: status.first_award_ms ?? null,
    wall_s: status.wall_ms / 1_000,
    ...picture,
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}

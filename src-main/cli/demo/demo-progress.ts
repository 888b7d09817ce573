import type { JobStatus } from '#contract'

/** Width of a bar in characters. */
const BAR = 28
/** Without a terminal a line is printed every so many percent. */
const STEP_PERCENT = 20

/** Shows a job's way while it runs: a bar per peer on a terminal, a few lines elsewhere, nothing for `--json`. */
export interface DemoProgress {
  say(line: string): void
  show(status: JobStatus): void
  end(): void
}

/** Progress for people at a terminal: one line per peer, redrawn in place. */
export function createProgress(mode: 'bars' | 'lines' | 'silent'): DemoProgress {
  let drawn = 0
  let printedPercent = -STEP_PERCENT
  const out = process.stderr

  function erase(): void {
    if (drawn > 0) out.write(`\x1b[${drawn}A\x1b[J`)
    drawn = 0
  }

  return {
    say(line) {
      if (mode === 'silent') return
      erase()
      out.write(`${line}\n`)
    },
    show(status) {
      if (mode === 'bars') {
        erase()
        // By name, so that no line moves while one peer overtakes another.
        const peers = status.by_peer.toSorted((a, b) => a.name.localeCompare(b.name))
        const lines = [totalLine(status), ...peers.map((peer) => peerLine(status, peer))]
        out.write(`${lines.join('\n')}\n`)
        drawn = lines.length
      } else if (mode === 'lines') {
        const percent = Math.floor((100 * status.verified) / status.units)
        if (percent < printedPercent + STEP_PERCENT) return
        printedPercent = percent - (percent % STEP_PERCENT)
        out.write(`${totalLine(status)}\n`)
      }
    },
    end() {
      drawn = 0
    },
  }
}

function totalLine({ verified, units, rejected_outputs, retried }: JobStatus): string {
  const rejected = rejected_outputs > 0 ? ` · ${rejected_outputs} rejected` : ''
  const again = retried > 0 ? ` · ${retried} tried again` : ''
  return `  ${'verified'.padEnd(12)} ${bar(verified / units)} ${verified} of ${units} tiles${rejected}${again}`
}

function peerLine(status: JobStatus, peer: JobStatus['by_peer'][number]): string {
  const mine = status.units * status.redundancy
  const busy = peer.running_units > 0 ? ` · ${peer.running_units} in hand` : ''
  const wrong = peer.rejected > 0 ? ` · ${peer.rejected} wrong` : ''
  return `  ${peer.name.slice(0, 12).padEnd(12)} ${bar(peer.verified_units / mine)} ${peer.verified_units} tiles${busy}${wrong}`
}

function bar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * BAR)
  return '█'.repeat(full) + '░'.repeat(BAR - full)
}

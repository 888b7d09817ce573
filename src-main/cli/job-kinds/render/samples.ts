import type { Command } from 'commander'
import { SAMPLE_NAMES, SAMPLES, type SampleName } from '#contract'
import { newCommand, print, type CommonOptions } from '../../daemon/peer-command.ts'
import { tableText } from '../../output/table.ts'
import type { Terminal } from '../../output/terminal.ts'

/** The content of each sample, in a line. */
const SHOWS: Record<SampleName, string> = {
  bunny: 'a porcelain bunny on a plinth, in soft light',
  knot: 'a golden knot and a glass ball in a Cornell box',
  lamp: 'a still life by the light of a paper lamp',
}

/** The command `samples`: scenes to try without one of one's own. It needs no running peer. */
export function samplesCommand(terminal: Terminal): Command {
  return newCommand(
    'samples',
    'list the scenes that come with Meshwork; submit-render --sample renders one',
    'meshctl samples && meshctl submit-render --sample bunny --out bunny.png',
  ).action((options: CommonOptions) => {
    const samples = SAMPLE_NAMES.map((name) => ({ name, shows: SHOWS[name], cameras: SAMPLES[name].cameras }))
    print(terminal, options, { samples }, () =>
      tableText(
        ['NAME', 'SHOWS', 'CAMERAS'],
        samples.map(({ name, shows, cameras }) => [name, shows, cameras.join(', ')]),
      ),
    )
  })
}

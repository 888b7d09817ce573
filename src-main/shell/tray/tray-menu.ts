import type { PeerId, Person, RuleName, SharingNow, UnitHere } from '#contract'
import { statusLine, type Format, type Messages } from '#text'
import { ownProgress, runningJobs, type DesktopState } from './desktop-state.ts'

/** Hours that a pause may take: issue and header offer the same. */
const PAUSE_HOURS = [1, 3, 6, 12] as const
/** Units that are named one by one; a tray's menu is no list of hundreds. */
const UNITS_SHOWN_MAX = 8
/** A label longer than this is cut: menus are as wide as their longest line. */
const NAME_CHARS_MAX = 40

/** A command of the tray's menu. */
export type TrayCommand =
  | { readonly kind: 'share'; readonly on: boolean }
  | { readonly kind: 'pause'; readonly minutes?: number; readonly finishFirst: boolean }
  | { readonly kind: 'resume' }
  | { readonly kind: 'share-anyway'; readonly rule: RuleName }
  | { readonly kind: 'open' }
  | { readonly kind: 'quit' }

/** One line of the menu. */
export type MenuEntry =
  | { readonly kind: 'line' }
  /** Only to be read. */
  | { readonly kind: 'text'; readonly label: string }
  | {
      readonly kind: 'command'
      readonly label: string
      readonly command: TrayCommand
      readonly checked?: boolean
    }
  | { readonly kind: 'submenu'; readonly label: string; readonly entries: readonly MenuEntry[] }

/** The tray's tooltip: how far the newest own job is, and the sentence of the header. */
export function trayTooltip(
  messages: Messages,
  format: Format,
  state: DesktopState,
  isPeerHeard: boolean,
): string {
  const sentence = traySentence(messages, format, state, isPeerHeard)
  const own = ownProgress(state)
  if (own === undefined) return sentence
  // No job is done before its last unit is.
  const percent = format.percent(Math.floor(own.fraction * 100) / 100)
  return [percent, short(own.name), sentence].join(' · ')
}

/** The sentence of the header. */
export function traySentence(
  messages: Messages,
  format: Format,
  state: DesktopState,
  isPeerHeard: boolean,
): string {
  return statusLine(messages, format, {
    sharing: state.sharing,
    workingFor: state.workingFor,
    runningJobs: runningJobs(state),
    connection: isPeerHeard ? 'open' : 'lost',
  })
}

/** The tray's menu, for what is going on now. */
export function trayMenu(
  messages: Messages,
  format: Format,
  state: DesktopState,
  isPeerHeard: boolean,
): readonly MenuEntry[] {
  const { tray } = messages
  return [
    { kind: 'text', label: traySentence(messages, format, state, isPeerHeard) },
    { kind: 'line' },
    ...(state.sharing === undefined ? [] : sharingEntries(messages, state.sharing)),
    runningEntry(messages, format, state),
    { kind: 'line' },
    { kind: 'command', label: tray.open, command: { kind: 'open' } },
    { kind: 'command', label: tray.quit, command: { kind: 'quit' } },
  ]
}

function sharingEntries(messages: Messages, sharing: SharingNow): readonly MenuEntry[] {
  const { tray, frame } = messages
  const isOn = sharing.kind !== 'off'
  const share: MenuEntry = {
    kind: 'command',
    label: tray.share,
    command: { kind: 'share', on: !isOn },
    checked: isOn,
  }
  if (!isOn) return [share, { kind: 'line' }]
  if (sharing.kind === 'paused-by-user' || sharing.kind === 'finishing') {
    return [
      share,
      { kind: 'command', label: frame.pause.resume, command: { kind: 'resume' } },
      { kind: 'line' },
    ]
  }
  const anyway: readonly MenuEntry[] =
    sharing.kind === 'paused-by-rule'
      ? [
          {
            kind: 'command',
            label: frame.pause.shareAnyway,
            command: { kind: 'share-anyway', rule: sharing.rule },
          },
        ]
      : []
  return [share, ...anyway, pauseEntry(messages), { kind: 'line' }]
}

function pauseEntry({ frame }: Messages): MenuEntry {
  const forHours = PAUSE_HOURS.map((hours): MenuEntry => ({
    kind: 'command',
    label: frame.pause.hours(hours),
    command: { kind: 'pause', minutes: hours * 60, finishFirst: false },
  }))
  return {
    kind: 'submenu',
    label: frame.pause.button,
    entries: [
      ...forHours,
      {
        kind: 'command',
        label: frame.pause.untilResume,
        command: { kind: 'pause', finishFirst: false },
      },
      { kind: 'line' },
      {
        kind: 'command',
        label: frame.pause.finishFirst,
        command: { kind: 'pause', finishFirst: true },
      },
    ],
  }
}

function runningEntry({ tray }: Messages, format: Format, { unitsHere, people }: DesktopState): MenuEntry {
  if (unitsHere.length === 0) return { kind: 'text', label: tray.runningNothing }
  const shown = unitsHere.slice(0, UNITS_SHOWN_MAX)
  const more = unitsHere.length - shown.length
  return {
    kind: 'submenu',
    label: tray.running,
    entries: [
      ...shown.map((unit): MenuEntry => ({ kind: 'text', label: unitLabel(unit, people, tray, format) })),
      ...(more > 0 ? [{ kind: 'text', label: tray.moreUnits(more, format.number(more)) } as const] : []),
    ],
  }
}

function unitLabel(
  { is_own, unit_index, requester }: UnitHere,
  people: ReadonlyMap<PeerId, Person>,
  tray: Messages['tray'],
  format: Format,
): string {
  // People count from one.
  const unit = format.number(unit_index + 1)
  return is_own ? tray.ownUnit(unit) : tray.unitFor(unit, short(people.get(requester)?.name ?? tray.somebody))
}

function short(name: string): string {
  const characters = Array.from(new Intl.Segmenter().segment(name), ({ segment }) => segment)
  if (characters.length <= NAME_CHARS_MAX) return name
  return `${characters.slice(0, NAME_CHARS_MAX - 1).join('')}…`
}

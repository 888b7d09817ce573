import type { ComponentType, ReactNode } from 'react'
import type { Icon } from '@tabler/icons-react'
import type { FactsOf, Fault, JobId, JobStatus, JobSummary, KindName, Waiting } from '#contract'
import type { Format, Messages } from '#text'

/** A job whose facts are of one kind. */
export type SummaryOf<K extends KindName> = JobSummary & { readonly facts: FactsOf<K> }
/** See `SummaryOf`. */
export type StatusOf<K extends KindName> = JobStatus & { readonly facts: FactsOf<K> }

/** Words of a kind. Where an optional one is absent, those for all jobs are used. */
export interface KindWords {
  /** The work that a PC does for others, to choose from: "Render pictures". */
  readonly work: string
  /** A unit that runs on this PC: "Rendering". */
  readonly here: string
  /** Why a unit failed. */
  readonly faults?: Partial<Record<Fault['kind'], string>>
  /** Why a job does not go on, and what can be done about it. */
  readonly waiting?: Partial<Record<Waiting['kind'], WaitingWords>>
  /** How many PCs each of its parts needs, and how many are there. @param pcs "2 PCs" */
  readonly needsPcs?: (pcs: string, here: number, written: string) => string
  /** The advice for a job that will be late. */
  readonly lateTodo?: string
  /** Explains what outputs that lost against a quorum mean for the result. */
  readonly refusedHint?: string
}

/** Why a job waits, and what its user can do. */
export interface WaitingWords {
  readonly why: string
  readonly todo: string
}

/** One figure of a job: its name, its value, and a note under it. */
export interface KindFigure {
  readonly name: string
  readonly value: string
  readonly note?: string
}

/** The form for a new job of a kind. */
export interface JobForm {
  /** Offered in a development build only, after the forms for users. */
  readonly isForDevelopment?: boolean
  readonly words: (text: Messages) => FormWords
  /** The screen with the form; loaded when it is first opened. */
  readonly NewJob: ComponentType
  /** Stands on the board while there is no job; a sentence when absent. */
  readonly EmptyBoard?: ComponentType
}

/** Words of a form. */
export interface FormWords {
  /** On the overview's button: "Render a scene". */
  readonly start: string
  /** On the board's button: "New render". */
  readonly newJob: string
  /** The board's title while there is no job. */
  readonly invite: string
}

/** How the speed of a PC is told by its score in the algorithms of a kind. */
export interface KindSpeed {
  /** Millions of steps a second of one core with this score, of 1 for the reference machine's. */
  readonly millionsPerSecond: (score: number) => number
  readonly words: (text: Messages) => SpeedWords
}

/** Words of a speed. */
export interface SpeedWords {
  readonly unable: string
  readonly paths: (millions: string, cores: number) => string
}

/** A small picture of a job. */
export interface ThumbnailProps {
  readonly jobId: JobId
  /** Whether the job is not done: its picture is shown as it comes, or as far as it came. */
  readonly isLive?: boolean
  /** For screen readers. */
  readonly label: string
  readonly className: string | undefined
  /** Stands there until the picture is. */
  readonly waiting: ReactNode
  /** Stands there when there is no picture of the job. */
  readonly none: ReactNode
}

/** The part of a kind that does not depend on the facts of a job. */
export interface AnyJobKind {
  /** Ids of the algorithms that compute jobs of this kind. */
  readonly algorithms: readonly string[]
  readonly Icon: Icon
  /** For jobs that were submitted together; `Icon` when absent. */
  readonly SeriesIcon?: Icon
  /** The words of the kind, for one of its algorithms. */
  readonly words: (text: Messages, algorithmId: string) => KindWords
  /** Absent where no job of this kind can be submitted in the window. */
  readonly form?: JobForm
  /** Absent where the speed of a PC is not told by this kind. */
  readonly speed?: KindSpeed
  /** Keeps what all screens with jobs need of the kind, for everything inside. */
  readonly Provider?: ComponentType<{ readonly children: ReactNode }>
  /** Lies around the jobs screens, for example to take dropped files; loaded with them. */
  readonly Zone?: ComponentType<{ readonly children: ReactNode }>
  /** Fetches `Zone` and `EmptyBoard` ahead, so that the board opens at once. */
  readonly preload?: () => Promise<unknown>
  /** Absent where jobs have no picture. Finished jobs with pictures are shown in the gallery. */
  readonly Thumbnail?: ComponentType<ThumbnailProps>
  /** The button that stops a job and keeps what is there; absent where a result takes all units. */
  readonly keepWords?: (text: Messages) => string
  /** Whether the fuel that was used is among the figures. */
  readonly showsFuel: boolean
}

/**
 * A kind of job in the window: all that the screens ask when kinds differ. It is there from the first screen on, so
 * forms and views are loaded when they are first shown.
 */
export interface JobKind<K extends KindName> extends AnyJobKind {
  /** The size of a job in a list; the number of its units when undefined. */
  readonly rowFact: (facts: FactsOf<K>, text: Messages) => string | undefined
  /** Figures that the kind adds to those on the job's page. */
  readonly figures: (facts: FactsOf<K>, text: Messages, format: Format) => readonly KindFigure[]
  /** The kind's part of a job's page, at work and finished; `siblings` are all jobs of its series. */
  readonly View?: ComponentType<{ readonly job: StatusOf<K>; readonly siblings: readonly JobSummary[] }>
  /** Goes on with an ended job, or does it again, among the page's buttons. */
  readonly Again?: ComponentType<{ readonly job: SummaryOf<K> }>
  /** Saves the result of a finished job, among the page's buttons; absent where `View` does it. */
  readonly Save?: ComponentType<{ readonly job: SummaryOf<K> }>
}

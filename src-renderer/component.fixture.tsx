import { MantineProvider } from '@mantine/core'
import { notifications, Notifications } from '@mantine/notifications'
import { createORPCClient, ORPCError, type ClientContext, type ClientLink } from '@orpc/client'
import { act, cleanup, configure, getConfig, render } from '@testing-library/react'
import userEvent, { type UserEvent } from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { unstable_IdlePriority as IDLE, unstable_scheduleCallback as schedule } from 'scheduler'
import { Router } from 'wouter'
import { memoryLocation } from 'wouter/memory-location'
import type { Fault } from '#contract'
import { loadMessages } from '#text'
import type { ApiCalls } from './connection/api-calls.ts'
import { CallsProvider } from './connection/calls.tsx'
import { LookingProvider } from './state/looking.tsx'
import type { NodeMirror } from './state/node-mirror.ts'
import { createNodeStore, NodeStoreContext } from './state/node-store.ts'
import { TextProvider } from './state/text.tsx'
import { theme } from './theme/theme.ts'

/** The catalogue that components speak in tests. */
export const english = await loadMessages('en')

/** An answer for each procedure that a test expects to be called: a function of the input. */
export type Answers = AnswersOf<ApiCalls>

type AnswersOf<Part> = Part extends (...rest: infer Rest) => Promise<infer Output>
  ? (input: Rest[0]) => Answer<Output> | Promise<Answer<Output>>
  : { readonly [Name in keyof Part]?: AnswersOf<Part[Name]> }

/** A subscription is answered with anything that can be iterated. */
type Answer<Output> = Output extends AsyncIterable<infer News> ? AsyncIterable<News> : Output

/** A component on a screen: the user in front of it, and the node behind it. */
export interface Mounted {
  readonly user: UserEvent
  /** The node says something new: parts of the mirror change. */
  readonly tell: (news: Partial<NodeMirror>) => void
  /** Inputs of the calls of a procedure (`people.pair`) so far, the first first. */
  readonly asked: (procedure: string) => readonly unknown[]
  /** The address that the window is at. */
  readonly path: () => string
  /** Draws the component with other props, in place. */
  readonly redraw: (component: ReactNode) => void
}

/** Calls that a test did not answer. They fail it, also where the component shows the fault and goes on. */
const unanswered: string[] = []

/**
 * Clears the screen and what a component left behind. @throws for a call that the test did not answer
 */
export function unmount(): void {
  cleanup()
  notifications.clean()
  notifications.cleanQueue()
  localStorage.clear()
  const missing = unanswered.splice(0)
  if (missing.length > 0) throw new Error(`calls without an answer: ${missing.join(', ')}`)
}

/**
 * Mounts a component as the window does, in English and without motion. The mirror holds `node` over an open
 * connection that has told everything; calls go through the real client to `answers`.
 *
 * @example
 * const { user, asked } = mount(<BlockedPeople />, { answers: { people: { blocked: () => [] } } })
 */
export function mount(
  component: ReactNode,
  options: { readonly node?: Partial<NodeMirror>; readonly answers?: Answers; readonly path?: string } = {},
): Mounted {
  const store = createNodeStore()
  store.setState({ connection: 'open', isLoaded: true, ...options.node })
  const calls: { readonly procedure: string; readonly input: unknown }[] = []
  const client: ApiCalls = createORPCClient(
    answeringLink(options.answers ?? {}, (procedure, input) => calls.push({ procedure, input })),
  )
  const place = memoryLocation({ path: options.path ?? '/', record: true })
  const within = (inner: ReactNode) => (
    <NodeStoreContext value={store}>
      <CallsProvider calls={client}>
        <TextProvider language="en" initial={{ language: 'en', messages: english }}>
          {/* Without style sheets, which nothing here sees, and which jsdom would match for every element asked for. */}
          <MantineProvider
            theme={theme}
            forceColorScheme="light"
            env="test"
            withCssVariables={false}
            withGlobalClasses={false}
          >
            <Notifications transitionDuration={0} />
            <LookingProvider>
              <Router hook={place.hook}>{inner}</Router>
            </LookingProvider>
          </MantineProvider>
        </TextProvider>
      </CallsProvider>
    </NodeStoreContext>
  )
  const { rerender } = render(within(component))
  return {
    user: userEvent.setup({ delay: null }),
    tell: (news) => act(() => store.setState(news)),
    asked: (procedure) => calls.filter((call) => call.procedure === procedure).map(({ input }) => input),
    path: () => place.history.at(-1) ?? '',
    redraw: (next) => rerender(within(next)),
  }
}

/** The error that a call ends with when the node refuses it. */
export function fault(kind: Fault['kind'], message: string): Error {
  return new ORPCError('FAULT', { data: { kind, message } })
}

/** A connection at its narrow interface: each call is told, then answered by the function at its path. */
function answeringLink(
  answers: Answers,
  onCall: (procedure: string, input: unknown) => void,
): ClientLink<ClientContext> {
  return {
    async call(path, input) {
      const procedure = path.join('.')
      onCall(procedure, input)
      const answer = path.reduce<unknown>((part, name) => (isRecord(part) ? part[name] : undefined), answers)
      if (isAnswer(answer)) return await answer(input)
      unanswered.push(procedure)
      throw new Error(`the test does not answer ${procedure}`)
    },
  }
}

function isAnswer(value: unknown): value is (input: unknown) => unknown {
  return typeof value === 'function'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** jsdom does no layout: every element is this large for code that measures. */
const [WIDTH, HEIGHT] = [800, 600]
const SIZE = { offsetWidth: WIDTH, offsetHeight: HEIGHT, clientWidth: WIDTH, clientHeight: HEIGHT } as const

/** Measures nothing by itself. */
class StillObserver implements ResizeObserver {
  observe(): void {
    // Nothing changes its size in jsdom.
  }
  unobserve(): void {
    // Nothing is observed.
  }
  disconnect(): void {
    // Nothing is observed.
  }
}

/** Stands in for the parts of a browser that jsdom lacks; in each new document. */
export function standIn(): void {
  window.ResizeObserver = StillObserver
  // No media query holds: a light theme, motion allowed.
  window.matchMedia = (media) =>
    Object.assign(new EventTarget(), {
      media,
      matches: false,
      onchange: null,
      addListener: () => undefined,
      removeListener: () => undefined,
    })
  for (const [name, value] of Object.entries(SIZE)) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value })
  }
  const still = () => undefined
  Object.assign(Element.prototype, {
    getBoundingClientRect: () => new DOMRect(0, 0, WIDTH, HEIGHT),
    scrollTo: still,
    scrollIntoView: still,
    setPointerCapture: still,
    releasePointerCapture: still,
  })
}

/** Effects may set state, whose drawing may have effects in turn: this many rounds are waited for. */
const ROUNDS = 3

/** Waits until React has run all scheduled rendering and effects: idle work runs last. */
async function settle(): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await new Promise<void>((resolve) => schedule(IDLE, () => resolve()))
  }
}

/** The defaults of the testing library. */
const library = { ...getConfig() }

configure({
  // A condition is waited for longer than any takes on a busy machine.
  asyncUtilTimeout: 20_000,
  // What a test waits for can be on the screen before React has run the effects of that drawing (subscriptions),
  // or drawn what came with it.
  asyncWrapper: async (wait) => {
    const result: unknown = await library.asyncWrapper(async () => {
      const found: unknown = await wait()
      await settle()
      return found
    })
    return result
  },
})

import type { Page } from '@playwright/test'

/** Edges in pixels of the window. */
interface Edges {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** A box around a control, and what it does with what is outside it. */
interface Around {
  readonly name: string
  readonly edges: Edges
  readonly hidesX: boolean
  readonly hidesY: boolean
  readonly scrollsX: boolean
  readonly scrollsY: boolean
  /** Whether the keyboard can scroll it. */
  readonly isFocusable: boolean
  /** Whether a line that is too long ends with "…". */
  readonly endsInDots: boolean
}

interface Control {
  readonly name: string
  readonly edges: Edges
  /** Whether it is part of a line of text. */
  readonly isInline: boolean
  /** Places of its boxes in the list of all, which hold many controls each: the nearest first, the window last. */
  readonly around: readonly number[]
}

/** The parts of a page that are drawn. */
interface Shown {
  readonly controls: readonly Control[]
  readonly boxes: readonly Around[]
}

/** The browser rounds positions. */
const SLACK_PX = 1.5
/** Of a link that ends with "…": a few letters. */
const SHOWN_PX_MIN = 44

/**
 * Finds controls that a user cannot see whole or scroll to: beyond the page's edges, or beyond those of a box that hides
 * what is outside it. A link in a line that ends with "…" must show some letters, a choice its whole option, and a text all
 * of itself, without being scrolled.
 *
 * Not looked at: what is there for screen readers alone, links that appear when focused, and what is beside the visible
 * part of a box that a keyboard can scroll. A list is there to be scrolled down, and not to the side.
 *
 * @returns a line for each; tests expect none
 */
export async function cutOff(page: Page): Promise<string[]> {
  const { controls, boxes } = await shownControls(page)
  const hidden = controls.flatMap((control) => {
    const by = cutterOf(control, boxes)
    return by === undefined ? [] : [`${control.name} is cut off by ${by.name}`]
  })
  return [...hidden, ...(await tightChoices(page)), ...(await tightTexts(page))]
}

/** Choices whose longest option is wider than the room for it: "Wednesda". */
function tightChoices(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d')
    if (context === null) return []
    return Array.from(document.querySelectorAll('select'))
      .filter((select) => select.checkVisibility({ visibilityProperty: true }))
      .flatMap((select) => {
        const { font, paddingLeft, paddingRight } = getComputedStyle(select)
        const room = select.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight)
        context.font = font
        const wide = Array.from(select.options, ({ text }) => text).find(
          (text) => context.measureText(text).width > room + 1,
        )
        return wide === undefined
          ? []
          : [`“${wide}” does not fit into the choice of ${select.ariaLabel ?? ''}`]
      })
  })
}

/** Texts of which a part is outside their own box: an invitation's code in two lines. One that ends with "…" says so. */
function tightTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isHiding = (overflow: string): boolean => /hidden|clip|auto|scroll/.test(overflow)
    const hasText = ({ childNodes }: Element): boolean =>
      Array.from(childNodes).some((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim() !== '')
    return Array.from(document.body.querySelectorAll('*'))
      .filter((box) => !box.matches('textarea, select, pre, svg *') && hasText(box))
      .filter((box) => box.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      .filter((box) => {
        const { overflowX, overflowY, textOverflow, webkitLineClamp, clipPath } = getComputedStyle(box)
        if (clipPath === 'inset(50%)' || textOverflow === 'ellipsis' || webkitLineClamp !== 'none')
          return false
        return (
          (isHiding(overflowX) && box.scrollWidth > box.clientWidth + 1) ||
          (isHiding(overflowY) && box.scrollHeight > box.clientHeight + 1)
        )
      })
      .map((box) => `the text “${box.textContent.slice(0, 40)}” is not seen whole`)
  })
}

function cutterOf({ edges, isInline, around }: Control, boxes: readonly Around[]): Around | undefined {
  let seen = edges
  for (const box of around.flatMap((place) => boxes[place] ?? [])) {
    const { left, right, top, bottom } = box.edges
    // What a box scrolls is then where the box is.
    if (box.scrollsY) seen = { ...seen, top, bottom }
    if (box.scrollsX && box.isFocusable) seen = { ...seen, left, right }
    if (isInline && box.endsInDots) {
      if (right - seen.left < Math.min(SHOWN_PX_MIN, seen.right - seen.left) - SLACK_PX) return box
      seen = box.edges
    }
    const isBeside = seen.left < left - SLACK_PX || seen.right > right + SLACK_PX
    if (isBeside && (box.hidesX || box.scrollsX)) return box
    const isAboveOrBelow = seen.top < top - SLACK_PX || seen.bottom > bottom + SLACK_PX
    if (isAboveOrBelow && box.hidesY) return box
  }
  return undefined
}

/** The controls that are drawn, and the boxes around them: each is looked at once, whatever it holds. */
function shownControls(page: Page): Promise<Shown> {
  return page.evaluate(() => {
    const CONTROLS = 'a[href], button, input, select, textarea, label, summary, [role], [tabindex="0"]'
    /** The same function, asked once for each element. */
    const once = <Answer>(ask: (element: Element) => Answer): ((element: Element) => Answer) => {
      const answers = new Map<Element, Answer>()
      return (element) => {
        const known = answers.get(element)
        if (known !== undefined) return known
        const answer = ask(element)
        answers.set(element, answer)
        return answer
      }
    }
    const edgesOf = (element: Element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect()
      return { left, right, top, bottom }
    }
    const nameOf = (element: Element): string => {
      const label = element.getAttribute('aria-label') ?? element.textContent.trim()
      const place = Object.values(edgesOf(element)).map(Math.round).join(' ')
      return `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> “${label.slice(0, 40)}” at ${place}`
    }
    const isForReadersAlone = once((element): boolean => {
      if (getComputedStyle(element).clipPath === 'inset(50%)') return true
      return element.parentElement !== null && isForReadersAlone(element.parentElement)
    })
    const isShown = (element: Element): boolean => {
      const { width, height, bottom } = element.getBoundingClientRect()
      if (width <= 1 || height <= 1 || isForReadersAlone(element)) return false
      if (bottom <= 0 && element.matches('a[href^="#"]')) return false
      if (element.matches('[role="presentation"], [role="none"], [aria-hidden="true"]')) return false
      return element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    }
    const describe = (at: Element) => {
      const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(at)
      const isList = at.matches('[role="list"], ul, ol')
      const hidesX = /hidden|clip/.test(overflowX) || (isList && /auto|scroll/.test(overflowX))
      return {
        name: nameOf(at),
        edges: edgesOf(at),
        hidesX,
        hidesY: /hidden|clip/.test(overflowY),
        scrollsX: !isList && /auto|scroll/.test(overflowX),
        scrollsY: /auto|scroll/.test(overflowY),
        isFocusable: at instanceof HTMLElement && at.tabIndex >= 0,
        endsInDots: hidesX && (textOverflow === 'ellipsis' || webkitLineClamp !== 'none'),
      }
    }
    const { clientWidth: right, clientHeight: bottom } = document.documentElement
    const boxes = [
      {
        ...{ name: 'the window', edges: { left: 0, right, top: 0, bottom }, hidesX: true, hidesY: true },
        ...{ scrollsX: false, scrollsY: false, isFocusable: false, endsInDots: false },
      },
    ]
    const placeOf = once((at) => boxes.push(describe(at)) - 1)
    const boxesAround = (element: Element): number[] => {
      const places: number[] = []
      let { position } = getComputedStyle(element)
      for (let at = element.parentElement; at !== null && position !== 'fixed'; at = at.parentElement) {
        if (at === document.body) break
        const style = getComputedStyle(at)
        // A box does not hide what is placed by one that is outside it.
        if (position === 'absolute' && style.position === 'static' && style.transform === 'none') continue
        places.push(placeOf(at))
        position = style.position
      }
      return [...places, 0]
    }
    const controls = Array.from(document.querySelectorAll(CONTROLS))
      .filter(isShown)
      .map((element) => ({
        name: nameOf(element),
        edges: edgesOf(element),
        isInline: getComputedStyle(element).display === 'inline',
        around: boxesAround(element),
      }))
    return { controls, boxes }
  })
}

import { pick, type Dice } from '../dice.fixture.ts'

/** Condition, what is added, from where to where; some make no round at all. */
const COUNTS = [
  ['lt_s', 1, -2, 3],
  ['lt_s', 3, 0, 7],
  ['lt_s', 1, 5, 2],
  ['le_s', 2, 1, 6],
  ['lt_u', 1, 0, 5],
  ['lt_u', 1, -2, 3],
  ['le_u', 3, 2, 9],
  ['lt_u', 2, -7, -1],
  ['gt_s', -1, 4, 0],
  ['gt_s', -2, 5, -2],
  ['ge_s', -3, 4, -4],
  ['gt_u', -1, 6, 1],
  ['ge_u', -2, 9, 3],
  ['ne', 1, -3, 2],
  ['ne', -1, 3, 0],
] as const
const REVERSED = {
  ...{ lt_s: 'gt_s', le_s: 'ge_s', lt_u: 'gt_u', le_u: 'ge_u' },
  ...{ gt_s: 'lt_s', ge_s: 'le_s', gt_u: 'lt_u', ge_u: 'le_u', ne: 'ne' },
}

/** Names of what the loop is made of; a bound that is `null` is a constant. */
interface Parts {
  readonly label: string
  readonly counter: string
  readonly bound: string | null
  readonly body: string
}

/** The text of a loop that a condition above its body counts, some of the ways that compilers write it. */
export function countedLoop(roll: Dice, { label, counter, bound, body }: Parts): string {
  const [relation, step, from, to] = pick(roll, COUNTS)
  const limit = bound === null ? `(i32.const ${to})` : `(local.get ${bound})`
  const condition =
    roll(2) === 0
      ? `(i32.${relation} (local.get ${counter}) ${limit})`
      : `(i32.${REVERSED[relation]} ${limit} (local.get ${counter}))`
  const next =
    roll(2) === 0
      ? `(i32.add (local.get ${counter}) (i32.const ${step}))`
      : `(i32.sub (local.get ${counter}) (i32.const ${-step}))`
  return `(local.set ${counter} (i32.const ${from})) ${bound === null ? '' : `(local.set ${bound} (i32.const ${to}))`}
  (loop ${label} (if ${condition} (then ${body} (local.set ${counter} ${next}) (br ${label}))))`
}

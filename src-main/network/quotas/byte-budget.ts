/**
 * Bytes that each of many holders may hold at once. Requests for more wait, first come first served; what exceeds
 * the whole budget alone is granted when the holder has nothing else.
 */
export interface ByteBudget<Holder> {
  /** Takes bytes; undefined when they are granted at once, a promise for when they are otherwise. */
  take(holder: Holder, bytes: number): Promise<void> | undefined
  /** Takes bytes if that is possible without waiting; says whether it was. */
  takeNow(holder: Holder, bytes: number): boolean
  /** Gives back what was taken. */
  give(holder: Holder, bytes: number): void
}

interface Account {
  used: number
  readonly waiting: { readonly bytes: number; readonly grant: () => void }[]
}

/** A budget of `bytesMaxOf` bytes for each holder, as it says now. Holders without bytes take no memory. */
export function createByteBudget<Holder>(bytesMaxOf: (holder: Holder) => number): ByteBudget<Holder> {
  const accounts = new Map<Holder, Account>()
  const fits = (holder: Holder, account: Account, bytes: number) =>
    account.used === 0 || account.used + bytes <= bytesMaxOf(holder)
  const accountOf = (holder: Holder) => {
    const account = accounts.get(holder) ?? { used: 0, waiting: [] }
    accounts.set(holder, account)
    return account
  }
  const takeNow = (holder: Holder, bytes: number) => {
    const account = accountOf(holder)
    if (account.waiting.length > 0 || !fits(holder, account, bytes)) return false
    account.used += bytes
    return true
  }
  return {
    takeNow,
    take(holder, bytes) {
      if (takeNow(holder, bytes)) return undefined
      return new Promise((grant) => accountOf(holder).waiting.push({ bytes, grant }))
    },
    give(holder, bytes) {
      const account = accounts.get(holder)
      if (account === undefined) return
      account.used -= bytes
      for (;;) {
        const [next] = account.waiting
        if (next === undefined || !fits(holder, account, next.bytes)) break
        account.waiting.shift()
        account.used += next.bytes
        next.grant()
      }
      if (account.used <= 0 && account.waiting.length === 0) accounts.delete(holder)
    },
  }
}

/** The share of its peer's budget that one stream holds. */
export interface Reservation {
  readonly reserve: (bytes: number) => Promise<void> | undefined
  /** Gives back all that is held. */
  release(): void
  /** Gives back all, and from then on whatever is granted late. */
  close(): void
}

/** A reservation that holds nothing yet. */
export function createReservation<Holder>(budget: ByteBudget<Holder>, holder: Holder): Reservation {
  let held = 0
  let closed = false
  const release = () => {
    if (held > 0) budget.give(holder, held)
    held = 0
  }
  const hold = (bytes: number) => {
    held += bytes
    if (closed) release()
  }
  return {
    reserve(bytes) {
      const granted = budget.take(holder, bytes)
      if (granted !== undefined) return granted.then(() => hold(bytes))
      hold(bytes)
      return undefined
    },
    release,
    close() {
      closed = true
      release()
    },
  }
}

import { PADDING_WORTH_A_RUN } from '../../encoder/index.ts'
import { serverError } from '../failures/index.ts'
import type { Ticket } from './ticket.ts'

/** The tickets of one request, in order. */
interface RequestTexts {
  readonly tickets: readonly Ticket[]
  /** All before it were taken or cancelled. */
  next: number
}

/** A text that waits, and where. */
interface QueuedText {
  readonly ticket: Ticket
  readonly line: RequestTexts
  readonly cost: number
}

/** A batch is chosen among the texts next in turn, of so many times its cost. */
const LOOK_AHEAD = 4

/**
 * Texts that wait, a line for each request. Lines are served in turn, a text each, so that a
 * request of one text does not wait for all of a request of thousands.
 */
export class TextQueue {
  readonly #capacity: number
  readonly #lines = new Set<RequestTexts>()
  #size = 0
  #cost = 0

  /** @param capacity the most texts that may wait. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Texts that wait. */
  get size(): number {
    return this.#size
  }

  /** Their tokens, as estimated. */
  get cost(): number {
    return this.#cost
  }

  /**
   * All tickets of a request, or none.
   * @throws ServerError when there is not room for all of them.
   */
  add(tickets: readonly Ticket[]): void {
    if (this.#size + tickets.length > this.#capacity) {
      throw serverError(
        'queue-full',
        `${this.#size} texts wait already, and ${tickets.length} more are over the limit of ` +
          `${this.#capacity}; try again a little later`,
        { facts: { waiting: this.#size, more: tickets.length, capacity: this.#capacity } },
      )
    }
    this.#lines.add({ tickets, next: 0 })
    for (const ticket of tickets) this.#count(ticket, 1)
  }

  /** Takes a ticket out, which costs nothing then. */
  cancel(ticket: Ticket): void {
    if (ticket.isCancelled || ticket.isTaken) return
    ticket.isCancelled = true
    this.#count(ticket, -1)
  }

  /**
   * Takes the text whose turn it is, and of those that follow the ones of the same work and of similar
   * length, of so much cost together at most.
   */
  take(mostCost: number): Ticket[] {
    const next = this.#next(mostCost * LOOK_AHEAD)
    const same = next.filter(({ ticket }) => ticket.work === next[0]?.ticket.work)
    const taken = groupByLength(same, mostCost)
    for (const { ticket, line } of taken) {
      ticket.isTaken = true
      this.#count(ticket, -1)
      // A line that has had its turn goes behind the others.
      this.#lines.delete(line)
      this.#lines.add(line)
    }
    return taken.map(({ ticket }) => ticket)
  }

  /** The texts next in turn, of so much cost together at most, but at least one. */
  #next(mostCost: number): QueuedText[] {
    const next: QueuedText[] = []
    let cost = 0
    for (const text of this.#inTurn()) {
      cost += text.cost
      if (next.length > 0 && cost > mostCost) break
      next.push(text)
    }
    return next
  }

  /** All texts: the first of each line, then the second, and so on. */
  *#inTurn(): Generator<QueuedText, void> {
    let lines: Generator<QueuedText, undefined>[] = []
    for (const line of this.#lines) {
      const texts = queuedTexts(line)
      const { value: first } = texts.next()
      if (!first) this.#lines.delete(line)
      else {
        lines.push(texts)
        yield first
      }
    }
    while (lines.length > 0) {
      const nonEmpty: typeof lines = []
      for (const texts of lines) {
        const { value: next } = texts.next()
        if (!next) continue
        nonEmpty.push(texts)
        yield next
      }
      lines = nonEmpty
    }
  }

  #count({ cost }: Ticket, sign: 1 | -1): void {
    this.#size += sign
    this.#cost += sign * cost
  }
}

/** The texts of a line that somebody still waits for. */
function* queuedTexts(line: RequestTexts): Generator<QueuedText, undefined> {
  for (let index = line.next; index < line.tickets.length; index += 1) {
    const ticket = line.tickets[index]
    if (ticket && !ticket.isCancelled && !ticket.isTaken) {
      yield { ticket, line, cost: ticket.cost }
    } else if (index === line.next) line.next += 1
  }
}

/**
 * The first of some texts, and of the others those nearest to it in length, in their order: as many
 * as may be run together, padding included, and as need so little padding that another run would cost
 * more.
 */
function groupByLength<Text extends { readonly cost: number }>(
  texts: readonly Text[],
  mostCost: number,
): Text[] {
  const [first] = texts
  if (!first) return []
  const distance = ({ cost }: Text) => Math.abs(cost - first.cost)
  const group = new Set<Text>()
  let longest = 0
  let sum = 0
  for (const text of texts.toSorted((a, b) => distance(a) - distance(b))) {
    const size = group.size + 1
    const width = Math.max(longest, text.cost)
    const padding = size * width - (sum + text.cost)
    const fits = size * width <= mostCost && padding <= PADDING_WORTH_A_RUN
    if (!fits && group.size > 0) continue
    group.add(text)
    longest = width
    sum += text.cost
  }
  return texts.filter((text) => group.has(text))
}

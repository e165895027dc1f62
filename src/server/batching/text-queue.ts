import { serverError } from '../failures/index.ts'
import type { Ticket } from './ticket.ts'

/** The tickets of one request, in order. */
interface Line {
  readonly tickets: readonly Ticket[]
  next: number
}

/**
 * Texts that wait, a line for each request. Lines are served in turn, a text each, so that a
 * request of one text does not wait for all of a request of thousands.
 */
export class TextQueue {
  readonly #capacity: number
  readonly #lines = new Set<Line>()
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

  /** Their pieces, as estimated. */
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

  /** Takes the next texts, of so much cost together at most, but at least one. */
  take(mostCost: number): Ticket[] {
    const taken: Ticket[] = []
    let cost = 0
    // A line that is put back comes around again: the iteration goes on until all are empty.
    for (const line of this.#lines) {
      const ticket = nextOf(line)
      if (ticket && taken.length > 0 && cost + ticket.cost > mostCost) break
      this.#lines.delete(line)
      if (!ticket) continue
      line.next += 1
      this.#lines.add(line)
      ticket.isTaken = true
      this.#count(ticket, -1)
      taken.push(ticket)
      cost += ticket.cost
    }
    return taken
  }

  #count({ cost }: Ticket, sign: 1 | -1): void {
    this.#size += sign
    this.#cost += sign * cost
  }
}

/** The first ticket of a line that somebody still waits for. */
function nextOf(line: Line): Ticket | undefined {
  while (line.tickets[line.next]?.isCancelled) line.next += 1
  return line.tickets[line.next]
}

import { describe, expect, test } from 'vitest'
import { TextQueue } from './text-queue.ts'
import { Ticket } from './ticket.ts'

/** A text costs its characters and two more. */
const WORK = { cost: (text: string) => text.length + 2, run: async () => [] }
const OTHER = { ...WORK }

function tickets(...texts: readonly string[]) {
  return texts.map((text) => new Ticket(WORK, text))
}

const textsOf = (taken: readonly Ticket[]) => taken.map(({ input }) => String(input))

describe('order', () => {
  test('requests take turns, a text each', () => {
    const queue = new TextQueue(100)
    queue.add(tickets('a1', 'a2', 'a3', 'a4'))
    queue.add(tickets('b1'))
    queue.add(tickets('c1', 'c2'))
    expect(textsOf(queue.take(1000))).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'a4'])
    expect([queue.size, queue.cost]).toEqual([0, 0])
  })

  test('a batch ends before it costs too much, and the next one goes on', () => {
    const queue = new TextQueue(100)
    queue.add(tickets('12', '34', '56'))
    expect(textsOf(queue.take(8))).toEqual(['12', '34'])
    expect(textsOf(queue.take(8))).toEqual(['56'])
    expect(queue.take(8)).toEqual([])
  })

  test('a text that costs more than a batch may is a batch of its own', () => {
    const queue = new TextQueue(100)
    queue.add(tickets('1234567890', '1'))
    expect(textsOf(queue.take(5))).toEqual(['1234567890'])
    expect(textsOf(queue.take(5))).toEqual(['1'])
  })
})

describe('texts of similar length go together', () => {
  test('with the one whose turn it is', () => {
    const queue = new TextQueue(100)
    const [long, longer] = ['x'.repeat(80), 'x'.repeat(90)]
    for (const text of ['a', long, 'bc', longer, 'def']) queue.add(tickets(text))
    expect(textsOf(queue.take(1000))).toEqual(['a', 'bc', 'def'])
    expect(textsOf(queue.take(1000))).toEqual([long, longer])
    expect(queue.size).toBe(0)
  })

  test('as long as little of the batch is padding', () => {
    const queue = new TextQueue(100)
    for (let length = 40; length > 0; length -= 1) queue.add(tickets('x'.repeat(length)))
    const batches: string[][] = []
    while (queue.size > 0) batches.push(textsOf(queue.take(10_000)))
    expect(batches.flat()).toHaveLength(40)
    for (const batch of batches) {
      const lengths = batch.map(({ length }) => length)
      const padding = lengths.reduce((sum, length) => sum + Math.max(...lengths) - length, 0)
      expect(padding).toBeLessThanOrEqual(32)
      expect(batch.length).toBeGreaterThan(4)
    }
  })
})

test('texts of different work do not go together', () => {
  const queue = new TextQueue(100)
  queue.add(tickets('a', 'b'))
  queue.add(['c', 'd'].map((text) => new Ticket(OTHER, text)))
  queue.add(tickets('e'))
  expect(textsOf(queue.take(1000))).toEqual(['a', 'e', 'b'])
  expect(textsOf(queue.take(1000))).toEqual(['c', 'd'])
})

describe('room', () => {
  test('a request that does not fit is refused whole', () => {
    const queue = new TextQueue(3)
    queue.add(tickets('1', '2'))
    expect(() => queue.add(tickets('3', '4'))).toThrow(
      expect.objectContaining({ name: 'ServerError', code: 'queue-full' }),
    )
    expect(queue.size).toBe(2)
    queue.add(tickets('3'))
    expect(textsOf(queue.take(1000))).toEqual(['1', '3', '2'])
  })

  test('a cancelled text makes room and is never taken', () => {
    const queue = new TextQueue(2)
    const [first, second] = tickets('1', '2')
    if (!first || !second) throw new Error('two tickets were made')
    queue.add([first, second])
    queue.cancel(first)
    queue.cancel(first)
    expect([queue.size, queue.cost]).toEqual([1, 3])
    queue.add(tickets('3'))
    expect(textsOf(queue.take(1000))).toEqual(['2', '3'])
    queue.cancel(second)
    expect(queue.size).toBe(0)
  })
})

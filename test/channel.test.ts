import { fork } from 'node:child_process'
import { MessageChannel, Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import {
  Channel,
  type MessageTarget,
  type PeerPort,
  processPort,
  threadPort,
  transfer,
  workerPort,
} from '../dist/channel/index.js'
import * as errors from '../dist/errors/index.js'

/** What `support/channel-peer.mjs` serves. */
interface PeerMethods {
  wait(name: string): string
  release(name: string): void
  fail(name: string): never
  throwValue(value: unknown): never
  failWithCircle(_: undefined): never
  failTogether(_: undefined): never
  failWithMany(_: undefined): never
  returnFunction(_: undefined): () => void
  untilAborted(name: string): void
  aborted(_: undefined): string[]
  say(notices: readonly unknown[]): void
  double(numbers: Float32Array): Float32Array
  die(_: undefined): never
}

const { ERROR_CLASSES, RuntimeError, YujuError } = errors
const peer = new URL('./support/channel-peer.mjs', import.meta.url)

/** As a page's and its worker's ports are: with event listeners. */
function overMessageChannel(): PeerPort {
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(peer, { workerData: port2, transferList: [port2] })
  const target = port1 as unknown as MessageTarget
  return workerPort({
    postMessage: (message, buffers) => target.postMessage(message, buffers),
    addEventListener: (type, take) => target.addEventListener(type, take),
    terminate: () => worker.terminate(),
  })
}

const TRANSPORTS: Readonly<Record<string, () => PeerPort>> = {
  'a message channel': overMessageChannel,
  'a thread': () => threadPort(new Worker(peer)),
  'a process': () => processPort(fork(peer, { serialization: 'advanced' })),
}

let channel: Channel<PeerMethods>
const notices: unknown[] = []

function open(start: () => PeerPort): Channel<PeerMethods> {
  notices.length = 0
  channel = new Channel<PeerMethods>(start(), {
    died: (how, details) =>
      new RuntimeError('peer-died', `the peer ${how}; start it again`, details),
    onNotice: (notice) => notices.push(notice),
  })
  return channel
}

afterEach(() => channel.close())

describe.each(Object.entries(TRANSPORTS))('over %s', (name, start) => {
  test('results match their requests, in whatever order they come', async () => {
    const { ask } = asker(start)
    const order: string[] = []
    const asked = ['a', 'b', 'c'].map((name) => ask('wait', name).then((got) => order.push(got)))
    for (const name of ['c', 'a', 'b']) await ask('release', name)
    await Promise.all(asked)
    expect(order).toEqual(['c', 'a', 'b'])
  })

  test('an error of each class is the same error on the other side', async () => {
    const { ask } = asker(start)
    for (const [name, Class] of Object.entries(ERROR_CLASSES)) {
      const error = await failureOf(ask('fail', name))
      expect(error).toBeInstanceOf(Class)
      expect(error).toMatchObject({ name, code: 'some-code', message: `this is ${name}` })
      expect(error.facts).toEqual({ path: '/模型', sizes: [1, 2n], cut: undefined })
      expect(error.stack).toContain('channel-peer.mjs')
      expect(Object.keys(error)).toEqual(Object.keys(new Class('', '')))
      expectForeign(error.cause)
    }
  })

  test('what is no error of yuju passes whole too', async () => {
    const { ask } = asker(start)
    expectForeign(await failureOf(ask('fail', 'TypeError')))
    await expect(ask('throwValue', 'no error at all')).rejects.toBe('no error at all')
    await expect(ask('throwValue', undefined)).rejects.toBe(undefined)
    const circle = await failureOf(ask('failWithCircle', undefined))
    expect(circle.message).toBe('round')
    expect(circle.cause).toBe(circle)
  })

  test('the errors of an AggregateError pass whole, as causes do', async () => {
    const { ask } = asker(start)
    const { cause } = await failureOf(ask('failTogether', undefined))
    if (!(cause instanceof AggregateError)) return expect.unreachable(String(cause))
    expect(cause).toMatchObject({ name: 'AggregateError', message: 'all' })
    expect(Object.keys(cause)).toEqual([])
    const [own, foreign, ...others] = cause.errors
    expect(own).toBeInstanceOf(ERROR_CLASSES.InputError)
    expect(own).toMatchObject({ code: 'some-code', facts: { path: '/模型' } })
    expectForeign(own.cause)
    expectForeign(foreign)
    expect(others).toEqual(['a string', cause])
  })

  test('of more errors than 1,000 in one the rest is dropped', async () => {
    const { ask } = asker(start)
    const error = await failureOf(ask('failWithMany', undefined))
    if (!(error instanceof AggregateError)) return expect.unreachable(String(error))
    expect(error.errors).toHaveLength(1000)
    expect(error.errors[998]).toMatchObject({ message: 'error 998' })
  })

  test('what cannot be sent is a failure, here and there, and nothing waits for it', async () => {
    const { ask } = asker(start)
    const unsendable = (() => {}) as unknown as string
    await expect(ask('wait', unsendable)).rejects.toThrow('could not be cloned')
    await expect(ask('returnFunction', undefined)).rejects.toThrow('could not be cloned')
    await expect(ask('noMethod' as 'die', undefined)).rejects.toThrow('not a function')
  })

  test('an abort reaches the other side, and leaves the rest alone', async () => {
    const { ask } = asker(start)
    const abort = new AbortController()
    const reason = new Error('enough')
    const aborted = ask('untilAborted', 'first', abort.signal)
    const other = ask('wait', 'second')
    abort.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    expect(await ask('aborted', undefined)).toEqual(['first'])
    await expect(ask('untilAborted', 'third', abort.signal)).rejects.toBe(reason)
    expect(await ask('aborted', undefined)).toEqual(['first'])
    await ask('release', 'second')
    expect(await other).toBe('second')
  })

  test('notices come in order, before the result that follows them', async () => {
    const { ask } = asker(start)
    await ask('say', [1, { share: 0.5 }, '好'])
    expect(notices).toEqual([1, { share: 0.5 }, '好'])
  })

  test('buffers arrive whole, and are handed over where that can be', async () => {
    const { ask } = asker(start)
    const numbers = Float32Array.of(1, 2.5)
    const doubled = await ask('double', transfer(numbers, [numbers.buffer]))
    expect(doubled).toEqual(Float32Array.of(2, 5))
    expect(numbers).toHaveLength(name === 'a process' ? 2 : 0)
  })

  test('when the other side dies, all that wait fail and are told the cure', async () => {
    const { ask } = asker(start)
    const waiting = [ask('wait', 'a'), ask('wait', 'b'), ask('die', undefined)]
    const failures = await Promise.all(waiting.map(failureOf))
    const [first] = failures
    expect(first).toBeInstanceOf(RuntimeError)
    expect(first).toMatchObject({
      code: 'peer-died',
      message: expect.stringMatching(
        /^the peer (stopped|failed: it could not be loaded|ended with code 3); start it/,
      ),
    })
    expect(new Set(failures)).toEqual(new Set([first]))
    expect(channel.ended).toBe(first)
    await expect(ask('wait', 'c')).rejects.toBe(first)
  })

  test('a channel that is closed refuses with the reason', async () => {
    const { ask } = asker(start)
    expect(channel.ended).toBe(undefined)
    const waiting = failureOf(ask('wait', 'a'))
    const reason = new RuntimeError('closed', 'no longer wanted')
    await channel.close(reason)
    expect(await waiting).toBe(reason)
    await expect(ask('wait', 'b')).rejects.toBe(reason)
    expect(channel.ended).toBe(reason)
  })
})

test('the list of classes has every class of errors, by its name', () => {
  const classes = Object.values<unknown>(errors).filter(isErrorClass)
  expect(new Set(Object.values(ERROR_CLASSES))).toEqual(new Set(classes))
  for (const [name, Class] of Object.entries(ERROR_CLASSES)) {
    expect(new Class('', '').name).toBe(name)
  }
})

function asker(start: () => PeerPort) {
  const opened = open(start)
  return { ask: opened.ask.bind(opened) as Channel<PeerMethods>['ask'] }
}

function isErrorClass(value: unknown): boolean {
  return (
    typeof value === 'function' && (value === YujuError || value.prototype instanceof YujuError)
  )
}

async function failureOf(promise: Promise<unknown>): Promise<errors.YujuError> {
  return promise.then(
    () => expect.unreachable('it did not fail'),
    (error) => error,
  )
}

/** As the peer's `TypeError`, whose cause is an error of the system. */
function expectForeign(error: unknown): void {
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'TypeError',
    message: 'not a number',
    stack: expect.stringContaining('channel-peer.mjs'),
    cause: { name: 'Error', message: 'no such file', code: 'ENOENT', errno: -2 },
  })
}

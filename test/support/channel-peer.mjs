// The other side of the channel's tests: a process, a thread, or a thread with a port of its own.
import process from 'node:process'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import {
  messagePort,
  notify,
  programPort,
  programThreadPort,
  serve,
  transfer,
} from '../../dist/channel/index.js'
import { ERROR_CLASSES } from '../../dist/errors/index.js'

const waiting = new Map()
const aborted = []

function port() {
  if (isMainThread) return programPort(process)
  return workerData ? messagePort(workerData) : programThreadPort(parentPort)
}

function failure(name) {
  const deepest = Object.assign(new Error('no such file'), { code: 'ENOENT', errno: -2 })
  const cause = new TypeError('not a number', { cause: deepest })
  const facts = { path: '/模型', sizes: [1, 2n], cut: undefined, check: () => true }
  if (name === 'TypeError') return cause
  return new ERROR_CLASSES[name]('some-code', `this is ${name}`, { facts, cause })
}

const here = port()

serve(here, {
  wait: (name) => new Promise((resolve) => waiting.set(name, () => resolve(name))),
  release: (name) => waiting.get(name)(),
  fail: (name) => Promise.reject(failure(name)),
  throwValue: (value) => Promise.reject(value),
  failWithCircle() {
    const error = new Error('round')
    error.cause = error
    throw error
  },
  failTogether() {
    const together = new AggregateError(
      [failure('InputError'), failure('TypeError'), 'a string'],
      'all',
    )
    together.errors.push(together)
    throw new ERROR_CLASSES.HubError('some-code', 'nothing came', { cause: together })
  },
  failWithMany() {
    throw new AggregateError(Array.from({ length: 5000 }, (_, i) => new Error(`error ${i}`)))
  },
  returnFunction: () => () => {},
  untilAborted: (name, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(aborted.push(name)))
    }),
  aborted: () => aborted,
  say: (notices) => {
    for (const notice of notices) notify(here, notice)
  },
  double(numbers) {
    const doubled = numbers.map((x) => 2 * x)
    return transfer(doubled, [doubled.buffer])
  },
  die: () => process.exit(3),
})

import { parentPort } from 'node:worker_threads'
import { programThreadPort, serve } from '../../channel/index.ts'
import { RuntimeError, yujuErrorOf } from '../../errors/index.ts'
import type { EngineMethods } from './messages.ts'
import { StepRunner } from './step-runner.ts'

/** The thread that owns weights and optimizer: it does one request after the other. */

let runner: Promise<StepRunner> | undefined
/** A save must not see a step half done. */
let last: Promise<unknown> = Promise.resolve()

function inTurn<Result>(work: (runner: StepRunner) => Promise<Result>): Promise<Result> {
  const result = last.then(started).then(work)
  last = result.catch(() => {})
  return result
}

function started(): Promise<StepRunner> {
  return runner ?? Promise.reject(new RangeError('the training engine was not started'))
}

serve<EngineMethods>(
  programThreadPort(parentPort),
  {
    start(start) {
      runner = StepRunner.create(start)
      return inTurn(async ({ warnings }) => warnings)
    },
    step: (request) => inTurn((runner) => runner.step(request)),
    saveState: (path) => inTurn((runner) => runner.saveState(path)),
    saveModel: (request) => inTurn((runner) => runner.saveModel(request)),
  },
  (thrown) => yujuErrorOf(thrown, (...parts) => new RuntimeError('train-failed', ...parts)),
)

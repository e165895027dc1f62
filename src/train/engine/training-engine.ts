import { Channel, threadPort } from '../../channel/index.ts'
import { type ErrorDetails, RuntimeError } from '../../errors/index.ts'
import { startRuntimeThread } from '../../runtime/index.ts'
import type { EngineMethods, EngineStart } from './messages.ts'

/**
 * Holds weights, gradients and the optimizer's state in a thread of its own, and computes steps
 * there, so that the next batch can be prepared meanwhile. Requests are done in their order.
 */
export type TrainingEngine = Channel<EngineMethods>

/**
 * @param warn is given what a user should know of the runtime
 * @throws RuntimeError when the runtime refuses a graph; CheckpointError for a damaged state.
 */
export async function startTrainingEngine(
  start: EngineStart,
  warn: (message: string) => void,
): Promise<TrainingEngine> {
  const worker = startRuntimeThread(new URL('./engine-thread.js', import.meta.url), {
    name: 'yuju-training',
  })
  const engine: TrainingEngine = new Channel(threadPort(worker), { died })
  try {
    for (const warning of await engine.ask('start', start)) warn(warning)
    return engine
  } catch (error) {
    await engine.close()
    throw error
  }
}

function died(how: string, details?: ErrorDetails): RuntimeError {
  return new RuntimeError(
    'train-thread',
    `the training thread ${how}; resume the run, which goes on from its last checkpoint`,
    details,
  )
}

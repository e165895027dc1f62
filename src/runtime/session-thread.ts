import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import type { InferenceSession } from 'onnxruntime-common'
import { YujuError } from '../errors/index.ts'
import { type LoadedRuntime, loadRuntime } from './onnx-runtime.ts'
import type { Tensor } from './session.ts'
import type { RunRequest, SessionReply, SessionStart } from './session-messages.ts'
import type { AttachedData } from './weight-placement.ts'

/**
 * The thread that owns one session. ONNX Runtime for Node computes on the thread that calls it: here
 * it may, and the thread that serves requests or draws progress stays free.
 */

function reply(message: SessionReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}

async function start(asked: SessionStart): Promise<void> {
  try {
    const loaded = await loadRuntime(asked.backend)
    const session = await createSession(asked, loaded)
    parentPort?.on('message', (request: RunRequest) => run(session, loaded, request))
    reply({ kind: 'ready', backend: loaded.backend })
  } catch (error) {
    const code = error instanceof YujuError ? error.code : 'runtime-session'
    reply({ kind: 'failed', code, message: error instanceof Error ? error.message : String(error) })
    parentPort?.close()
  }
}

async function createSession(
  asked: SessionStart,
  { runtime, backend }: LoadedRuntime,
): Promise<InferenceSession> {
  const files = backend === 'wasm' ? await readWeightFiles(asked) : []
  return runtime.InferenceSession.create(asked.model, {
    graphOptimizationLevel: 'all',
    intraOpNumThreads: asked.threads,
    // A memory plan would be kept for every shape of batch ever seen.
    enableMemPattern: false,
    externalData: [...asked.attached, ...files],
    ...(backend === 'native' && asked.folder !== undefined
      ? { extra: { session: { model_external_initializers_file_folder_path: asked.folder } } }
      : {}),
  })
}

/** WebAssembly cannot map files: it is given their bytes. */
function readWeightFiles({ folder = '', files }: SessionStart): Promise<AttachedData[]> {
  return Promise.all(
    files.map(async (path) => ({ path, data: await readFile(join(folder, path)) })),
  )
}

async function run(
  session: InferenceSession,
  { runtime }: LoadedRuntime,
  { id, inputs, output }: RunRequest,
): Promise<void> {
  try {
    const feeds = Object.entries(inputs).map(
      ([name, { type, data, dims }]) => [name, new runtime.Tensor(type, data, dims)] as const,
    )
    const results = await session.run(Object.fromEntries(feeds), [output])
    const tensor = detach(results[output])
    reply({ kind: 'result', id, tensor }, [tensor.data.buffer as ArrayBuffer])
  } catch (error) {
    reply({ kind: 'refused', id, message: error instanceof Error ? error.message : String(error) })
  }
}

/** A copy of the result that can change threads; the runtime's own memory is freed at once. */
function detach(result: InferenceSession.OnnxValueMapType[string] | undefined): Tensor {
  if (result?.type !== 'float32') throw new Error('the output is not a float32 tensor')
  const data = Float32Array.from(result.data as Float32Array)
  result.dispose()
  return { type: 'float32', dims: result.dims, data }
}

await start(workerData as SessionStart)

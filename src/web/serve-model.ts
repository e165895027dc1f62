import {
  type AttachedData,
  type LoadedRuntime,
  LocalSession,
  type PlacedModel,
  serveSession,
} from '../runtime/portable.ts'
import type { WebSessionStart } from './open-session.ts'
import { scope } from './worker-scope.ts'

/** ONNX Runtime names the workers it shares a computation with so; they load this code again. */
const HELPER = 'em-pthread'

/** Makes this worker the thread of one session, on the runtime given. */
export function serveModel(loadRuntime: (threads: number) => LoadedRuntime): void {
  if (scope.name.startsWith(HELPER)) return
  const port = {
    reply: (message: unknown, buffers: readonly ArrayBuffer[]) =>
      scope.postMessage(message, buffers),
    listen: (take: Parameters<Parameters<typeof serveSession>[0]['listen']>[0]) =>
      scope.addEventListener('message', ({ data }) => take(data as Parameters<typeof take>[0])),
  }
  scope.addEventListener(
    'message',
    ({ data }) => {
      const start = data as WebSessionStart
      serveSession(port, start, async () =>
        LocalSession.create(start, {
          threads: start.threads,
          loaded: loadRuntime(start.threads),
          files: await readFiles(start, start.blobs),
        }),
      )
    },
    { once: true },
  )
}

/** WebAssembly cannot map files: it is given their bytes. */
function readFiles(
  { folder = '', files }: PlacedModel,
  blobs: ReadonlyMap<string, Blob>,
): Promise<AttachedData[]> {
  return Promise.all(
    files.map(async (path) => {
      const blob = blobs.get(folder + path) ?? new Blob()
      return { path, data: new Uint8Array(await blob.arrayBuffer()) }
    }),
  )
}

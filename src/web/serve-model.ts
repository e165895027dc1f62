import { type MessageTarget, messagePort } from '../channel/index.ts'
import {
  type AttachedData,
  type LoadedRuntime,
  LocalSession,
  type PlacedModel,
  serveSession,
} from '../runtime/portable.ts'
import type { WebSessionStart } from './open-session.ts'

/** ONNX Runtime names the workers it shares a computation with so; they load this code again. */
const HELPER = 'em-pthread'

/** Makes this worker the thread of one session, on the runtime given. */
export function serveModel(loadRuntime: (threads: number) => LoadedRuntime): void {
  // The types for pages know nothing of a worker's scope.
  const scope = globalThis as unknown as MessageTarget & { readonly name: string }
  if (scope.name.startsWith(HELPER)) return
  serveSession(messagePort(scope), async (start: WebSessionStart) =>
    LocalSession.create(start, {
      threads: start.threads,
      loaded: loadRuntime(start.threads),
      files: await readFiles(start, start.blobs),
    }),
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

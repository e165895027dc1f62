import { readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Graph } from '../graph/index.ts'
import type { Backend } from './constants.ts'
import { LocalSession } from './local-session.ts'
import { loadRuntime } from './onnx-runtime.ts'
import { type AttachedData, type PlacedModel, placeModel } from './weight-placement.ts'

/** Serialises a graph whose weights lie on the disk, or in memory. */
export function placeWeights(graph: Graph): PlacedModel {
  return placeModel(graph, sep)
}

export interface LocalSessionOptions {
  readonly threads: number
  readonly backend: Backend | undefined
}

/**
 * Opens a session on the thread that calls this, in Node.
 * @throws RuntimeError when the runtime cannot be loaded or refuses the graph.
 */
export async function createLocalSession(
  placed: PlacedModel,
  { threads, backend }: LocalSessionOptions,
): Promise<LocalSession> {
  const loaded = await loadRuntime(backend)
  // Given anything in memory, the runtime looks for everything there.
  const mapsFiles = loaded.backend === 'native' && placed.attached.length === 0
  const files = mapsFiles ? undefined : await readWeightFiles(placed)
  return LocalSession.create(placed, { threads, loaded, files })
}

/** WebAssembly cannot map files: it is given their bytes. */
function readWeightFiles({ folder = '', files }: PlacedModel): Promise<AttachedData[]> {
  return Promise.all(
    files.map(async (path) => ({ path, data: await readFile(join(folder, path)) })),
  )
}

import { dirname, relative, sep } from 'node:path'
import { type Graph, type Placement, serializeGraph } from '../graph/index.ts'

/** Initializers up to this many bytes travel inside the model, larger ones beside it. */
const INLINE_BYTES = 4096

/** Bytes the runtime is given beside the model, under the name the model calls them by. */
export interface AttachedData {
  readonly path: string
  readonly data: Uint8Array
}

/** A serialised graph, and how its weights reach the runtime without passing through JavaScript. */
export interface PlacedModel {
  /** The graph as an ONNX model. */
  readonly model: Uint8Array
  /** The folder all file locations are relative to, where there are any. */
  readonly folder: string | undefined
  /** The files below that folder which the model reads from. */
  readonly files: readonly string[]
  readonly attached: readonly AttachedData[]
}

/**
 * Weights that lie in files stay there: the model names file, offset and length, and the native
 * runtime maps them. Large weights in memory are attached; small ones go into the model.
 */
export function placeWeights(graph: Graph): PlacedModel {
  const files = [
    ...new Set(graph.initializers.flatMap(({ data }) => ('file' in data ? [data.file] : []))),
  ]
  const folder = commonFolder(files)
  const attached: AttachedData[] = []
  const place: Placement = ({ value, data }) => {
    if ('file' in data) {
      const location = locate(folder ?? '', data.file)
      return { location, offset: data.offset, length: data.byteLength }
    }
    if (data.bytes.byteLength <= INLINE_BYTES) return data.bytes
    attached.push({ path: value.name, data: data.bytes })
    return { location: value.name, offset: 0, length: data.bytes.byteLength }
  }
  const model = serializeGraph(graph, place)
  return { model, folder, files: files.map((file) => locate(folder ?? '', file)), attached }
}

function locate(folder: string, file: string): string {
  return relative(folder, file).split(sep).join('/')
}

/** The deepest folder that all files lie below: the runtime refuses locations outside of one. */
function commonFolder(files: readonly string[]): string | undefined {
  const [first, ...rest] = files.map((file) => dirname(file).split(sep))
  if (!first) return undefined
  const shared = rest.reduce((folder, parts) => {
    const different = folder.findIndex((part, index) => part !== parts[index])
    return different === -1 ? folder : folder.slice(0, different)
  }, first)
  return shared.join(sep) || sep
}

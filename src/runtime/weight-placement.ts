import { type Graph, type Placement, serializeGraph } from '../graph/index.ts'

/**
 * Initializers of a model that lies in memory travel inside it up to this many bytes, beside it if
 * they are larger.
 */
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
 * runtime maps them, but only where nothing is attached: what lies in memory then goes into the model.
 * Where all lie in memory, large weights are attached.
 * @param separator what separates the folders in the paths of the files: `\\` on Windows
 */
export function placeModel(graph: Graph, separator: string): PlacedModel {
  const files = [
    ...new Set(graph.initializers.flatMap(({ data }) => ('file' in data ? [data.file] : []))),
  ]
  const folder = commonFolder(files, separator)
  const locate = (file: string) => file.slice(folder?.length).split(separator).join('/')
  const attached: AttachedData[] = []
  const placement: Placement = ({ value, data }) => {
    if ('file' in data) {
      return { location: locate(data.file), offset: data.offset, length: data.byteLength }
    }
    if (files.length > 0 || data.bytes.byteLength <= INLINE_BYTES) return data.bytes
    attached.push({ path: value.name, data: data.bytes })
    return { location: value.name, offset: 0, length: data.bytes.byteLength }
  }
  const model = serializeGraph(graph, placement)
  return { model, folder, files: files.map(locate), attached }
}

/**
 * The deepest folder that all files lie below, with a separator at its end: the runtime refuses
 * locations outside of one.
 */
function commonFolder(files: readonly string[], separator: string): string | undefined {
  const [first, ...rest] = files.map((file) => file.split(separator).slice(0, -1))
  if (!first) return undefined
  const shared = rest.reduce((folder, parts) => {
    const different = folder.findIndex((part, index) => part !== parts[index])
    return different === -1 ? folder : folder.slice(0, different)
  }, first)
  return shared.map((part) => part + separator).join('')
}

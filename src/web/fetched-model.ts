import {
  type Checkpoint,
  endsEarly,
  type ModelFolder,
  readCalibration,
  readCheckpoint,
  type StoredFile,
  type WebManifest,
} from '../checkpoint/portable.ts'
import { assembleModel, type EncoderParts } from '../encoder/portable.ts'
import { InputError } from '../errors/index.ts'
import { type Precision, readActivationRanges } from '../precision/portable.ts'
import { type FetchedFiles, type FilesListeners, fetchFiles } from './fetch-files.ts'
import { openSession, type WebSessionOptions } from './open-session.ts'

interface ModelListeners extends FilesListeners {
  /** @throws CheckpointError for a model of another kind than the one that is wanted. */
  readonly requireKind: (checkpoint: Checkpoint) => void
}

/** A model whose files are here, and which may be opened on one backend or another. */
export class FetchedModel {
  readonly check: WebManifest['check']
  readonly #address: string
  /** By path below the address. */
  readonly #blobs: ReadonlyMap<string, Blob>
  readonly #warn: (message: string) => void
  readonly #requireKind: (checkpoint: Checkpoint) => void

  private constructor(
    address: string,
    { check, blobs }: FetchedFiles,
    { onWarning, requireKind }: ModelListeners,
  ) {
    this.check = check
    this.#address = address
    this.#blobs = blobs
    this.#warn = onWarning
    this.#requireKind = requireKind
  }

  /** @param address of the folder, with a slash at its end */
  static async download(address: string, listeners: ModelListeners): Promise<FetchedModel> {
    return new FetchedModel(address, await fetchFiles(address, listeners), listeners)
  }

  /** Opens it: what an encoder is made of. */
  async open({
    precision,
    ...where
  }: Pick<WebSessionOptions, 'backend' | 'threads'> & {
    readonly precision: Precision | undefined
  }): Promise<EncoderParts> {
    const folder = blobFolder(this.#address, this.#blobs)
    const checkpoint: Checkpoint = await readCheckpoint(folder)
    this.#requireKind(checkpoint)
    const entries = [...this.#blobs].map(([path, blob]) => [this.#address + path, blob] as const)
    const blobs = new Map(entries)
    return assembleModel(checkpoint, {
      readRange: (file, offset, length) =>
        storedBlob(file, blobs.get(file) ?? new Blob()).read(offset, length),
      openSession: (graph) => openSession(graph, { ...where, blobs }),
      precision,
      readActivationRanges: () => readActivationRanges(folder),
      measureColumnRanges: () => Promise.reject(noRanges(this.#address)),
      warn: this.#warn,
      readCalibration: () => readCalibration(folder),
    })
  }
}

/**
 * A model folder whose files were fetched.
 * @param address with a slash at its end
 * @param blobs by path below the address
 */
function blobFolder(address: string, blobs: ReadonlyMap<string, Blob>): ModelFolder {
  return {
    path: address.replace(/\/$/, ''),
    folder: (name) => blobFolder(name === '' ? address : `${address}${name}/`, below(name, blobs)),
    file: async (name) => {
      const blob = blobs.get(name)
      return blob && storedBlob(address + name, blob)
    },
  }
}

function storedBlob(path: string, blob: Blob): StoredFile {
  return {
    path,
    size: blob.size,
    async read(offset, length) {
      if (offset + length > blob.size) throw endsEarly(path, offset + length)
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer())
    },
  }
}

function below(name: string, blobs: ReadonlyMap<string, Blob>): ReadonlyMap<string, Blob> {
  if (name === '') return blobs
  const entries = [...blobs].filter(([path]) => path.startsWith(`${name}/`))
  return new Map(entries.map(([path, blob]) => [path.slice(name.length + 1), blob]))
}

function noRanges(address: string): InputError {
  return new InputError(
    'precision-ranges',
    `${address} has nothing that says how to compute in 8 bits; run yuju quantize on the model, and ` +
      'yuju export --web again',
  )
}

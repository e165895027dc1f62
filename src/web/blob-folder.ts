import { endsEarly, type ModelFolder, type StoredFile } from '../checkpoint/portable.ts'

/**
 * A model folder whose files were fetched.
 * @param address with a slash at its end
 * @param blobs by path below the address
 */
export function blobFolder(address: string, blobs: ReadonlyMap<string, Blob>): ModelFolder {
  return {
    path: address.replace(/\/$/, ''),
    folder: (name) => blobFolder(name === '' ? address : `${address}${name}/`, below(name, blobs)),
    file: async (name) => {
      const blob = blobs.get(name)
      return blob && storedBlob(address + name, blob)
    },
  }
}

export function storedBlob(path: string, blob: Blob): StoredFile {
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

import type { ManifestFile } from '../checkpoint/portable.ts'

/** The files of a model that are wanted. */
export interface FilesRequest {
  /** The folder's address, with a slash at its end. */
  readonly address: string
  readonly files: readonly ManifestFile[]
  /** What named them, and is kept with them. */
  readonly manifest: { readonly place: string; readonly blob: Blob }
}

/** How much of a model is here. */
export interface DownloadProgress {
  /** The file this call is about. */
  readonly file: string
  /** Bytes of all files of the model that are here so far. */
  readonly bytes: number
  /** Bytes of all its files together. */
  readonly total: number
}

/** What the files' thread is asked. */
export interface FilesMethods {
  /** Gives the manifest that lies at an address. */
  manifest(place: string): Blob
  /** Gives the files by path. */
  files(request: FilesRequest): ReadonlyMap<string, Blob>
}

/** What it says meanwhile. */
export type FilesNotice = { readonly progress: DownloadProgress } | { readonly warning: string }

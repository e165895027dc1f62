import type { ManifestFile } from '../checkpoint/portable.ts'

/** The files of a model that are wanted. */
export interface FilesRequest {
  /** The folder's address, with a slash at its end. */
  readonly address: string
  readonly files: readonly ManifestFile[]
  /** The address of what named them. */
  readonly place: string
  /** What lies there, to be kept with them. */
  readonly manifest: Blob
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

/** What it says meanwhile: how far it is, or a warning. */
export type FilesNotice = DownloadProgress | string

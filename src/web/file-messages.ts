import type { ManifestFile } from '../checkpoint/portable.ts'

/** To the files' thread, once. */
export interface FilesRequest {
  /** The folder's address, with a slash at its end. */
  readonly address: string
  readonly files: readonly ManifestFile[]
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

/** From the files' thread: the first two as often as they come, then one of the others. */
export type FilesReply =
  | { readonly kind: 'progress'; readonly progress: DownloadProgress }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'done'; readonly blobs: ReadonlyMap<string, Blob> }
  | {
      readonly kind: 'failed'
      /** Of yuju's error; '' for any other. */
      readonly code: string
      readonly message: string
    }

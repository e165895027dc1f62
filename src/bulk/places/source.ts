/** A file of texts, as it was found. */
export interface FoundShard {
  /** The way from the source to it, with `/`. */
  readonly path: string
  /** All of the way: a path on this machine, or `s3://bucket/key`. */
  readonly location: string
  readonly bytes: number
}

/** A file that lies on this machine until it is disposed of. */
export interface LocalFile extends AsyncDisposable {
  readonly path: string
}

/** Where a run's texts come from. */
export interface Source {
  /** Every shard there is, sorted by path. */
  list(): Promise<FoundShard[]>
  /** Brings a shard onto this machine. @throws InputError when it cannot be read */
  localCopy(location: string): Promise<LocalFile>
}

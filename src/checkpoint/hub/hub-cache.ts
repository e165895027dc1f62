import { cp, mkdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { HubSettings } from './hub-options.ts'

/**
 * The cache folder as Hugging Face's own tools lay it out, so that each finds what the other brought:
 * `models--owner--name/`, or `datasets--…`, with `blobs/HASH`, `refs/REVISION` (a commit) and
 * `snapshots/COMMIT/PATH`, a link to the blob. Reference: "Understand caching", huggingface_hub.
 */
export class HubCache {
  readonly #folder: string
  readonly #revision: string

  constructor({ cacheDir, kind, id, revision }: HubSettings) {
    this.#folder = join(cacheDir, `${kind}s--${id.split('/').join('--')}`)
    this.#revision = revision
  }

  blob(hash: string): string {
    return join(this.#folder, 'blobs', hash)
  }

  snapshot(commit: string): string {
    return join(this.#folder, 'snapshots', commit)
  }

  /** The folder of the revision asked for, if any of it was ever downloaded. */
  async find(): Promise<string | undefined> {
    const commit = isCommit(this.#revision) ? this.#revision : await this.#readRef()
    if (!commit) return undefined
    const snapshot = this.snapshot(commit)
    return (await isThere(snapshot)) ? snapshot : undefined
  }

  /** Remembers which commit a branch or tag is. */
  async writeRef(commit: string): Promise<void> {
    if (isCommit(this.#revision) || (await this.#readRef()) === commit) return
    const path = join(this.#folder, 'refs', this.#revision)
    await mkdir(dirname(path), { recursive: true })
    const temporary = `${path}.${crypto.randomUUID()}.tmp`
    await writeFile(temporary, commit)
    await rename(temporary, path)
  }

  /** Shows a blob under its name in a snapshot: a relative link, or a copy where links cannot be. */
  async link(commit: string, path: string, hash: string): Promise<void> {
    const pointer = join(this.snapshot(commit), path)
    if (await isThere(pointer)) return
    await mkdir(dirname(pointer), { recursive: true })
    const temporary = `${pointer}.${crypto.randomUUID()}.tmp`
    try {
      await symlink(relative(dirname(pointer), this.blob(hash)), temporary)
    } catch {
      await cp(this.blob(hash), temporary)
    }
    await rename(temporary, pointer)
  }

  async has(hash: string): Promise<boolean> {
    return isThere(this.blob(hash))
  }

  async #readRef(): Promise<string | undefined> {
    const text = await readFile(join(this.#folder, 'refs', this.#revision), 'utf8').catch(() => '')
    return isCommit(text.trim()) ? text.trim() : undefined
  }
}

function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision)
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

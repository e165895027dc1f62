import type { ManifestFile } from '../checkpoint/portable.ts'

/** Its name says which version of yuju's way to keep files it follows. */
const CACHE = 'yuju-models-1'

/**
 * The files of models, kept by the browser, under their address and hash: a newer model of the same
 * address does not meet the older one's files.
 */
export class ModelCache {
  readonly #cache: Cache

  private constructor(cache: Cache) {
    this.#cache = cache
  }

  /** Undefined where the browser keeps nothing: without HTTPS, in some private windows. */
  static async open(): Promise<ModelCache | undefined> {
    try {
      return new ModelCache(await globalThis.caches.open(CACHE))
    } catch {
      return undefined
    }
  }

  async read(address: string, hash?: string): Promise<Blob | undefined> {
    return (await this.#cache.match(keyOf(address, hash)))?.blob()
  }

  /** @throws when the browser has no room. */
  async write(address: string, body: Blob | string, hash?: string): Promise<void> {
    await this.#cache.put(keyOf(address, hash), new Response(body))
  }

  async remove(address: string, hash?: string): Promise<void> {
    await this.#cache.delete(keyOf(address, hash))
  }

  /** Removes what is kept of these files, of the folder `address`, with other hashes. */
  async keepOnly(address: string, files: readonly ManifestFile[]): Promise<void> {
    const wanted = new Set(files.map(({ path, sha256 }) => keyOf(address + path, sha256)))
    const addresses = new Set(files.map(({ path }) => keyOf(`${address}${path}`, '')))
    for (const { url } of await this.#cache.keys()) {
      const kept = url.replace(/(?<=\?sha256=).*$/, '')
      if (addresses.has(kept) && !wanted.has(url)) await this.#cache.delete(url)
    }
  }
}

function keyOf(address: string, hash: string | undefined): string {
  // As the browser spells addresses: with other letters than ASCII escaped.
  return new URL(hash === undefined ? address : `${address}?sha256=${hash}`).href
}

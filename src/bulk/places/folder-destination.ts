import { mkdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { outputError, placeFile, writeFileAtomic } from '../../files/index.ts'
import { DESCRIPTION_FILE, type Destination, type ShardWriter } from './destination.ts'
import { StagedShard } from './staged-shard.ts'

/** Where shards lie while they are written, each in a folder of its own. */
const STAGING = '.unfinished'

/** A folder that every worker can write, under the same path. */
export class FolderDestination implements Destination {
  readonly #root: string

  constructor(root: string) {
    this.#root = resolve(root)
  }

  async claim(description: string): Promise<string> {
    const path = join(this.#root, DESCRIPTION_FILE)
    const whole = join(this.#root, `.${DESCRIPTION_FILE}.${crypto.randomUUID()}`)
    await makeFolder(this.#root)
    await writeFileAtomic(whole, description)
    await placeFile(whole, path)
    return readFile(path, 'utf8')
  }

  async has(output: string): Promise<boolean> {
    return (await stat(join(this.#root, output)).catch(() => undefined)) !== undefined
  }

  async open(output: string): Promise<ShardWriter> {
    const path = join(this.#root, output)
    const folder = join(this.#root, STAGING, encodeURIComponent(output))
    await makeFolder(dirname(path))
    await makeFolder(folder)
    // Each try has a file of its own: a worker that was taken for dead may still write to its.
    return StagedShard.create(join(folder, `${crypto.randomUUID()}-${basename(output)}`), {
      publish: (whole) => placeFile(whole, path),
      clean: () => this.#clean(folder, output),
    })
  }

  /** With a committed shard goes what workers that died left of it. */
  async #clean(folder: string, output: string): Promise<void> {
    if (await this.has(output)) await rm(folder, { recursive: true, force: true })
    for (const path of [folder, dirname(folder)]) await rmdir(path).catch(() => {})
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw outputError(path, cause)
  })
}

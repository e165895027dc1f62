import { parseWebManifest, WEB_MANIFEST_FILE, type WebManifest } from '../checkpoint/portable.ts'
import { HubError } from '../errors/index.ts'
import { download } from './download.ts'
import { ModelCache } from './model-cache.ts'

/**
 * The newest manifest of a model; where the server cannot be reached, the one kept with its files.
 * @param address of the folder, with a slash at its end
 * @throws HubError when there is none; CheckpointError when it is none.
 */
export async function fetchManifest(
  address: string,
  onWarning: (message: string) => void,
): Promise<WebManifest> {
  const place = address + WEB_MANIFEST_FILE
  const cache = await ModelCache.open()
  try {
    const text = await (await download(place, { cache: 'no-cache' })).text()
    const manifest = parseWebManifest(text, place)
    // Without room for it, a later visit needs the network.
    await cache?.write(place, text).catch(() => {})
    return manifest
  } catch (error) {
    const kept = await cache?.read(place)
    const isUnreachable = error instanceof HubError && error.code === 'hub-unreachable'
    if (!kept || !isUnreachable) throw error
    onWarning(`${place} cannot be reached; the model is the one kept from an earlier visit`)
    return parseWebManifest(await kept.text(), place)
  }
}

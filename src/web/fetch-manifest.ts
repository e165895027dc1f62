import type { HubError } from '../errors/index.ts'
import { download } from './download.ts'
import { ModelCache } from './model-cache.ts'

/**
 * The newest manifest of a model; where the server cannot be reached, the one kept with its files.
 * @param place its address
 * @throws HubError when there is none.
 */
export async function fetchManifest(
  place: string,
  onWarning: (message: string) => void,
): Promise<Blob> {
  try {
    return await download(place, { cache: 'no-cache' })
  } catch (error) {
    const isUnreachable = (error as HubError).code === 'hub-unreachable'
    const kept = isUnreachable && (await (await ModelCache.open())?.read(place))
    if (!kept) throw error
    onWarning(`${place} cannot be reached; the model is the one kept from an earlier visit`)
    return kept
  }
}

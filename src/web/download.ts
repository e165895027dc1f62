import { HubError } from '../errors/index.ts'

export interface DownloadOptions {
  /** Whether caches on the way may respond: after asking the server, or not at all. */
  readonly cache?: 'default' | 'no-cache' | 'reload'
  /** Called with how many bytes have come. */
  readonly onBytes?: (bytes: number) => void
}

/** How often a connection that fails is tried again, and for how long nothing is done before. */
const PAUSES = [300, 1500]

/**
 * A file of a server, whole.
 * @throws HubError `hub-unreachable` when the connection fails again and again, `hub-status` when the
 *   server refuses.
 */
export async function download(address: string, options: DownloadOptions = {}): Promise<Blob> {
  for (let turn = 0; ; turn += 1) {
    const result = await attempt(address, options)
    if (result instanceof Blob) return result
    const pause = PAUSES[turn]
    if (pause === undefined || result.code !== 'hub-unreachable') throw result
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

async function attempt(
  address: string,
  { cache = 'default', onBytes = () => {} }: DownloadOptions,
): Promise<Blob | HubError> {
  try {
    const response = await fetch(address, { cache })
    if (response.status >= 500) return unreachable(address, `status ${response.status}`)
    if (!response.ok) return refused(address, response.status)
    const counted = response.body?.pipeThrough(counter(onBytes))
    return await new Response(counted ?? null).blob()
  } catch (cause) {
    return unreachable(address, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function counter(onBytes: (bytes: number) => void): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      onBytes(bytes)
      controller.enqueue(chunk)
    },
  })
}

function unreachable(address: string, reason: string, cause?: unknown): HubError {
  return new HubError(
    'hub-unreachable',
    `${address} could not be fetched (${reason}); check the network and the address`,
    { facts: { address }, cause },
  )
}

function refused(address: string, status: number): HubError {
  const advice = status === 404 ? '; is it a folder that yuju export --web wrote?' : ''
  return new HubError('hub-status', `${address} was refused with status ${status}${advice}`, {
    facts: { address, status },
  })
}

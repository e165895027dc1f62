import type { MilvusClient } from '@zilliz/milvus2-sdk-node'
import { StoreError, YujuError } from '../../errors/index.ts'
import type { StoreAccess } from '../open-store.ts'
import { loadMilvus, type MilvusPackage } from '../optional-packages.ts'
import type { MilvusLocation } from './milvus-location.ts'

const TIMEOUT_MILLISECONDS = 30_000

/** @throws StoreError when the server cannot be reached, or its package is not installed. */
export async function connect(
  location: MilvusLocation,
  { token }: StoreAccess,
): Promise<{ readonly sdk: MilvusPackage; readonly client: MilvusClient }> {
  const sdk = await loadMilvus()
  const client = new sdk.MilvusClient({
    address: location.address,
    ssl: location.ssl,
    timeout: TIMEOUT_MILLISECONDS,
    maxRetries: 2,
    // Its log goes to standard output; what fails is thrown as well.
    logLevel: 'silent',
    ...(token === undefined ? {} : { token }),
    ...(location.database === undefined ? {} : { database: location.database }),
  })
  await request(location, () => client.connectPromise).catch(async (error) => {
    await client.closeConnection().catch(() => {})
    throw error
  })
  return { sdk, client }
}

/**
 * Sends a request; a refusal comes as an error, or as a response that says so.
 * @throws StoreError
 */
export async function request<Result>(
  location: MilvusLocation,
  work: () => Promise<Result>,
): Promise<Result> {
  let response: Result
  try {
    response = await work()
  } catch (cause) {
    throw milvusError(location, cause)
  }
  const status = statusOf(response)
  if (status === undefined || status.error_code === 'Success' || status.code === 0) return response
  throw milvusError(location, status)
}

interface MilvusStatus {
  readonly error_code?: unknown
  readonly code?: unknown
  readonly reason?: unknown
}

function statusOf(response: unknown): MilvusStatus | undefined {
  if (typeof response !== 'object' || response === null) return undefined
  if ('status' in response) return statusOf(response.status)
  return 'error_code' in response ? response : undefined
}

export function milvusError({ shown, address }: MilvusLocation, cause: unknown): YujuError {
  if (cause instanceof YujuError) return cause
  const reason = reasonOf(cause)
  const facts = { location: shown }
  if (/UNAVAILABLE|DEADLINE_EXCEEDED|ECONNREFUSED|ENOTFOUND|timed? ?out|connect/i.test(reason)) {
    return new StoreError(
      'store-unreachable',
      `no Milvus server answers at ${address}; start it, or check the address (${reason})`,
      { facts, cause },
    )
  }
  if (/UNAUTHENTICATED|auth|denied/i.test(reason)) {
    const message = `the Milvus server at ${address} refuses the token (${reason})`
    return new StoreError('store-refused', message, { facts, cause })
  }
  if (/already exists?|duplicate collection|at most one distinct index/i.test(reason)) {
    const message = `another program has just made the store ${shown}; open it (${reason})`
    return new StoreError('store-exists', message, { facts, cause })
  }
  return new StoreError('store-failed', `Milvus, ${shown}: ${reason}`, { facts, cause })
}

function reasonOf(cause: unknown): string {
  const text =
    typeof cause === 'object' && cause !== null && 'reason' in cause && cause.reason
      ? String(cause.reason)
      : cause instanceof Error
        ? cause.message
        : String(cause)
  return (text.split('\n')[0] ?? text).slice(0, 300)
}

import type { MilvusClient } from '@zilliz/milvus2-sdk-node'
import { StoreError, YujuError } from '../../errors/index.ts'
import type { StoreAccess } from '../open-store.ts'
import { loadMilvus, type MilvusPackage } from '../optional-packages.ts'
import type { MilvusPlace } from './milvus-location.ts'

const TIMEOUT_MILLISECONDS = 30_000

/** @throws StoreError when the server cannot be reached, or its package is not installed. */
export async function connect(
  place: MilvusPlace,
  { token }: StoreAccess,
): Promise<{ readonly sdk: MilvusPackage; readonly client: MilvusClient }> {
  const sdk = await loadMilvus()
  const client = new sdk.MilvusClient({
    address: place.address,
    ssl: place.ssl,
    timeout: TIMEOUT_MILLISECONDS,
    maxRetries: 2,
    // Its log goes to standard output; what fails is thrown as well.
    logLevel: 'silent',
    ...(token === undefined ? {} : { token }),
    ...(place.database === undefined ? {} : { database: place.database }),
  })
  await asked(place, () => client.connectPromise).catch(async (error) => {
    await client.closeConnection().catch(() => {})
    throw error
  })
  return { sdk, client }
}

/**
 * Asks the server; a refusal comes as an error, or as an answer that says so.
 * @throws StoreError
 */
export async function asked<Answer>(
  place: MilvusPlace,
  work: () => Promise<Answer>,
): Promise<Answer> {
  let answer: Answer
  try {
    answer = await work()
  } catch (cause) {
    throw milvusError(place, cause)
  }
  const status = statusOf(answer)
  if (status === undefined || status.error_code === 'Success' || status.code === 0) return answer
  throw milvusError(place, status)
}

interface MilvusStatus {
  readonly error_code?: unknown
  readonly code?: unknown
  readonly reason?: unknown
}

function statusOf(answer: unknown): MilvusStatus | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  if ('status' in answer) return statusOf(answer.status)
  return 'error_code' in answer ? answer : undefined
}

export function milvusError({ shown, address }: MilvusPlace, cause: unknown): YujuError {
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

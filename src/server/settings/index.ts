import { z } from 'zod'
import { InputError } from '../../errors/index.ts'
import { physicalCores, workersFor } from '../../runtime/index.ts'

const count = (min: number, max = 1_000_000_000) => z.int().min(min).max(max)
const seconds = z.number().positive().max(86_400)
/** Seconds that may be none. */
const pause = z.number().min(0).max(86_400)
const list = z.array(z.string().min(1))

/**
 * Every setting of a server: the one place where it has a default, bounds and a description. Flags,
 * environment variables and the documentation's table are made of it.
 */
export const serverSettings = z.strictObject({
  workers: count(1, 64)
    .optional()
    .describe(
      'Processes that run each model, each with a copy of it (default: the physical cores, up to 4)',
    ),
  threads: count(1, 1024)
    .optional()
    .describe('Threads that share a batch (default: the physical cores, divided by the workers)'),
  batchTokens: count(1)
    .default(1024)
    .describe('Tokens, as estimated, that texts may have to be run together'),
  batchWait: z
    .number()
    .min(0)
    .max(10_000)
    .default(2)
    .describe('Milliseconds a text may wait for company while the model is busy'),
  queueSize: count(1).default(8192).describe('Texts of a model that may wait'),
  cacheSize: count(0)
    .default(67_108_864)
    .describe('Bytes for embeddings of earlier texts; 0: none'),
  maxRequests: count(1).default(1024).describe('Requests that may be open at once'),
  requestTimeout: seconds.default(60).describe('Seconds within which a request is answered'),
  jobTimeout: seconds
    .default(30)
    .describe('Seconds a batch may take before the process that runs it is ended'),
  responseMemory: count(1)
    .default(134_217_728)
    .describe('Bytes of responses of /embed_all and /tokenize, as estimated, until they are sent'),
  bodyLimit: count(1024).default(4_194_304).describe('Bytes a request body may have'),
  maxItems: count(1).default(2048).describe('Texts a request may have'),
  maxCharacters: count(1).default(100_000).describe('Characters a text may have'),
  truncate: z
    .boolean()
    .default(true)
    .describe(
      'Truncate texts that are too long for the model, where the request says nothing else',
    ),
  normalize: z
    .boolean()
    .default(true)
    .describe('Scale vectors to length 1, where the request says nothing else'),
  apiKeys: list
    .default([])
    .describe('Keys, one of which a request must bear; without any, all requests are answered'),
  allowedHosts: list
    .default([])
    .describe(
      'Names the server has besides localhost; on loopback without keys it takes no others',
    ),
  openMetrics: z.boolean().default(false).describe('Answer /metrics without a key'),
  corsOrigins: list
    .default([])
    .describe('Origins whose pages may call the server, or * for all; without any, none may'),
})

/** The settings of a server: see docs/serving.md for each, and its default. */
export type ServerSettings = Readonly<z.infer<typeof serverSettings>>

/** Settings of what has the port. */
export const listenSettings = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all'),
  port: z.int().min(0).max(65_535).default(8080).describe('Port to listen on; 0 for any free one'),
  receiveTimeout: pause.default(30).describe('Seconds within which a request must have arrived'),
  drainDelay: pause
    .default(5)
    .describe('Seconds from readiness turning false to new requests being refused, when stopping'),
  drainTimeout: pause
    .default(30)
    .describe('Seconds that open requests have after that to be answered'),
})

export type ListenSettings = Readonly<z.infer<typeof listenSettings>>

/**
 * Settings, with the defaults filled in.
 * @throws InputError that names the first one that is wrong.
 */
export function checkSettings<Settings>(schema: z.ZodType<Settings>, given: unknown): Settings {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const name = issue?.path.join('.') || 'settings'
  throw new InputError('setting-invalid', `${name}: ${issue?.message ?? 'wrong'}`, {
    facts: { name },
    cause: result.error,
  })
}

/** The workers of each model, and the threads of each worker. */
export function workersOf({
  workers = workersFor(physicalCores()),
  threads = Math.max(1, Math.floor(physicalCores() / workers)),
}: Pick<ServerSettings, 'workers' | 'threads'>): { workers: number; threads: number } {
  return { workers, threads }
}

import { z } from 'zod'

const seconds = z.number().min(0).max(86_400)

/** Settings of what has the port. */
export const listenSettings = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all'),
  port: z.int().min(0).max(65_535).default(8080).describe('Port to listen on; 0 for any free one'),
  receiveTimeout: seconds.default(30).describe('Seconds within which a request must have arrived'),
  drainDelay: seconds
    .default(5)
    .describe('Seconds from readiness turning false to new requests being refused, when stopping'),
  drainTimeout: seconds
    .default(30)
    .describe('Seconds that open requests have after that to be answered'),
})

export type ListenSettings = Readonly<z.infer<typeof listenSettings>>

import { z } from 'zod'

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info'] as const

/** Settings of the log, a line of JSON on stderr for each request. */
export const logSettings = z.strictObject({
  logLevel: z
    .enum(LOG_LEVELS)
    .default('info')
    .describe('What is logged: nothing, failures, refusals as well, or every request'),
  logTexts: z
    .boolean()
    .default(false)
    .describe('Log what was sent, texts included, with every request'),
})

export type LogSettings = Readonly<z.infer<typeof logSettings>>

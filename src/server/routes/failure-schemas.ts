import { z } from '@hono/zod-openapi'

/** How failures look on the routes of OpenAI's interface. */
export const openaiFailure = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.null(),
      code: z.string(),
    }),
  })
  .openapi('OpenAIError')

/** How failures look on all other routes. */
export const teiFailure = z
  .object({
    error: z.string(),
    error_type: z.enum(['Unhealthy', 'Backend', 'Overloaded', 'Validation', 'Tokenizer', 'Empty']),
    code: z.string(),
  })
  .openapi('Error')

import type { z } from 'zod'
import { InputError } from '../../errors/index.ts'

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

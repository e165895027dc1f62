import * as z from 'zod/mini'

// Of zod this part is small enough for browsers; unlike the whole it has no messages of its own.
z.config(z.locales.en())

export { parseJson } from './bounded-json.ts'

/** What checks data that came from outside. */
export { z }

import { fileURLToPath } from 'node:url'

/** The folder of the student that ships with yuju. */
export const BUNDLED_MODEL = fileURLToPath(new URL('../../models/yuju-small-zh', import.meta.url))

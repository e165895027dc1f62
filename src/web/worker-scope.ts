import { type MessageTarget, messagePort } from '../channel/index.ts'

/** To the page that started this worker; of a worker's scope the types for pages know nothing. */
export const pagePort = messagePort(globalThis as unknown as MessageTarget)

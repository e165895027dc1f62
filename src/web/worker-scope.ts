import { type MessageTarget, messagePort } from '../channel/index.ts'

/** What a dedicated worker has, of which the types for pages know nothing. */
const scope = globalThis as unknown as MessageTarget & { readonly name: string }

export const scopeName = scope.name
/** To the page that started this worker. */
export const pagePort = messagePort(scope)

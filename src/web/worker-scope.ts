/** What a dedicated worker has, of which the types for pages know nothing. */
export interface WorkerScope {
  readonly name: string
  postMessage(message: unknown, buffers?: readonly ArrayBuffer[]): void
  addEventListener(
    type: 'message',
    take: (event: { readonly data: unknown }) => void,
    options?: { readonly once: boolean },
  ): void
}

export const scope = globalThis as unknown as WorkerScope

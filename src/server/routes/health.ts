import type { App } from '../app.ts'
import { serverError } from '../failures/index.ts'
import type { Service } from '../service.ts'
import { addGet } from './endpoint.ts'

/** The paths that are answered without a key. */
export const OPEN_PATHS: readonly string[] = ['/health', '/health/live']

/** `GET /health`, which turns away load balancers when it should, and `GET /health/live`. */
export function addHealth(app: App, { state }: Service): void {
  const ready = {
    path: '/health',
    tag: 'text-embeddings-inference',
    summary: 'Whether requests are answered: readiness. Needs no key.',
    answer: { description: 'They are.' },
    failures: ['draining', 'unready'],
  } as const
  addGet(app, ready, (call) => {
    if (state.isDraining) throw serverError('draining', 'the server is stopping')
    if (!state.isReady()) throw serverError('unready', 'a model has no worker just now')
    return call.body(null, 200)
  })
  const live = {
    path: '/health/live',
    tag: 'Operation',
    summary: 'Whether the process answers at all: liveness. Needs no key.',
    answer: { description: 'It does.' },
    failures: [],
  } as const
  addGet(app, live, (call) => call.body(null, 200))
}

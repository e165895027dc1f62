import type { App } from '../app.ts'
import { serverError } from '../failures/index.ts'
import type { Service } from '../service.ts'
import { addGet } from './endpoint.ts'

/** `GET /health`, which turns away load balancers when it should, and `GET /health/live`. */
export function addHealth(app: App, { models, state }: Service): void {
  const ready = {
    path: '/health',
    tag: 'text-embeddings-inference',
    summary: 'Whether requests are answered: readiness. Needs no key.',
    answer: { description: 'They are.' },
    failures: ['draining', 'unready'],
  } as const
  addGet(app, ready, (call) => {
    if (!state.isWanted) throw serverError('draining', 'the server is stopping')
    for (const { name, isReady } of models) {
      if (!isReady) throw serverError('unready', `${name} has no worker just now`)
    }
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

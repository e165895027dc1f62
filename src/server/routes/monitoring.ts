import type { App, Call, Service } from '../app.ts'
import { serverError } from '../failures/index.ts'
import { addGet } from './endpoint.ts'
import { ACCESS_FAILURES, HOST_FAILURES } from './failure-lists.ts'

/** `GET /health` and `/ping`, which turn away load balancers when they should, and `GET /health/live`. */
export function addHealth(app: App, { models, state }: Service): void {
  const ready = {
    tag: 'text-embeddings-inference',
    summary: 'Whether requests are answered: readiness. Needs no key.',
    response: { description: 'They are.' },
    failures: [...HOST_FAILURES, 'draining', 'unready'],
  } as const
  const respond = (call: Call) => {
    if (!state.isWanted) throw serverError('draining', 'the server is stopping')
    for (const { name, isReady } of models) {
      if (!isReady) throw serverError('unready', `${name} has no worker just now`)
    }
    return call.body(null, 200)
  }
  // Where SageMaker asks.
  for (const path of ['/health', '/ping']) addGet(app, { ...ready, path }, respond)
  const live = {
    path: '/health/live',
    tag: 'Operation',
    summary: 'Whether the process answers at all: liveness. Needs no key.',
    response: { description: 'It does.' },
    failures: HOST_FAILURES,
  } as const
  addGet(app, live, (call) => call.body(null, 200))
}

/** `GET /metrics`, for Prometheus. */
export function addMetrics(app: App, { metrics }: Service): void {
  const endpoint = {
    path: '/metrics',
    tag: 'Operation',
    summary: 'Counts and times, for Prometheus',
    response: { description: 'Prometheus’ text format.', type: 'text/plain' },
    failures: ACCESS_FAILURES,
  } as const
  addGet(app, endpoint, async (call) => {
    return call.body(await metrics.text(), 200, { 'content-type': metrics.contentType })
  })
}

import type { App } from '../app.ts'
import type { Service } from '../service.ts'
import { addGet } from './endpoint.ts'
import { ACCESS_FAILURES } from './failure-lists.ts'

/** `GET /metrics`, for Prometheus. */
export function addMetrics(app: App, { metrics }: Service): void {
  const endpoint = {
    path: '/metrics',
    tag: 'Operation',
    summary: 'Counts and times, for Prometheus',
    answer: { description: 'Prometheus’ text format.', type: 'text/plain' },
    failures: ACCESS_FAILURES,
  } as const
  addGet(app, endpoint, async (call) => {
    return call.body(await metrics.text(), 200, { 'content-type': metrics.contentType })
  })
}

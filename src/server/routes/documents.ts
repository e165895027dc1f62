import { packageVersion } from '../../files/index.ts'
import type { App } from '../app.ts'
import { DOCS_PAGE } from './docs-page.ts'

/** `/openapi.json`, which describes every route, and `/docs`, which shows it to people. */
export function addDocuments(app: App, { hasKeys }: { readonly hasKeys: boolean }): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
  })
  const version = packageVersion()
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'yuju',
      version,
      description: 'Sentence embeddings, for clients of OpenAI and of text-embeddings-inference.',
      license: { name: 'Apache-2.0' },
    },
    ...(hasKeys ? { security: [{ bearer: [] }] } : {}),
  })
  app.get('/docs', (call) => {
    call.header('content-security-policy', DOCS_PAGE.policy)
    return call.html(DOCS_PAGE.html)
  })
}

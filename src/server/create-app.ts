import { OpenAPIHono } from '@hono/zod-openapi'
import { cors } from 'hono/cors'
import {
  BearerKeys,
  observeRequests,
  ownPages,
  type RequestLimit,
  requestDeadline,
  requestId,
} from './access/index.ts'
import type { App, AppEnv, Service } from './app.ts'
import { failureOf, renderFailure, serverError, shortened } from './failures/index.ts'
import { addCohereRerank } from './routes/cohere-rerank.ts'
import { addDocuments } from './routes/docs-page.ts'
import { refuseOtherMethods } from './routes/endpoint.ts'
import { addHealth, addMetrics } from './routes/monitoring.ts'
import { addOpenaiEmbeddings } from './routes/openai-embeddings.ts'
import { addOpenaiModels } from './routes/openai-models.ts'
import { addPage, type Page, pagePaths, readPage } from './routes/page.ts'
import { addSearch } from './routes/search.ts'
import { addTeiEmbed } from './routes/tei-embed.ts'
import { addTeiEmbedAll } from './routes/tei-embed-all.ts'
import { addTeiInfo } from './routes/tei-info.ts'
import { addTeiRerank } from './routes/tei-rerank.ts'
import { addTeiSimilarity } from './routes/tei-similarity.ts'
import { addTeiDecode, addTeiTokenize } from './routes/tei-tokenize.ts'
import type { ServerSettings } from './settings/index.ts'

/** All routes, and what every request goes through on its way to one. */
export function createApp(service: Service, limit: RequestLimit): App {
  const app: App = new OpenAPIHono<AppEnv>()
  const page = readPage()
  addAccess(app, service, { limit, page })
  addHealth(app, service)
  addOpenaiEmbeddings(app, service)
  addOpenaiModels(app, service)
  addTeiEmbed(app, service)
  addTeiEmbedAll(app, service)
  addTeiSimilarity(app, service)
  addTeiRerank(app, service)
  addCohereRerank(app, service)
  addTeiTokenize(app, service)
  addTeiDecode(app, service)
  addTeiInfo(app, service)
  addSearch(app, service)
  addMetrics(app, service)
  addDocuments(app, { hasKeys: service.settings.apiKeys.length > 0 })
  addPage(app, page)
  refuseOtherMethods(app)
  app.notFound(({ req }) => {
    throw serverError(
      'route-unknown',
      `there is no ${shortened(req.path)}; /openapi.json says what there is`,
    )
  })
  app.onError((error, call) => renderFailure(call.req.path, failureOf(error)))
  return app
}

interface Access {
  readonly limit: RequestLimit
  readonly page: Page
}

/** The cheapest first: a request that is turned away has cost next to nothing. */
function addAccess(app: App, service: Service, { limit, page }: Access): void {
  const { settings, state } = service
  const keys = new BearerKeys(settings.apiKeys)
  const isOpen = openPaths(settings, page)
  app.use(requestId)
  app.use(observeRequests(service))
  app.use(ownPages(settings))
  if (settings.corsOrigins.length > 0) app.use(corsOf(settings.corsOrigins))
  app.use(async ({ req }, next) => {
    // What is open is looked at only; `POST /` embeds.
    const needsKey = req.method === 'POST' || !isOpen.has(req.path)
    if (needsKey) keys.check(req.header('authorization') ?? null)
    await next()
  })
  app.post('*', requestDeadline(settings), limit.middleware(state))
}

/** The paths that are answered without a key. */
function openPaths({ openMetrics }: ServerSettings, page: Page): ReadonlySet<string> {
  const metrics = openMetrics ? ['/metrics'] : []
  return new Set(['/health', '/health/live', '/ping', ...pagePaths(page), ...metrics])
}

/** Which headers a page may send is for the page to say: an SDK has some of its own. */
function corsOf(origins: readonly string[]) {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'POST'],
    exposeHeaders: ['X-Request-Id', 'X-Truncated-Texts', 'Retry-After'],
    maxAge: 86_400,
  })
}
